#pragma once

#include "relay/gateway/Descriptor.h"
#include "relay/gateway/EventPoll.h"
#include "relay/gateway/OutgoingQueue.h"

#include <QByteArrayView>

#include <vector>

namespace recado::relay {

/// A non-blocking socket in an epoll set together with what waits to be sent on it. Asks for writability only
/// while the system takes no more, and knows how much has arrived at the other side.
class SocketStream {
public:
    enum class Reading {
        Bytes,
        NothingYet,
        Ended,  ///< the peer sends no more; it may still read
        Broken, ///< neither way works
    };

    /// `poll` and `target` are borrowed.
    SocketStream(EventPoll& poll, PollTarget& target, Descriptor socket);

    /// Joins the epoll set; false when the system refuses.
    [[nodiscard]] bool watch();
    /// Gives the socket back and drops what is queued.
    void close();

    /// One system call's worth of bytes; `bytes` is the part of `buffer` that was filled.
    Reading read(std::vector<char>& buffer, QByteArrayView& bytes);
    /// Stops to ask for readability: the end was read already.
    void ignoreInput();

    [[nodiscard]] OutgoingQueue& queue() { return m_queue; }
    [[nodiscard]] const OutgoingQueue& queue() const { return m_queue; }
    /// Sends what the system takes; nothing while it is known to take none.
    OutgoingQueue::Flush flush();
    /// The system takes bytes again.
    void unblock();
    /// No more will be sent. Once.
    void endSending();

    [[nodiscard]] bool ignoresInput() const { return m_ignoresInput; }
    /// Bytes the system has taken so far.
    [[nodiscard]] quint64 takenBytes() const { return m_takenBytes; }
    /// Those of them that the peer's system has confirmed. A system call.
    [[nodiscard]] quint64 confirmedBytes() const;

private:
    void updateInterest();

    EventPoll& m_poll;
    PollTarget& m_target;
    OutgoingQueue m_queue;
    quint64 m_takenBytes = 0;
    Descriptor m_socket;
    bool m_blocked = false;
    bool m_sendingEnded = false;
    bool m_ignoresInput = false;
};

} // namespace recado::relay
