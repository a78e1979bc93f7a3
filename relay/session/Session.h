#pragma once

#include "relay/delivery/ConnectedDevice.h"
#include "relay/delivery/DeliveryChannel.h"
#include "relay/session/DeviceRequests.h"
#include "relay/session/FrameWriter.h"
#include "relay/session/Handshake.h"
#include "relay/session/SessionServices.h"

#include <memory>

namespace recado::relay {

/// One connection's state machine: Hello → Challenge → Authenticate → Welcome, then requests until it closes;
/// or Hello → Challenge → Register → Registered, and nothing more. Connection's thread.
class Session final : public ConnectedDevice,
                      public DeliveryChannel::Sink,
                      public std::enable_shared_from_this<Session> {
public:
    Session(SessionLink& link, base::Inbox& inbox, const SessionServices& services);
    ~Session() override;

    void received(const QByteArray& message);
    void writable();
    /// The connection is gone; the link is not touched again.
    void closed();

    // ConnectedDevice
    void live(const MailboxRow& envelope) override;
    void accepted(base::SubmissionNumber number) override;
    void push(const wire::RelayFrame& frame, PushKind kind) override;
    void listChanged(const routing::DeviceList& list) override;
    void displaced(Displacement why) override;

    // DeliveryChannel::Sink
    void deliver(const MailboxRow& envelope) override;
    void mailboxDrained() override;
    [[nodiscard]] qint64 queuedBytes() const override;

private:
    enum class State {
        Fresh,      // expects Hello
        Challenged, // expects Authenticate or Register
        Working,    // a store is asked; no frame is expected
        Registered, // expects the end
        Open,       // authenticated, Welcome sent
        Closed,
    };
    /// What Welcome has to wait for.
    struct Arrival {
        int missing = 0;
        bool failed = false;
        std::optional<AccountRecord> account;
        quint32 prekeys = 0;
        base::SubmissionNumber highestSubmission = 0;
    };

    void handle(const wire::ClientFrame& frame);
    void hello(const wire::ClientFrame& frame);
    void registerAccount(const wire::ClientFrame& frame);
    void authenticate(const wire::ClientFrame& frame);
    void verified(quint64 requestId, const QByteArray& signature,
                  const StoreAnswer<std::optional<AccountRecord>>& answer);
    void admitted(quint64 requestId);
    void arrive(quint64 requestId);
    void welcome(quint64 requestId, const routing::DeviceList& list);

    void add(const wire::RelayFrame& frame);
    void addError(quint64 requestId, base::Reason reason, const char16_t* message);
    void end(CloseCode code, const char16_t* reason);
    void scheduleFlush();
    void flush();
    [[nodiscard]] bool isStillListed(const routing::DeviceList& list) const;
    [[nodiscard]] StoreCall storeCall() const { return StoreCall{&m_inbox}; }

    SessionLink& m_link;
    base::Inbox& m_inbox;
    const SessionServices& m_services;
    FrameWriter m_writer;
    Handshake m_handshake;
    State m_state = State::Fresh;
    int m_complaints = 0; // errors answered before authentication
    bool m_gone = false;
    bool m_flushPosted = false;

    // Once authenticated.
    std::optional<base::DeviceAddress> m_address;
    routing::ListedDevice m_device;
    Arrival m_arrival;
    std::shared_ptr<DeliveryChannel> m_channel;
    std::shared_ptr<DeviceRequests> m_requests;
    QVector<base::SubmissionNumber> m_accepted;
};

} // namespace recado::relay
