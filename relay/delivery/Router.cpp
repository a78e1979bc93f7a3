#include "relay/delivery/Router.h"

#include "routing/DeviceList.h"
#include "wire.pb.h"

#include <utility>

namespace recado::relay {

namespace {

constexpr int deliveryCounterBits = 40;

bool isSameConnection(const std::weak_ptr<ConnectedDevice>& left,
                      const std::weak_ptr<ConnectedDevice>& right) {
    return !left.owner_before(right) && !right.owner_before(left);
}

} // namespace

Router::Router(MailboxStore& mailboxes, quint32 bootEpoch)
    : m_mailboxes(mailboxes)
    , m_lastId(base::DeliveryId(bootEpoch) << deliveryCounterBits) {}

void Router::connect(base::DeviceAddress device, std::weak_ptr<ConnectedDevice> connection,
                     base::Inbox& inbox) {
    const std::lock_guard lock(m_mutex);
    Connection& entry = m_connections[device];
    if (entry.post)
        displace(entry, Displacement::Replaced);
    std::shared_ptr<ConnectionPost>& post = m_posts[&inbox];
    if (!post)
        post = std::make_shared<ConnectionPost>(inbox);
    entry = Connection{std::move(connection), post};
}

bool Router::disconnect(base::DeviceAddress device, const std::weak_ptr<ConnectedDevice>& connection) {
    const std::lock_guard lock(m_mutex);
    const auto found = m_connections.find(device);
    if (found == m_connections.end() || !isSameConnection(found->device, connection))
        return false;
    m_connections.erase(found);
    return true;
}

void Router::displace(const Connection& connection, Displacement why) {
    connection.put([why](ConnectedDevice& device) { device.displaced(why); });
}

void Router::listChanged(const routing::DeviceList& list) {
    const std::lock_guard lock(m_mutex);
    for (auto entry = m_connections.cbegin(); entry != m_connections.cend(); ++entry) {
        if (entry.key().account != list.account)
            continue;
        entry->put([list](ConnectedDevice& device) { device.listChanged(list); });
    }
}

void Router::removeAccount(const base::AccountId& account) {
    const std::lock_guard lock(m_mutex);
    m_connections.removeIf([&](const auto& entry) {
        if (entry.key().account != account)
            return false;
        displace(entry.value(), Displacement::Removed);
        return true;
    });
}

bool Router::isConnected(base::DeviceAddress device) const {
    const std::lock_guard lock(m_mutex);
    return m_connections.contains(device);
}

MailboxAppend Router::dispatch(MailboxAppend append, StoreCall call, StoreCallback<bool> done) {
    const std::lock_guard lock(m_mutex);
    for (MailboxEntry& entry : append.entries)
        entry.id = ++m_lastId;
    m_mailboxes.append(append, call, std::move(done));
    for (const MailboxEntry& entry : std::as_const(append.entries)) {
        const auto found = m_connections.constFind(entry.device);
        if (found == m_connections.constEnd())
            continue;
        // Always posted, also to the own thread: a direct call would overtake what other threads posted.
        found->put(MailboxRow{entry.id, entry.acceptedAtMs, entry.sealedHeader, entry.ciphertext,
                              entry.hasBody ? append.body : QByteArray(), append.receivedAtUs, append.trace});
    }
    return append;
}

void Router::put(base::DeviceAddress device, ConnectionPost::Item item) {
    const std::lock_guard lock(m_mutex);
    const auto found = m_connections.constFind(device);
    if (found != m_connections.constEnd())
        found->put(std::move(item));
}

void Router::appendedLate(const QVector<MailboxEntry>& entries) {
    for (const MailboxEntry& entry : entries)
        put(entry.device, [id = entry.id](ConnectedDevice& device) { device.appendedLate(id); });
}

void Router::accepted(base::DeviceAddress device, base::SubmissionNumber number) {
    put(device, ConnectionPost::Accepted{number});
}

void Router::push(base::DeviceAddress device, const wire::RelayFrame& frame, PushKind kind) {
    put(device, [frame, kind](ConnectedDevice& connection) { connection.push(frame, kind); });
}

} // namespace recado::relay
