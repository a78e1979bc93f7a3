#pragma once

#include "relay/delivery/ConnectedDevice.h"
#include "relay/delivery/DeliveryChannel.h"
#include "relay/session/Arrival.h"
#include "relay/session/DeviceRequests.h"
#include "relay/session/FrameWriter.h"
#include "relay/session/Intake.h"
#include "relay/session/SessionThread.h"

#include <memory>

namespace recado::relay {

/// One connection: an Arrival until the device is welcomed, then its requests and what the rest of the relay
/// has for it, until it closes. Connection's thread. Idle, it keeps only what it needs to be reached.
class Session final : public ConnectedDevice,
                      public Arrival::Host,
                      public DeliveryChannel::Sink,
                      public Intake::Host,
                      public SessionThread::Flushable,
                      public std::enable_shared_from_this<Session> {
public:
    Session(SessionLink& link, SessionThread& thread, const SessionServices& services);
    ~Session() override;

    void received(const QByteArray& message);
    void writable();
    /// The connection is gone; the link is not touched again.
    void closed();

    // ConnectedDevice
    void live(const MailboxRow& envelope) override;
    void appendedLate(base::DeliveryId id) override;
    void accepted(base::SubmissionNumber number) override;
    void push(const wire::RelayFrame& frame, PushKind kind) override;
    void listChanged(const routing::DeviceList& list) override;
    void displaced(Displacement why) override;

    // Arrival::Host
    void answer(const wire::RelayFrame& frame) override;
    [[nodiscard]] QByteArray tlsKeyHash() const override { return m_link.tlsKeyHash(); }
    void admitted(base::DeviceAddress address, const routing::ListedDevice& device) override;
    [[nodiscard]] bool isStillListed(const routing::DeviceList& list) const override;
    void welcomed(const wire::RelayFrame& welcome) override;
    void end(CloseCode code, const char16_t* reason) override;
    void note(SessionLink::Conduct conduct) override { m_link.note(conduct); }

    // DeliveryChannel::Sink
    void deliver(const MailboxRow& envelope) override;
    void mailboxDrained() override;
    [[nodiscard]] qint64 queuedBytes() const override;

    // Intake::Host
    void take(const wire::ClientFrame& frame) override;
    void refuse(const base::Error& error) override;
    void nextPass() override;
    void later(qint64 delayMs) override;

    // SessionThread::Flushable
    void flush() override;

private:
    enum class State : quint8 { Arriving, Open, Closed };

    void scheduleFlush();

    SessionLink& m_link;
    SessionThread& m_thread;
    const SessionServices& m_services;
    FrameWriter m_writer;
    Intake m_intake;
    State m_state = State::Arriving;
    bool m_gone = false;
    bool m_flushPosted = false;
    std::shared_ptr<Arrival> m_arrival; // until the session is open

    // Once authenticated.
    quint32 m_registrationId = 0;
    std::optional<base::DeviceAddress> m_address;
    QByteArray m_authKey;
    std::shared_ptr<DeliveryChannel> m_channel;
    std::shared_ptr<DeviceRequests> m_requests;
    QVector<base::SubmissionNumber> m_accepted;
};

} // namespace recado::relay
