#pragma once

#include "base/Clock.h"
#include "messaging/RelayLink.h"
#include "queue/Backoff.h"
#include "transport/Handshake.h"
#include "transport/RelaySocket.h"

#include <QObject>
#include <QTimer>

#include <memory>
#include <optional>

namespace recado::transport {

/// The link's times, in milliseconds. Tests shorten them.
struct LinkTiming {
    /// Connecting and authenticating together may take this long.
    int handshakeMs = 10'000;
    RelaySocket::Patience patience;
    /// A connection that stayed this long was a success: the next failure begins with short waits again.
    int settledMs = 5'000;
    /// The wait after another connection of this device took over: two programs hold the same device.
    int replacedMs = 30'000;
    /// How long after a final refusal the relay is looked at again, under the same conditions.
    int lookAgainMs = 15'000;
    queue::Backoff::Random random = queue::Backoff::systemRandom();
};

/// Keeps one authenticated connection: connects, proves, and reconnects with growing waits. After a refusal
/// that another attempt cannot mend it reports the reason, and only looks now and then whether the relay has
/// changed its mind; it never accepts what it refused. Lives on the network thread.
class LinkWorker : public QObject {
    Q_OBJECT
public:
    /// Called on the network thread.
    struct Events {
        std::function<void()> connecting;
        std::function<void(wire::Welcome, messaging::RelayIdentity)> online;
        std::function<void(std::optional<base::Reason>)> offline;
        std::function<void(std::vector<wire::RelayFrame>)> received;
    };

    LinkWorker(messaging::LinkAccount account, LinkTiming timing, Events events);
    ~LinkWorker() override;

    void start();
    /// Messages of at most the relay's limit; dropped while not online. A frame that is larger by itself
    /// would end the connection, again and again: it is answered here, with an Error of message_too_long.
    void send(std::vector<wire::ClientFrame> frames);

private:
    enum class Phase { Waiting, Connecting, Proving, Online, Stopped };

    void connectNow();
    void received(wire::RelayMessage message);
    void challenged(const wire::Challenge& challenge);
    void refused(const wire::Error& error);
    void welcomed(const wire::Welcome& welcome);
    void closed(int code);
    void giveUp(base::Reason reason);
    void retryAfter(qint64 delayMs, std::optional<base::Reason> problem);
    void dropSocket();

    messaging::LinkAccount m_account;
    LinkTiming m_timing;
    Events m_events;
    queue::Backoff m_backoff;
    QTimer m_retry;
    QTimer m_deadline;
    QTimer m_settled;
    RelaySocket* m_socket = nullptr;
    std::optional<Handshake> m_handshake;
    messaging::RelayIdentity m_relay;
    std::optional<base::Reason> m_refusal;
    qint64 m_refusalDelayMs = 0;
    qsizetype m_messageBytes;
    Phase m_phase = Phase::Waiting;
};

} // namespace recado::transport
