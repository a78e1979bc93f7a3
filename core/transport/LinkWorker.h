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

/// Keeps one authenticated connection: connects, proves, reconnects with growing waits, and stops when trying
/// again cannot help. Lives on the network thread.
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

    /// Connecting and authenticating together may take this long.
    static constexpr int handshakeTimeoutMs = 10'000;

    LinkWorker(messaging::LinkAccount account, Events events);
    ~LinkWorker() override;

    void start();
    /// Messages of at most the relay's limit; dropped while not online.
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
    Events m_events;
    queue::Backoff m_backoff;
    QTimer m_retry;
    QTimer m_deadline;
    RelaySocket* m_socket = nullptr;
    std::optional<Handshake> m_handshake;
    messaging::RelayIdentity m_relay;
    std::optional<base::Reason> m_refusal;
    qint64 m_refusalDelayMs = 0;
    qsizetype m_messageBytes;
    Phase m_phase = Phase::Waiting;
};

} // namespace recado::transport
