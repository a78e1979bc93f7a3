#pragma once

#include "relay/gateway/Connection.h"
#include "relay/gateway/Deadlines.h"
#include "relay/gateway/HttpRequestParser.h"
#include "relay/gateway/IncomingFrames.h"
#include "relay/gateway/PortableSocket.h"
#include "relay/gateway/PortableTls.h"
#include "relay/gateway/QtWebSocketEnd.h"

#include <memory>
#include <optional>

namespace recado::relay {

struct PortableContext;

/// One accepted socket of the portable driver from its request head to its end. Every byte passes the same
/// strict parsers as with the epoll driver before Qt's WebSocket sees it; what leaves is counted at the
/// socket, where Qt hides nothing.
class PortableConnection final : public Connection {
public:
    PortableConnection(PortableContext& context, qintptr descriptor);
    ~PortableConnection() override;

    /// Takes a place among the connections of the gateway and of the peer's address, or answers that there is
    /// none.
    void admit();

    void send(QByteArray message) override;
    [[nodiscard]] qint64 queuedBytes() const override { return m_socket.queuedBytes(); }
    void close(quint16 code, const QString& reason) override;
    void abort() override;
    void markAuthenticated() override;
    void setReading(bool reading) override;
    void note(Conduct conduct) override;
    [[nodiscard]] QString peerAddress() const override { return m_peer.toString(); }
    [[nodiscard]] QByteArray tlsKeyHash() const override;
    [[nodiscard]] quint64 id() const override { return m_id; }
    [[nodiscard]] base::Inbox& inbox() const override;

    /// Enforces the deadlines that have passed, and the limit of what is queued.
    void tick(qint64 nowMs);
    /// Tells the handler what happened and lets go what waited.
    void settle();

    [[nodiscard]] bool isDead() const { return m_state == State::Dead; }
    [[nodiscard]] bool isSettled() const { return !m_unsettled; }

private:
    enum class State : quint8 {
        Head,      ///< encryption being agreed upon, then reading the request
        Open,      ///< upgraded, with a handler
        Closing,   ///< a close frame is queued or sent, the peer's is awaited
        Lingering, ///< sending what is queued; then only reading, so that no reset destroys it
        Dead,
    };

    void onReceived(QByteArrayView input);
    void onEnded();
    void onSent(qint64 bytes);
    void readHead(QByteArrayView input);
    void upgrade(const HttpRequest& request, QByteArrayView rest);
    [[nodiscard]] int statusAgainst(const HttpRequest& request);
    [[nodiscard]] int statusOfEntry();
    void readFrames(QByteArrayView input);
    void handleEvent(const IncomingFrames::Event& event);
    void handleMessage();
    void answerPing();
    void deliverPing();
    void sayClose(quint16 code, const QString& reason);

    void enforce(Deadlines::Demand demand);
    [[nodiscard]] Deadlines::Backlog backlog() const;
    void countQueue();

    void forgetStranger();
    void respond(const QByteArray& bytes);
    void beginFarewell(State state);
    void leaveHandler(quint16 code);
    void linger();
    void die();
    void unsettle();
    [[nodiscard]] qint64 now() const;

    PortableContext& m_context;
    const quint64 m_id;
    State m_state = State::Head;
    bool m_unsettled = false;
    bool m_aboveLowMark = false;
    bool m_isCounted = false; // has a place in the gateway
    bool m_isInBook = false;  // and one of its address
    bool m_sendingEnded = false;
    bool m_hasSent = false; // since the last tick
    /// Set when the handler is to hear its last call.
    std::optional<quint16> m_closedCode;

    Deadlines m_deadlines;
    IncomingFrames m_frames;
    std::unique_ptr<HttpRequestParser> m_head;
    std::unique_ptr<QtWebSocketEnd> m_end;
    std::unique_ptr<ConnectionHandler> m_handler;

    QByteArray m_held;          // frames of a message that is not complete
    QByteArray m_ping;          // the last one that is not answered
    qint64 m_countedBytes = 0;  // our part of GatewayCounters::outgoingBytes
    qint64 m_farewellBytes = 0; // what is still read after the end has begun

    const std::shared_ptr<const PortableTls::State> m_tls; // null without
    // Behind all it may tell of its end while it is made.
    PortableSocket m_socket;
    PeerAddress m_peer;
};

} // namespace recado::relay
