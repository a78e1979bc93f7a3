#pragma once

#include "relay/gateway/Descriptor.h"
#include "relay/gateway/EventPoll.h"
#include "relay/gateway/PeerAddress.h"

#include <functional>

namespace recado::relay {

/// Accepts connections on one listening socket. When the process has no descriptor left, the one kept in
/// reserve is given up for a moment to take the connection and close it: otherwise a level-triggered poll
/// would spin on a connection nobody can accept.
class Listener final : public PollTarget {
public:
    using Accepted = std::function<void(Descriptor socket, const PeerAddress& peer)>;
    /// The one for which there was no descriptor but the reserve; closed when the function returns.
    using Refused = std::function<void(const Descriptor& socket)>;

    Listener(EventPoll& poll, Descriptor socket, Accepted accepted, Refused refused);

    void start();
    /// Closes the socket. Only outside of EventPoll::dispatch().
    void stop();

    void onEvents(std::uint32_t events) override;

    /// Leaves further connections in the system's queue until the next tick(). From within `accepted`.
    void rest();
    /// Tries again after a rest, or after a total lack of descriptors.
    void tick();

private:
    void refuseOne();
    void openReserve();

    EventPoll& m_poll;
    Descriptor m_socket;
    Descriptor m_reserve;
    const Accepted m_accepted;
    const Refused m_refused;
    bool m_watching = false;
    bool m_paused = false;
};

} // namespace recado::relay
