#include "relay/gateway/EventPoll.h"

#include <sys/epoll.h>

#include <array>

namespace recado::relay {

namespace {

// Small enough that the inbox of the thread is not kept waiting by many busy connections.
constexpr int eventsPerPass = 256;

epoll_event eventFor(PollTarget& target, std::uint32_t events) {
    epoll_event event{};
    event.events = events;
    event.data.ptr = &target;
    return event;
}

} // namespace

EventPoll::EventPoll()
    : m_epoll(epoll_create1(EPOLL_CLOEXEC)) {}

bool EventPoll::add(int descriptor, PollTarget& target, std::uint32_t events) {
    epoll_event event = eventFor(target, events);
    return epoll_ctl(m_epoll.get(), EPOLL_CTL_ADD, descriptor, &event) == 0;
}

void EventPoll::change(int descriptor, PollTarget& target, std::uint32_t events) {
    epoll_event event = eventFor(target, events);
    epoll_ctl(m_epoll.get(), EPOLL_CTL_MOD, descriptor, &event);
}

void EventPoll::remove(int descriptor) {
    epoll_ctl(m_epoll.get(), EPOLL_CTL_DEL, descriptor, nullptr);
}

void EventPoll::dispatch() {
    std::array<epoll_event, eventsPerPass> events{};
    const int ready = epoll_wait(m_epoll.get(), events.data(), eventsPerPass, 0);
    for (int index = 0; index < ready; ++index)
        static_cast<PollTarget*>(events[std::size_t(index)].data.ptr)
            ->onEvents(events[std::size_t(index)].events);
}

} // namespace recado::relay
