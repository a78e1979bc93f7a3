#include "relay/gateway/AddressBook.h"

#include <algorithm>
#include <cmath>

namespace recado::relay {

namespace {

// Accounts of addresses that are not connected are looked through when there are this many more.
constexpr std::size_t forgetStep = 4'096;

} // namespace

AddressBook::AddressBook(const GatewayConfig& config, const base::Clock& clock)
    : m_share(config.connectionsPerAddress)
    , m_burst(config.connectionBurstPerAddress)
    , m_perSecond(config.connectionsPerSecondPerAddress)
    , m_countsLoopback(config.limitLoopback)
    , m_clock(clock)
    , m_forgetAbove(forgetStep) {}

AddressBook::Entry AddressBook::enter(const PeerAddress& address) {
    if (isExempt(address))
        return Entry::Admitted;
    const std::lock_guard lock(m_mutex);
    Account& known = account(address.limitKey());
    if (known.connections >= m_share)
        return Entry::Full;
    if (double(known.missing) + 1 > m_burst)
        return Entry::TooFast;
    known.missing += 1;
    ++known.connections;
    return Entry::Admitted;
}

void AddressBook::leave(const PeerAddress& address) {
    if (isExempt(address))
        return;
    const std::lock_guard lock(m_mutex);
    const auto found = m_accounts.find(address.limitKey());
    if (found == m_accounts.end())
        return;
    recover(found->second);
    if (--found->second.connections == 0 && found->second.missing <= 0)
        m_accounts.erase(found);
}

void AddressBook::charge(const PeerAddress& address, double connections) {
    if (isExempt(address))
        return;
    const std::lock_guard lock(m_mutex);
    Account& known = account(address.limitKey());
    // The debt is bounded, so that nobody is shut out for long after he has stopped.
    known.missing = float(std::min(double(known.missing) + connections, 2 * m_burst));
}

qint64 AddressBook::waitMs(const PeerAddress& address) const {
    const std::lock_guard lock(m_mutex);
    const auto found = m_accounts.find(address.limitKey());
    if (found == m_accounts.end())
        return 0;
    Account now = found->second;
    recover(now);
    const double lacking = double(now.missing) + 1 - m_burst;
    return lacking <= 0 ? 0 : qint64(std::ceil(lacking / m_perSecond * 1'000));
}

std::size_t AddressBook::addresses() const {
    const std::lock_guard lock(m_mutex);
    return m_accounts.size();
}

bool AddressBook::isExempt(const PeerAddress& address) const {
    return !m_countsLoopback && address.isLoopback();
}

AddressBook::Account& AddressBook::account(const PeerAddress::Bytes& key) {
    if (m_accounts.size() > m_forgetAbove)
        forgetIdle();
    const auto [place, isNew] = m_accounts.try_emplace(key);
    if (isNew)
        place->second.updatedMs = m_clock.monotonicMs();
    else
        recover(place->second);
    return place->second;
}

void AddressBook::recover(Account& account) const {
    const qint64 now = m_clock.monotonicMs();
    const double gained = double(now - account.updatedMs) / 1'000 * m_perSecond;
    account.missing = float(std::max(0.0, double(account.missing) - gained));
    account.updatedMs = now;
}

/// Whoever has no connection and owes nothing is as good as unknown.
void AddressBook::forgetIdle() {
    std::erase_if(m_accounts, [this](const auto& entry) {
        Account now = entry.second;
        recover(now);
        return now.connections == 0 && now.missing <= 0;
    });
    m_forgetAbove = m_accounts.size() + forgetStep;
}

} // namespace recado::relay
