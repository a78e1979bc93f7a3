#include "relay/session/SessionThread.h"

#include <utility>

namespace recado::relay {

SessionThread::SessionThread(base::Inbox& inbox)
    : m_inbox(inbox) {}

void SessionThread::flushLater(std::weak_ptr<Flushable> session) {
    m_flushable.push_back(std::move(session));
    if (m_flushable.size() == 1)
        m_inbox.post([self = shared_from_this()] { self->flushAll(); });
}

void SessionThread::flushAll() {
    const std::vector<std::weak_ptr<Flushable>> sessions = std::exchange(m_flushable, {});
    for (const std::weak_ptr<Flushable>& session : sessions) {
        if (const auto alive = session.lock())
            alive->flush();
    }
}

} // namespace recado::relay
