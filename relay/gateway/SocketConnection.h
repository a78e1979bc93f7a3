#pragma once

#include "relay/gateway/Connection.h"
#include "relay/gateway/Descriptor.h"
#include "relay/gateway/EventPoll.h"
#include "relay/gateway/HttpRequestParser.h"
#include "relay/gateway/OutgoingQueue.h"
#include "relay/gateway/PeerAddress.h"
#include "relay/gateway/WebSocketParser.h"

#include <memory>
#include <optional>

namespace recado::relay {

struct IoContext;

/// One accepted socket from its request head to its end: HTTP answer or WebSocket session. Small while idle:
/// neither read nor write buffer.
class SocketConnection final : public Connection, public PollTarget {
public:
    SocketConnection(IoContext& context, Descriptor socket, const PeerAddress& peer);
    ~SocketConnection() override;

    /// Joins the thread's epoll set; false when the system refuses.
    bool watch();

    void send(QByteArray message) override;
    [[nodiscard]] qint64 queuedBytes() const override { return m_queue.bytes(); }
    void close(quint16 code, const QString& reason) override;
    void abort() override;
    void markAuthenticated() override;
    [[nodiscard]] QString peerAddress() const override { return m_peer.toString(); }
    [[nodiscard]] quint64 id() const override { return m_id; }
    [[nodiscard]] base::Inbox& inbox() const override;

    void onEvents(std::uint32_t events) override;

    /// Enforces the deadlines; called a few times within the shortest of them.
    void tick(qint64 nowMs);

    /// End of a turn: tells the handler what happened and sends what is queued.
    void settle();

    /// Nothing is left of it but the object.
    [[nodiscard]] bool isDead() const { return m_state == State::Dead; }
    /// Not waiting for a settle().
    [[nodiscard]] bool isSettled() const { return !m_unsettled; }

    /// Its place in the list of its thread.
    std::size_t place = 0;

private:
    enum class State {
        Head,      ///< reading the request
        Open,      ///< upgraded, with a handler
        Closing,   ///< a close frame is queued or sent, the peer's is awaited
        Lingering, ///< sending what is queued; then only reading, so that no reset destroys it
        Dead,
    };

    void onReadable();
    void readHead(QByteArrayView input);
    void answer(const HttpRequest& request);
    void upgrade(const HttpRequest& request, QByteArrayView rest);
    void readFrames(QByteArrayView input);
    void handleEvent(WebSocketParser::Event event);
    void countIdleFrame();
    void violate(quint16 code, const QString& reason);
    void tickOpen(qint64 nowMs);

    void respond(QByteArray bytes);
    void flush();
    void pushFrame(Opcode opcode, QByteArray payload);
    void finishSending();
    void updateInterest();
    void changeState(State state);
    void leaveHandler(quint16 code);
    void linger();
    void die();
    void unsettle();
    [[nodiscard]] qint64 now() const;

    IoContext& m_context;
    Descriptor m_socket;
    const PeerAddress m_peer;
    const quint64 m_id;
    State m_state = State::Head;
    std::unique_ptr<HttpRequestParser> m_head;
    WebSocketParser m_parser;
    OutgoingQueue m_queue;
    std::unique_ptr<ConnectionHandler> m_handler;
    /// Set when the handler is to hear its last call.
    std::optional<quint16> m_closedCode;

    bool m_authenticated = false;
    bool m_unsettled = false;
    bool m_blocked = false; // waiting for EPOLLOUT
    bool m_sendingEnded = false;
    bool m_peerEnded = false;
    bool m_aboveLowMark = false;
    bool m_pinged = false;

    qint64 m_stateSinceMs = 0;
    qint64 m_heardAtMs = 0;
    qint64 m_progressAtMs = 0;
    qint64 m_incompleteSinceMs = 0; // 0 while the peer owes no bytes
    qint64 m_secondStartMs = 0;
    int m_idleFrames = 0;
};

} // namespace recado::relay
