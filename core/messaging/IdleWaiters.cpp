#include "messaging/IdleWaiters.h"

#include <utility>

namespace recado::messaging {

void IdleWaiters::add(int timeoutMs, Done done) {
    auto waiter = std::make_unique<Waiter>();
    waiter->done = std::move(done);
    waiter->timeout.setSingleShot(true);
    QObject::connect(&waiter->timeout, &QTimer::timeout, &waiter->timeout,
                     [this, late = waiter.get()] { giveUp(late); });
    waiter->timeout.start(timeoutMs);
    m_waiters.push_back(std::move(waiter));
}

void IdleWaiters::giveUp(const Waiter* late) {
    const Done answer = late->done;
    std::erase_if(m_waiters, [late](const auto& waiter) { return waiter.get() == late; });
    answer(base::makeError(base::Reason::Timeout, QStringLiteral("there is still something to do")));
}

void IdleWaiters::finish() {
    for (const auto& waiter : std::exchange(m_waiters, {}))
        waiter->done({});
}

} // namespace recado::messaging
