#pragma once

#include "relay/gateway/Descriptor.h"

#include <cstdint>

namespace recado::relay {

/// Something a thread's epoll descriptor can wake. Must outlive the pass in which it is removed.
class PollTarget {
public:
    virtual ~PollTarget() = default;
    /// `events` as epoll reports them (EPOLLIN, EPOLLOUT, …).
    virtual void onEvents(std::uint32_t events) = 0;
};

/// One level-triggered epoll descriptor. It is itself pollable, which is how it joins a Qt event loop.
class EventPoll {
public:
    EventPoll();

    [[nodiscard]] bool isOpen() const { return m_epoll.isOpen(); }
    [[nodiscard]] int descriptor() const { return m_epoll.get(); }

    bool add(int descriptor, PollTarget& target, std::uint32_t events);
    void change(int descriptor, PollTarget& target, std::uint32_t events);
    /// Closing the descriptor does the same.
    void remove(int descriptor);

    /// Serves what is ready now, without waiting.
    void dispatch();

private:
    Descriptor m_epoll;
};

} // namespace recado::relay
