#include "transport/RelayConnection.h"

#include "base/SigningKey.h"
#include "protocol/AuthTranscript.h"
#include "protocol/FrameCodec.h"
#include "support/Suite.h"

#include <QTest>
#include <QWebSocket>
#include <QWebSocketServer>

using namespace Qt::StringLiterals;

namespace recado::tests {

using base::Reason;
using protocol::fromBytes;
using protocol::toBytes;

/// A relay of one connection, as small as the handshake allows.
class TinyRelay : public QObject {
    Q_OBJECT
public:
    bool listen(quint16 port = 0) {
        connect(&m_server, &QWebSocketServer::newConnection, this, [this] { accept(); });
        return m_server.listen(QHostAddress::LocalHost, port);
    }
    [[nodiscard]] quint16 port() const { return m_server.serverPort(); }
    void close() {
        m_server.close();
        if (socket)
            socket->abort();
    }
    void send(const wire::RelayFrame& frame) { socket->sendBinaryMessage(protocol::encode(frame)); }

    base::SigningKey key = base::SigningKey::generate();
    QWebSocket* socket = nullptr;
    QVector<wire::ClientFrame> frames;
    int connections = 0;

private:
    void accept() {
        ++connections;
        socket = m_server.nextPendingConnection();
        socket->setParent(this);
        connect(socket, &QWebSocket::binaryMessageReceived, this, [this](const QByteArray& bytes) {
            const auto message = protocol::decodeClientMessage(bytes);
            for (const wire::ClientFrame& frame : message->frames())
                handle(frame);
        });
    }
    void handle(const wire::ClientFrame& frame) {
        wire::RelayFrame reply;
        reply.set_request_id(frame.request_id());
        if (frame.has_hello()) {
            const wire::Hello& hello = frame.hello();
            protocol::AuthTranscript transcript{hello.version(),
                                                quint32(hello.purpose()),
                                                toBytes(hello.nonce()),
                                                QByteArray(32, 'r'),
                                                key.publicKey(),
                                                u"tiny"_s,
                                                {},
                                                toBytes(hello.account_id()),
                                                hello.device_id()};
            auto* challenge = reply.mutable_challenge();
            challenge->set_version(hello.version());
            challenge->set_nonce(std::string(32, 'r'));
            challenge->set_relay_key(fromBytes(key.publicKey()));
            challenge->set_relay_name("tiny");
            challenge->set_signature(fromBytes(
                key.sign(QByteArrayView(protocol::relayAuthenticationLabel), transcript.toBytes())));
            send(reply);
        } else if (frame.has_authenticate()) {
            reply.mutable_welcome()->set_address("ana@tiny");
            send(reply);
        } else if (frame.has_register_account()) {
            reply.mutable_error()->set_reason("username_taken");
            send(reply);
        } else {
            frames.append(frame);
        }
    }

    QWebSocketServer m_server{u"tiny"_s, QWebSocketServer::NonSecureMode};
};

class Listener : public messaging::RelayLinkListener {
public:
    void linkConnecting() override {}
    void linkOnline(const wire::Welcome& welcome, const messaging::RelayIdentity& relay) override {
        ++online;
        address = QString::fromStdString(welcome.address());
        identity = relay;
    }
    void linkOffline(std::optional<Reason> reason) override {
        ++offline;
        problem = reason;
    }
    void linkReceived(std::vector<wire::RelayFrame> more) override {
        for (wire::RelayFrame& frame : more)
            frames.append(frame);
    }

    int online = 0;
    int offline = 0;
    QString address;
    messaging::RelayIdentity identity;
    std::optional<Reason> problem;
    QVector<wire::RelayFrame> frames;
};

class RelayConnectionTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void itAuthenticatesAndAsksAndHears();
    void itReturnsQuicklyWhenTheRelayDoes();
    void itStopsAtAnotherRelayKey();
    void openQuestionsFailWhenTheConnectionIsLost();
    void anErrorIsAnAnswer();
    void aRefusedRegistrationSaysWhy();

private:
    static messaging::LinkAccount account(const TinyRelay& relay) {
        messaging::LinkAccount result;
        result.url = u"ws://127.0.0.1:%1"_s.arg(relay.port());
        result.account = base::AccountId::random();
        result.device = 1;
        result.authSeed = base::SigningKey::generate().seed();
        return result;
    }
};

void RelayConnectionTest::itAuthenticatesAndAsksAndHears() {
    TinyRelay relay;
    QVERIFY(relay.listen());
    base::Inbox inbox;
    Listener listener;
    transport::RelayConnection link(inbox);
    link.setListener(&listener);
    link.connectTo(account(relay));
    QTRY_COMPARE(listener.online, 1);
    QCOMPARE(listener.address, u"ana@tiny"_s);
    QCOMPARE(listener.identity.relayKey, relay.key.publicKey());

    bool answered = false;
    wire::ClientFrame question;
    question.mutable_get_account()->set_username("bia");
    link.request(question, [&](const base::Result<wire::RelayFrame>& answer) {
        answered = answer.ok() && answer->account().username() == "bia";
    });
    QTRY_COMPARE(relay.frames.size(), 1);
    wire::RelayFrame reply;
    reply.set_request_id(relay.frames[0].request_id());
    reply.mutable_account()->set_username("bia");
    relay.send(reply);
    QTRY_VERIFY(answered);

    wire::ClientFrame own;
    own.set_request_id(messaging::RelayLink::listenerIds + 7);
    own.mutable_submit()->set_submission(7);
    link.send({own, own});
    QTRY_COMPARE(relay.frames.size(), 3);
    wire::RelayFrame accepted;
    accepted.set_request_id(own.request_id());
    accepted.mutable_accepted()->add_submissions(7);
    relay.send(accepted);
    QTRY_COMPARE(listener.frames.size(), 1);
    QVERIFY(listener.frames[0].has_accepted());
}

void RelayConnectionTest::itReturnsQuicklyWhenTheRelayDoes() {
    auto relay = std::make_unique<TinyRelay>();
    QVERIFY(relay->listen());
    const quint16 port = relay->port();
    const base::SigningKey key = std::move(relay->key);
    relay->key = *base::SigningKey::fromSeed(key.seed().view());
    base::Inbox inbox;
    Listener listener;
    transport::RelayConnection link(inbox);
    link.setListener(&listener);
    link.connectTo(account(*relay));
    QTRY_COMPARE(listener.online, 1);
    relay->close();
    QTRY_VERIFY(listener.offline > 0);
    QTRY_VERIFY(listener.problem == Reason::RelayUnreachable);
    relay = std::make_unique<TinyRelay>();
    relay->key = *base::SigningKey::fromSeed(key.seed().view());
    QVERIFY(relay->listen(port));
    QTRY_COMPARE_WITH_TIMEOUT(listener.online, 2, 3'000);
}

void RelayConnectionTest::itStopsAtAnotherRelayKey() {
    TinyRelay relay;
    QVERIFY(relay.listen());
    base::Inbox inbox;
    Listener listener;
    transport::RelayConnection link(inbox);
    link.setListener(&listener);
    messaging::LinkAccount target = account(relay);
    target.pinnedRelayKey = base::SigningKey::generate().publicKey();
    link.connectTo(std::move(target));
    QTRY_VERIFY(listener.problem == Reason::RelayKeyChanged);
    QCOMPARE(relay.connections, 1);
    QCOMPARE(listener.online, 0);
}

void RelayConnectionTest::openQuestionsFailWhenTheConnectionIsLost() {
    TinyRelay relay;
    QVERIFY(relay.listen());
    base::Inbox inbox;
    Listener listener;
    transport::RelayConnection link(inbox);
    link.setListener(&listener);
    std::optional<Reason> reason;
    const auto note = [&](const base::Result<wire::RelayFrame>& answer) { reason = answer.error().reason; };
    wire::ClientFrame question;
    question.mutable_get_account()->set_username("bia");
    link.request(question, note);
    QTRY_VERIFY(reason == Reason::RelayUnreachable); // not connected yet
    reason.reset();
    link.connectTo(account(relay));
    QTRY_COMPARE(listener.online, 1);
    link.request(question, note);
    QTRY_COMPARE(relay.frames.size(), 1);
    relay.socket->abort();
    QTRY_VERIFY(reason == Reason::RelayUnreachable);
}

void RelayConnectionTest::anErrorIsAnAnswer() {
    TinyRelay relay;
    QVERIFY(relay.listen());
    base::Inbox inbox;
    Listener listener;
    transport::RelayConnection link(inbox);
    link.setListener(&listener);
    link.connectTo(account(relay));
    QTRY_COMPARE(listener.online, 1);
    std::optional<Reason> reason;
    wire::ClientFrame question;
    question.mutable_get_account()->set_username("bia");
    link.request(question,
                 [&](const base::Result<wire::RelayFrame>& answer) { reason = answer.error().reason; });
    QTRY_COMPARE(relay.frames.size(), 1);
    relay.send(protocol::errorFrame(relay.frames[0].request_id(),
                                    base::makeError(Reason::UnknownRecipient, u"nobody"_s)));
    QTRY_VERIFY(reason == Reason::UnknownRecipient);
    QVERIFY(listener.frames.isEmpty());
}

void RelayConnectionTest::aRefusedRegistrationSaysWhy() {
    TinyRelay relay;
    QVERIFY(relay.listen());
    base::Inbox inbox;
    transport::RelayConnection link(inbox);
    std::optional<Reason> reason;
    const auto note = [&](const base::Result<messaging::RegistrationAnswer>& answer) {
        reason = answer.error().reason;
    };
    link.registerAccount(account(relay), {}, note);
    QTRY_VERIFY(reason == Reason::UsernameTaken);
    reason.reset();
    messaging::LinkAccount nowhere = account(relay);
    relay.close();
    link.registerAccount(std::move(nowhere), {}, note);
    QTRY_VERIFY(reason == Reason::RelayUnreachable);
}

} // namespace recado::tests

RECADO_TEST(recado::tests::RelayConnectionTest)
#include "RelayConnectionTest.moc"
