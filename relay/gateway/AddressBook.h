#pragma once

#include "base/Clock.h"
#include "relay/gateway/GatewayConfig.h"
#include "relay/gateway/PeerAddress.h"

#include <map>
#include <mutex>

namespace recado::relay {

/// What each address has: how many connections now, and how many it may still make, over all I/O threads.
/// One bucket an address pays for everything strangers do: connecting costs one token, a failed
/// authentication or a registration what GatewayConfig says. Loopback addresses are not counted unless it
/// says so: they are this machine's programs. Any thread; the clock is borrowed.
class AddressBook {
public:
    enum class Entry {
        Admitted,
        Full,   ///< the address has its share of connections
        TooFast ///< it made them, or failed, too quickly
    };

    AddressBook(const GatewayConfig& config, const base::Clock& clock);

    /// Counts one more connection, if it may be.
    Entry enter(const PeerAddress& address);
    /// Undoes an enter() that admitted.
    void leave(const PeerAddress& address);
    /// What a connection of this address did is worth so many connections.
    void charge(const PeerAddress& address, double connections);
    /// Milliseconds until the address may connect again; 0 at once.
    [[nodiscard]] qint64 waitMs(const PeerAddress& address) const;

    [[nodiscard]] std::size_t addresses() const;

private:
    /// A token bucket in two numbers: there may be very many.
    struct Account {
        int connections = 0;
        float missing = 0; // tokens below the capacity
        qint64 updatedMs = 0;
    };

    [[nodiscard]] bool isExempt(const PeerAddress& address) const;
    Account& account(const PeerAddress::Bytes& key);
    void recover(Account& account) const;
    void forgetIdle();

    const int m_share;
    const double m_burst;
    const double m_perSecond;
    const bool m_countsLoopback;
    const base::Clock& m_clock;
    mutable std::mutex m_mutex;
    std::map<PeerAddress::Bytes, Account> m_accounts;
    std::size_t m_forgetAbove;
};

} // namespace recado::relay
