#include "relay/presence/PresenceHub.h"

#include "protocol/FrameCodec.h"

#include <algorithm>

namespace recado::relay {

PresenceHub::PresenceHub(const RelayPolicy& policy, Router& router, const base::Clock& clock)
    : m_policy(policy)
    , m_router(router)
    , m_clock(clock) {}

base::Status PresenceHub::set(base::DeviceAddress device, const wire::SetPresence& presence) {
    if (presence.accounts_size() > mostAccounts)
        return base::makeError(base::Reason::InvalidArgument, QStringLiteral("too many accounts"));
    Device said{presence.visible(), {}};
    for (const std::string& bytes : presence.accounts()) {
        const auto account = base::AccountId::fromBytes(protocol::toBytes(bytes));
        if (!account || account->isNull())
            return base::makeError(base::Reason::InvalidArgument, QStringLiteral("a malformed account id"));
        if (*account != device.account)
            said.accounts.insert(*account);
    }
    const std::lock_guard lock(m_mutex);
    const Audience before = audience(device.account);
    const auto known = m_accounts.find(device.account);
    if (known != m_accounts.end() && isAway(*known))
        --m_away;
    Account& account = m_accounts[device.account];
    account.devices.insert(device.device, std::move(said));
    relist(account);
    account.online = hasVisibleDevice(account);
    account.leftAtMs.reset();
    m_leaving.remove(device.account);
    // Who hides says nothing about when.
    if (!account.online)
        account.lastSeenMs = 0;
    announce(device.account, before);
    describePeers(device);
    return {};
}

void PresenceHub::disconnected(base::DeviceAddress device) {
    const std::lock_guard lock(m_mutex);
    const auto account = m_accounts.find(device.account);
    if (account == m_accounts.end() || !account->devices.contains(device.device))
        return;
    const Audience before = audience(device.account);
    account->devices.remove(device.device);
    // With its last device gone, what it listed stays: it decides who hears that the account is away.
    if (!account->devices.isEmpty())
        relist(*account);
    // A hidden device that leaves later tells no time.
    if (account->online && !account->leftAtMs && !hasVisibleDevice(*account)) {
        account->leftAtMs = m_clock.monotonicMs();
        account->lastSeenMs = m_clock.wallMs();
        m_leaving.insert(device.account);
    }
    m_away += isAway(*account) ? 1 : 0;
    announce(device.account, before);
}

void PresenceHub::tick() {
    const std::lock_guard lock(m_mutex);
    const qint64 now = m_clock.monotonicMs();
    const QSet<base::AccountId> leaving = m_leaving;
    for (const base::AccountId& id : leaving) {
        Account& account = m_accounts[id];
        if (!account.leftAtMs || now - *account.leftAtMs < m_policy.presenceGraceMs)
            continue;
        const Audience before = audience(id);
        account.online = false;
        account.leftAtMs.reset();
        m_leaving.remove(id);
        m_away += isAway(account) ? 1 : 0;
        announce(id, before);
    }
    forgetOldest();
}

bool PresenceHub::isMutual(const base::AccountId& one, const base::AccountId& other) const {
    const std::lock_guard lock(m_mutex);
    return isMutualLocked(one, other);
}

QVector<base::DeviceAddress> PresenceHub::devices(const base::AccountId& account) const {
    const std::lock_guard lock(m_mutex);
    QVector<base::DeviceAddress> devices;
    const auto found = m_accounts.constFind(account);
    if (found != m_accounts.constEnd()) {
        for (const quint32 device : found->devices.keys())
            devices.push_back({account, device});
    }
    return devices;
}

bool PresenceHub::hasVisibleDevice(const Account& account) {
    return std::any_of(account.devices.begin(), account.devices.end(),
                       [](const Device& device) { return device.visible; });
}

void PresenceHub::relist(Account& account) {
    account.listed.clear();
    for (const Device& device : std::as_const(account.devices))
        account.listed.unite(device.accounts);
}

bool PresenceHub::isMutualLocked(const base::AccountId& one, const base::AccountId& other) const {
    const auto first = m_accounts.constFind(one);
    const auto second = m_accounts.constFind(other);
    return first != m_accounts.constEnd() && second != m_accounts.constEnd() &&
           first->listed.contains(other) && second->listed.contains(one);
}

// The accounts to which this one is known to be online.
PresenceHub::Audience PresenceHub::audience(const base::AccountId& id) const {
    Audience viewers;
    const auto account = m_accounts.constFind(id);
    if (account == m_accounts.constEnd() || !account->online)
        return viewers;
    for (const base::AccountId& peer : account->listed) {
        if (isMutualLocked(id, peer) && hasVisibleDevice(*m_accounts.constFind(peer)))
            viewers.insert(peer);
    }
    return viewers;
}

// Tells those whose view of the account changed.
void PresenceHub::announce(const base::AccountId& id, const Audience& before) {
    const Audience after = audience(id);
    const qint64 lastSeenMs = m_accounts[id].lastSeenMs;
    for (const base::AccountId& viewer : after - before)
        tell(viewer, id, true, 0);
    for (const base::AccountId& viewer : before - after)
        tell(viewer, id, false, isMutualLocked(id, viewer) ? lastSeenMs : 0);
}

void PresenceHub::tell(const base::AccountId& viewer, const base::AccountId& id, bool online,
                       qint64 lastSeenMs) {
    wire::RelayFrame frame;
    wire::Presence* presence = frame.mutable_presence();
    presence->set_account_id(protocol::fromBytes(id.toBytes()));
    presence->set_online(online);
    presence->set_last_seen_ms(quint64(lastSeenMs));
    const auto account = m_accounts.constFind(viewer);
    for (auto device = account->devices.cbegin(); device != account->devices.cend(); ++device) {
        if (device->visible)
            m_router.push({viewer, device.key()}, frame, PushKind::Needed);
    }
}

void PresenceHub::describePeers(base::DeviceAddress viewer) {
    const auto account = m_accounts.constFind(viewer.account);
    const Device& device = *account->devices.constFind(viewer.device);
    if (!device.visible)
        return;
    for (const base::AccountId& peer : device.accounts) {
        if (!isMutualLocked(viewer.account, peer))
            continue;
        const Account& state = *m_accounts.constFind(peer);
        wire::RelayFrame frame;
        wire::Presence* presence = frame.mutable_presence();
        presence->set_account_id(protocol::fromBytes(peer.toBytes()));
        presence->set_online(state.online);
        presence->set_last_seen_ms(state.online ? 0 : quint64(state.lastSeenMs));
        m_router.push(viewer, frame, PushKind::Needed);
    }
}

// Half of them at once, those gone longest, so that it is seldom done.
void PresenceHub::forgetOldest() {
    if (m_away <= awayKept)
        return;
    QVector<qint64> times;
    for (const Account& account : std::as_const(m_accounts)) {
        if (isAway(account))
            times.push_back(account.lastSeenMs);
    }
    const auto middle = times.begin() + times.size() / 2;
    std::nth_element(times.begin(), middle, times.end());
    m_accounts.removeIf([latest = *middle](const auto& entry) {
        return isAway(entry.value()) && entry.value().lastSeenMs <= latest;
    });
    m_away = std::count_if(m_accounts.cbegin(), m_accounts.cend(), isAway);
}

} // namespace recado::relay
