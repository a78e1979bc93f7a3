#include "relay/gateway/AddressBook.h"

namespace recado::relay {

bool AddressBook::enter(const PeerAddress& address) {
    if (address.isLoopback())
        return true;
    const std::lock_guard lock(m_mutex);
    int& count = m_counts[address.limitKey()];
    if (count >= m_limit)
        return false;
    ++count;
    return true;
}

void AddressBook::leave(const PeerAddress& address) {
    if (address.isLoopback())
        return;
    const std::lock_guard lock(m_mutex);
    const auto found = m_counts.find(address.limitKey());
    if (found != m_counts.end() && --found->second == 0)
        m_counts.erase(found);
}

} // namespace recado::relay
