#include "relay/gateway/EventPoll.h"

#include <sys/epoll.h>

#include <array>

namespace recado::relay {

namespace {

// Small enough that the inbox of the thread is not kept waiting by many busy connections, and large enough
// that what several of them have for the same peer leaves together.
constexpr std::size_t trustedPerPass = 1'024;
// About a millisecond of the dearest things strangers can ask for.
constexpr std::size_t strangersPerPass = 16;

epoll_event eventFor(PollTarget* target, std::uint32_t events) {
    epoll_event event{};
    event.events = events;
    event.data.ptr = target;
    return event;
}

/// True when the set that has no target, the strangers', is ready.
template <std::size_t Most>
bool serve(int epoll) {
    std::array<epoll_event, Most> events{};
    const int ready = epoll_wait(epoll, events.data(), int(events.size()), 0);
    bool othersAreReady = false;
    for (int index = 0; index < ready; ++index) {
        auto* target = static_cast<PollTarget*>(events[std::size_t(index)].data.ptr);
        if (target != nullptr)
            target->onEvents(events[std::size_t(index)].events);
        else
            othersAreReady = true;
    }
    return othersAreReady;
}

} // namespace

EventPoll::EventPoll()
    : m_trusted(epoll_create1(EPOLL_CLOEXEC))
    , m_strangers(epoll_create1(EPOLL_CLOEXEC)) {
    epoll_event event = eventFor(nullptr, EPOLLIN);
    if (isOpen() && epoll_ctl(m_trusted.get(), EPOLL_CTL_ADD, m_strangers.get(), &event) != 0)
        m_strangers.reset();
}

bool EventPoll::add(int descriptor, PollTarget& target, std::uint32_t events) {
    epoll_event event = eventFor(&target, events);
    return epoll_ctl(setOf(target).get(), EPOLL_CTL_ADD, descriptor, &event) == 0;
}

void EventPoll::change(int descriptor, PollTarget& target, std::uint32_t events) {
    epoll_event event = eventFor(&target, events);
    epoll_ctl(setOf(target).get(), EPOLL_CTL_MOD, descriptor, &event);
}

void EventPoll::trust(int descriptor, PollTarget& target, std::uint32_t events) {
    epoll_event event = eventFor(&target, events);
    if (target.isTrusted || epoll_ctl(m_trusted.get(), EPOLL_CTL_ADD, descriptor, &event) != 0)
        return;
    epoll_ctl(m_strangers.get(), EPOLL_CTL_DEL, descriptor, nullptr);
    target.isTrusted = true;
}

void EventPoll::remove(int descriptor) {
    for (const Descriptor* set : {&m_trusted, &m_strangers})
        epoll_ctl(set->get(), EPOLL_CTL_DEL, descriptor, nullptr);
}

void EventPoll::dispatch() {
    if (serve<trustedPerPass>(m_trusted.get()))
        serve<strangersPerPass>(m_strangers.get());
}

} // namespace recado::relay
