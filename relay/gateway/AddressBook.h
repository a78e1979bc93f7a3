#pragma once

#include "relay/gateway/PeerAddress.h"

#include <map>
#include <mutex>

namespace recado::relay {

/// How many connections each address has, over all I/O threads. Loopback addresses are never counted: they
/// are this machine's programs, or a proxy that stands for everybody.
class AddressBook {
public:
    explicit AddressBook(int limit)
        : m_limit(limit) {}

    /// Counts one more connection; false when the address has its share already.
    bool enter(const PeerAddress& address);
    /// Undoes a successful enter().
    void leave(const PeerAddress& address);

private:
    const int m_limit;
    std::mutex m_mutex;
    std::map<PeerAddress::Bytes, int> m_counts;
};

} // namespace recado::relay
