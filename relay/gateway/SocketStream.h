#pragma once

#include "relay/gateway/Descriptor.h"
#include "relay/gateway/EventPoll.h"
#include "relay/gateway/OutgoingQueue.h"
#include "relay/gateway/TlsSession.h"

#include <QByteArrayView>

#include <memory>
#include <vector>

namespace recado::relay {

/// A non-blocking socket in an epoll set, plain or with TLS, together with what waits to be sent on it. Asks
/// for writability only while the system takes no more, and knows how much has arrived at the other side.
class SocketStream {
public:
    /// What a read brought; without TLS only the first four.
    using Reading = TlsSession::Reading;

    /// `poll` and `target` are borrowed. `tls` is null without TLS.
    SocketStream(EventPoll& poll, PollTarget& target, Descriptor socket, std::unique_ptr<TlsSession> tls);

    /// Joins the epoll set; false when the system refuses.
    [[nodiscard]] bool watch();
    /// Gives the socket back and drops what is queued.
    void close();

    /// One system call's worth of bytes; `bytes` is the part of `buffer` that was filled, or with TLS lies in
    /// the thread's workspace.
    Reading read(std::vector<char>& buffer, QByteArrayView& bytes);
    /// Stops to ask for readability: the end was read already.
    void ignoreInput();
    /// What the system has not sent yet goes with the socket: it would keep the bytes of a peer that does not
    /// read for minutes.
    void dropUnsent();
    /// Asks for readability, or not.
    void setReading(bool reading);
    /// Is served before all strangers from now on.
    void trust() { m_poll.trust(m_socket.get(), m_target, interest()); }

    /// The peer is still to prove that it speaks TLS.
    [[nodiscard]] bool awaitsHandshake() const {
        return m_tls && !m_tls->isEstablished() && !m_tls->hasFailed();
    }
    /// SHA-256 of the key the peer was shown; empty without TLS.
    [[nodiscard]] QByteArray tlsKeyHash() const { return m_tls ? m_tls->keyHash() : QByteArray(); }
    /// The peer's farewell came with the bytes of the last read, so that no event will tell of it.
    [[nodiscard]] bool peerHasEnded() const { return m_tls && m_tls->hasEnded(); }
    /// From now on without TLS.
    void speakPlainly() { m_tls.reset(); }
    /// With TLS: an alert instead of a handshake. False without.
    bool refuseHandshake();

    /// What is to be sent, and with TLS is not encrypted yet.
    [[nodiscard]] OutgoingQueue& queue() { return m_queue; }
    /// All bytes not yet taken by the system, encrypted or not.
    [[nodiscard]] qint64 queuedBytes() const {
        return m_queue.bytes() + (m_tls ? m_tls->waitingBytes() : qint64(0));
    }
    [[nodiscard]] bool isDrained() const { return queuedBytes() == 0; }
    /// Sends what the system takes; nothing while it is known to take none.
    OutgoingQueue::Flush flush();
    /// The system takes bytes again.
    void unblock();
    /// No more will be sent, and the peer is told so. Call it when all is sent.
    void endSending();

    [[nodiscard]] bool ignoresInput() const { return m_ignoresInput; }
    [[nodiscard]] bool isReading() const { return m_reading && !m_ignoresInput; }
    /// Bytes the system has taken so far, and given.
    [[nodiscard]] quint64 takenBytes() const { return m_takenBytes; }
    [[nodiscard]] quint64 receivedBytes() const { return m_receivedBytes; }
    /// Those of them that the peer's system has confirmed. A system call.
    [[nodiscard]] quint64 confirmedBytes() const;

private:
    void updateInterest();
    [[nodiscard]] std::uint32_t interest() const;

    EventPoll& m_poll;
    PollTarget& m_target;
    OutgoingQueue m_queue;
    std::unique_ptr<TlsSession> m_tls;
    quint64 m_takenBytes = 0;
    quint64 m_receivedBytes = 0;
    Descriptor m_socket;
    bool m_blocked = false;
    bool m_sendingEnded = false;
    bool m_shutDown = false;
    bool m_ignoresInput = false;
    bool m_reading = true;
};

} // namespace recado::relay
