#pragma once

#include "relay/gateway/Connection.h"
#include "relay/gateway/Deadlines.h"
#include "relay/gateway/HttpRequestParser.h"
#include "relay/gateway/IncomingFrames.h"
#include "relay/gateway/PeerAddress.h"
#include "relay/gateway/SocketStream.h"

#include <memory>
#include <optional>

namespace recado::relay {

struct IoContext;

/// Whether there is room for a newcomer.
enum class Admission {
    Accepted, ///< counted, in total and for its address
    Refused,  ///< hears so and goes
    TooFast,  ///< the same, because its address makes too many
};

/// One accepted socket from its request head to its end: HTTP answer or WebSocket session. Small while idle:
/// neither read nor write buffer.
class SocketConnection final : public Connection, public PollTarget {
public:
    SocketConnection(IoContext& context, Descriptor socket, const PeerAddress& peer, Admission admission);
    ~SocketConnection() override;

    /// Joins the thread's epoll set; false when the system refuses.
    bool watch() { return m_stream.watch(); }
    /// Answers that, whatever will be asked for.
    void turnAway(const HttpResponse& response);

    void send(QByteArray message) override;
    [[nodiscard]] qint64 queuedBytes() const override { return m_stream.queuedBytes(); }
    void close(quint16 code, const QString& reason) override;
    void abort() override;
    void markAuthenticated() override;
    void setReading(bool reading) override;
    void note(Conduct conduct) override;
    [[nodiscard]] QString peerAddress() const override { return m_peer.toString(); }
    [[nodiscard]] QByteArray tlsKeyHash() const override { return m_stream.tlsKeyHash(); }
    [[nodiscard]] quint64 id() const override { return m_id; }
    [[nodiscard]] base::Inbox& inbox() const override;

    void onEvents(std::uint32_t events) override;

    /// When tick() has something to do at the earliest; Deadlines::never once dead. Valid until the next
    /// tick() or settle(): what happens in between makes it later only.
    [[nodiscard]] qint64 dueMs() const;
    /// Enforces the deadlines that have passed.
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
    enum class State : quint8 {
        Head,      ///< reading the request
        Open,      ///< upgraded, with a handler
        Closing,   ///< a close frame is queued or sent, the peer's is awaited
        Lingering, ///< sending what is queued; then only reading, so that no reset destroys it
        Dead,
    };

    void onReadable();
    void onInput(QByteArrayView input);
    void onTlsFailed();
    [[nodiscard]] bool mayShakeHands();
    void onPeerEnded();
    void readHead(QByteArrayView input);
    void upgrade(const HttpRequest& request, QByteArrayView rest);
    [[nodiscard]] int statusAgainst(const HttpRequest& request);
    void readFrames(QByteArrayView input);
    void handleEvent(IncomingFrames::Event event);
    void sayClose(quint16 code, const QString& reason);

    void enforce(Deadlines::Demand demand);
    void measureProgress(qint64 nowMs);
    [[nodiscard]] Deadlines::Backlog backlog() const;

    void respond(QByteArray bytes);
    void flush();
    void beginFarewell(State state);
    void leaveHandler(quint16 code);
    void countQueue();
    void dropReader();
    void linger();
    void die();
    void unsettle();
    [[nodiscard]] qint64 now() const;

    IoContext& m_context;
    const quint64 m_id;
    PeerAddress m_peer;
    const Admission m_admission;
    State m_state = State::Head;
    bool m_unsettled = false;
    bool m_aboveLowMark = false;
    bool m_inBook = false; // counted for its address
    bool m_handshakeBegun = false;
    /// Set when the handler is to hear its last call.
    std::optional<quint16> m_closedCode;

    SocketStream m_stream;
    Deadlines m_deadlines;
    IncomingFrames m_frames;
    std::unique_ptr<HttpRequestParser> m_head;
    std::unique_ptr<ConnectionHandler> m_handler;

    quint64 m_confirmedBytes = 0; // when last measured
    qint64 m_countedBytes = 0;    // our part of GatewayCounters::outgoingBytes
    qint64 m_farewellBytes = 0;   // what is still read after the end has begun
};

} // namespace recado::relay
