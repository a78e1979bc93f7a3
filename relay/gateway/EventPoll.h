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

    /// Served before all that are not. Changed by EventPoll::trust() only.
    bool isTrusted = false;
};

/// A level-triggered epoll descriptor, itself pollable, which is how it joins a Qt event loop. Targets are
/// strangers until they are trusted: in every pass the trusted ones come first, and of the strangers only a
/// few, so that those who are let in do not wait for however many who are not.
class EventPoll {
public:
    EventPoll();

    [[nodiscard]] bool isOpen() const { return m_trusted.isOpen() && m_strangers.isOpen(); }
    [[nodiscard]] int descriptor() const { return m_trusted.get(); }

    bool add(int descriptor, PollTarget& target, std::uint32_t events);
    void change(int descriptor, PollTarget& target, std::uint32_t events);
    /// From now on it is served first. Nothing changes when the system refuses.
    void trust(int descriptor, PollTarget& target, std::uint32_t events);
    /// Closing the descriptor does the same.
    void remove(int descriptor);

    /// Serves what is ready now, without waiting.
    void dispatch();

private:
    [[nodiscard]] const Descriptor& setOf(const PollTarget& target) const {
        return target.isTrusted ? m_trusted : m_strangers;
    }

    Descriptor m_trusted; // holds the other one as well
    Descriptor m_strangers;
};

} // namespace recado::relay
