#pragma once

#include "base/SigningKey.h"
#include "protocol/AuthTranscript.h"
#include "protocol/FrameCodec.h"
#include "relay/session/RelayCore.h"
#include "routing/DeviceList.h"

#include <QVector>

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>

namespace recado::tests {

/// A connection that keeps what the relay says.
class FakeLink final : public relay::SessionLink {
public:
    QVector<wire::RelayFrame> frames;
    QVector<qsizetype> messageSizes;
    std::optional<relay::CloseCode> closeCode;
    bool authenticated = false;
    bool reading = true;
    int failures = 0;
    int registrations = 0;
    /// What queuedBytes() says: a test plays the slow connection.
    qint64 queued = 0;

    void send(const QByteArray& message) override {
        const auto decoded = protocol::decodeRelayMessage(message);
        Q_ASSERT(decoded.ok() && !closeCode);
        messageSizes.push_back(message.size());
        for (const wire::RelayFrame& frame : decoded->frames())
            frames.push_back(frame);
    }
    void close(relay::CloseCode code, const QString&) override { closeCode = code; }
    [[nodiscard]] qint64 queuedBytes() const override { return queued; }
    void markAuthenticated() override { authenticated = true; }
    void setReading(bool on) override { reading = on; }
    void note(Conduct conduct) override { ++(conduct == Conduct::Registration ? registrations : failures); }
};

/// A device of the protocol without a network: its keys, and one connection at a time to a RelayCore.
class FakeRelayDevice {
public:
    base::DeviceAddress address;
    quint32 registrationId = 0;
    base::SigningKey authKey = base::SigningKey::generate();
    QByteArray headerKey = QByteArray(32, 'h');
    std::shared_ptr<FakeLink> link;
    std::unique_ptr<relay::SessionHandler> session;
    wire::Challenge challenge;
    QByteArray clientNonce;

    FakeRelayDevice(const std::unique_ptr<relay::RelayCore>& core, base::Inbox& inbox,
                    std::function<void()> settle, base::DeviceAddress deviceAddress, quint32 registration)
        : address(deviceAddress)
        , registrationId(registration)
        , m_core(core)
        , m_inbox(inbox)
        , m_settle(std::move(settle)) {}

    [[nodiscard]] routing::ListedDevice listed() const {
        return {address.device, registrationId, authKey.publicKey(), headerKey};
    }

    void open() {
        session.reset();
        link = std::make_shared<FakeLink>();
        session = m_core->openSession(*link, m_inbox);
    }
    void disconnect() {
        session.reset();
        m_settle();
    }
    /// Hands the connection out, alive: what a device leaves behind when it connects anew elsewhere.
    struct Abandoned {
        std::shared_ptr<FakeLink> link;
        std::unique_ptr<relay::SessionHandler> session; // goes first
    };
    [[nodiscard]] Abandoned abandon() { return {link, std::move(session)}; }

    void send(const wire::ClientFrame& frame) { session->received(protocol::encode(frame)); }
    void sendAndSettle(const wire::ClientFrame& frame) {
        send(frame);
        m_settle();
    }

    void hello(wire::Purpose purpose) {
        clientNonce = base::AccountId::random().toBytes() + base::AccountId::random().toBytes();
        wire::ClientFrame frame;
        frame.set_request_id(1);
        wire::Hello* hello = frame.mutable_hello();
        hello->set_version(protocol::protocolVersion);
        hello->set_nonce(protocol::fromBytes(clientNonce));
        hello->set_purpose(purpose);
        hello->set_account_id(protocol::fromBytes(address.account.toBytes()));
        hello->set_device_id(address.device);
        sendAndSettle(frame);
        if (const auto* answer = last(wire::RelayFrame::kChallenge))
            challenge = answer->challenge();
    }

    [[nodiscard]] protocol::AuthTranscript transcript(wire::Purpose purpose) const {
        return {.version = challenge.version(),
                .purpose = quint32(purpose),
                .clientNonce = clientNonce,
                .relayNonce = protocol::toBytes(challenge.nonce()),
                .relayKey = protocol::toBytes(challenge.relay_key()),
                .relayName = QString::fromStdString(challenge.relay_name()),
                .tlsKeyHash = protocol::toBytes(challenge.tls_key_hash()),
                .accountId = address.account.toBytes(),
                .deviceId = address.device};
    }
    [[nodiscard]] wire::ClientFrame authentication() const {
        wire::ClientFrame frame;
        frame.set_request_id(2);
        frame.mutable_authenticate()->set_signature(
            protocol::fromBytes(authKey.sign(QByteArrayView(protocol::deviceAuthenticationLabel),
                                             transcript(wire::PURPOSE_AUTHENTICATE).toBytes())));
        return frame;
    }
    /// Opens, authenticates and waits; true when welcomed.
    bool connect() {
        open();
        hello(wire::PURPOSE_AUTHENTICATE);
        sendAndSettle(authentication());
        return last(wire::RelayFrame::kWelcome) != nullptr;
    }

    /// The last frame of that kind on this connection.
    [[nodiscard]] const wire::RelayFrame* last(wire::RelayFrame::BodyCase kind) const {
        for (auto frame = link->frames.crbegin(); frame != link->frames.crend(); ++frame) {
            if (frame->body_case() == kind)
                return &*frame;
        }
        return nullptr;
    }
    [[nodiscard]] qsizetype count(wire::RelayFrame::BodyCase kind) const {
        return std::count_if(link->frames.begin(), link->frames.end(),
                             [&](const wire::RelayFrame& frame) { return frame.body_case() == kind; });
    }
    [[nodiscard]] QVector<wire::Deliver> delivered() const {
        QVector<wire::Deliver> all;
        for (const wire::RelayFrame& frame : link->frames) {
            if (frame.has_deliver())
                all.push_back(frame.deliver());
        }
        return all;
    }
    [[nodiscard]] QVector<quint64> accepted() const {
        QVector<quint64> all;
        for (const wire::RelayFrame& frame : link->frames)
            all.append(QVector<quint64>(frame.accepted().submissions().begin(),
                                        frame.accepted().submissions().end()));
        return all;
    }
    /// The reason of the last Refused or Error; empty when there was none.
    [[nodiscard]] QString refusal() const {
        const auto* frame = last(wire::RelayFrame::kRefused);
        return frame != nullptr ? QString::fromStdString(frame->refused().reason()) : QString();
    }
    [[nodiscard]] QString error() const {
        const auto* frame = last(wire::RelayFrame::kError);
        return frame != nullptr ? QString::fromStdString(frame->error().reason()) : QString();
    }

    void acknowledge(quint64 first, quint64 last) {
        wire::ClientFrame frame;
        auto* range = frame.mutable_acknowledge()->add_ranges();
        range->set_first(first);
        range->set_last(last);
        send(frame);
    }

private:
    const std::unique_ptr<relay::RelayCore>& m_core; // another one after a restart
    base::Inbox& m_inbox;
    std::function<void()> m_settle;
};

} // namespace recado::tests
