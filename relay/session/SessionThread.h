#pragma once

#include "base/Inbox.h"
#include "protocol/FrameMemory.h"

#include <memory>
#include <vector>

namespace recado::relay {

/// What the sessions of one connection thread share. Held by shared_ptr; everything is called on that thread.
class SessionThread : public std::enable_shared_from_this<SessionThread> {
public:
    /// Gathers frames during a turn of the loop, and sends them at its end.
    class Flushable {
    public:
        virtual ~Flushable() = default;
        virtual void flush() = 0;
    };

    /// The inbox of that thread; borrowed.
    explicit SessionThread(base::Inbox& inbox);

    [[nodiscard]] base::Inbox& inbox() const { return m_inbox; }
    /// For the frame that is being worked on.
    [[nodiscard]] protocol::FrameMemory& frames() { return m_frames; }
    /// flush() at the end of what this pass of the loop brings. Once for each time it is asked for.
    void flushLater(std::weak_ptr<Flushable> session);

private:
    void flushAll();

    base::Inbox& m_inbox;
    protocol::FrameMemory m_frames;
    std::vector<std::weak_ptr<Flushable>> m_flushable;
};

} // namespace recado::relay
