#include "transport/RelayConnection.h"

#include "base/SigningKey.h"
#include "protocol/AuthTranscript.h"
#include "protocol/FrameCodec.h"
#include "support/Suite.h"

#include <QPointer>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>
#include <QTimer>
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
    int signatures = 0;
    int challenges = 1; // how many a Hello is answered with
    bool dropsAfterWelcome = false;
    quint32 messageBytes = 0;

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
            for (int count = 0; count < challenges; ++count)
                send(reply);
        } else if (frame.has_authenticate()) {
            ++signatures;
            reply.mutable_welcome()->set_address("ana@tiny");
            reply.mutable_welcome()->mutable_limits()->set_message_bytes(messageBytes);
            send(reply);
            if (dropsAfterWelcome)
                socket->close(QWebSocketProtocol::CloseCodeGoingAway);
        } else if (frame.has_register_account()) {
            reply.mutable_error()->set_reason("username_taken");
            send(reply);
        } else {
            frames.append(frame);
        }
    }

    QWebSocketServer m_server{u"tiny"_s, QWebSocketServer::NonSecureMode};
};

/// Stands between a link and its relay, and can make what is open go dead without a word, as a lost network
/// does, or slow.
class Valve : public QObject {
    Q_OBJECT
public:
    explicit Valve(quint16 relayPort)
        : m_relayPort(relayPort) {
        connect(&m_server, &QTcpServer::newConnection, this, [this] { accept(); });
        m_server.listen(QHostAddress::LocalHost);
    }
    [[nodiscard]] quint16 port() const { return m_server.serverPort(); }
    /// What is connected now hears nothing any more, and nobody hears it.
    void deaden() { ++m_dead; }
    /// From now on the link gets `bytes` every `intervalMs`.
    void slowDown(qsizetype bytes, int intervalMs) {
        connect(&m_drip, &QTimer::timeout, this, [this, bytes] {
            if (m_link)
                m_link->write(m_held.left(bytes));
            m_held.remove(0, bytes);
        });
        m_drip.start(intervalMs);
    }

private:
    void accept() {
        QTcpSocket* const link = m_server.nextPendingConnection();
        auto* const relay = new QTcpSocket(link);
        m_link = link;
        const int generation = m_dead;
        connect(link, &QTcpSocket::readyRead, this, [=, this] {
            const QByteArray bytes = link->readAll();
            if (generation == m_dead && relay->isOpen())
                relay->write(bytes);
        });
        connect(relay, &QTcpSocket::readyRead, this, [=, this] {
            const QByteArray bytes = relay->readAll();
            if (generation != m_dead || !link->isOpen())
                return;
            if (m_drip.isActive())
                m_held += bytes;
            else
                link->write(bytes);
        });
        relay->connectToHost(QHostAddress::LocalHost, m_relayPort);
    }

    QTcpServer m_server;
    QPointer<QTcpSocket> m_link;
    QTimer m_drip;
    QByteArray m_held;
    const quint16 m_relayPort;
    int m_dead = 0;
};

class Listener : public messaging::RelayLinkListener {
public:
    void linkConnecting() override { ++connecting; }
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

    int connecting = 0;
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
    void aDeadConnectionIsNoticedAndReplaced();
    void aSlowConnectionIsNotADeadOne();
    void waitsGrowWhileConnectionsDoNotLast();
    void aFrameTooLargeForTheRelayIsAnsweredHere();
    void aSecondChallengeIsNotSigned();
    void anImpossibleAddressIsNotTriedAgain();
    void aConnectedLinkCanBeReplacedAndDestroyed();

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

void RelayConnectionTest::aDeadConnectionIsNoticedAndReplaced() {
    TinyRelay relay;
    QVERIFY(relay.listen());
    Valve valve(relay.port());
    base::Inbox inbox;
    Listener listener;
    transport::LinkTiming timing;
    timing.patience = {.pingAfterMs = 100, .deadAfterMs = 400};
    transport::RelayConnection link(inbox, timing);
    link.setListener(&listener);
    messaging::LinkAccount target = account(relay);
    target.url = u"ws://127.0.0.1:%1"_s.arg(valve.port());
    link.connectTo(std::move(target));
    QTRY_COMPARE(listener.online, 1);
    std::optional<Reason> reason;
    wire::ClientFrame question;
    question.mutable_get_account()->set_username("bia");
    valve.deaden();
    link.request(question,
                 [&](const base::Result<wire::RelayFrame>& answer) { reason = answer.error().reason; });
    QTRY_VERIFY(reason == Reason::RelayUnreachable);
    QTRY_VERIFY(listener.online >= 2);
}

void RelayConnectionTest::aSlowConnectionIsNotADeadOne() {
    TinyRelay relay;
    QVERIFY(relay.listen());
    Valve valve(relay.port());
    base::Inbox inbox;
    Listener listener;
    transport::LinkTiming timing;
    timing.patience = {.pingAfterMs = 500, .deadAfterMs = 1'500};
    transport::RelayConnection link(inbox, timing);
    link.setListener(&listener);
    messaging::LinkAccount target = account(relay);
    target.url = u"ws://127.0.0.1:%1"_s.arg(valve.port());
    link.connectTo(std::move(target));
    QTRY_COMPARE(listener.online, 1);
    // One message that takes longer than all patience together.
    valve.slowDown(1'000, 50);
    wire::RelayFrame large;
    large.mutable_deliver()->set_ciphertext(std::string(70'000, 'x'));
    relay.send(large);
    QTRY_COMPARE_WITH_TIMEOUT(listener.frames.size(), 1, 30'000);
    QCOMPARE(listener.offline, 0);
}

void RelayConnectionTest::waitsGrowWhileConnectionsDoNotLast() {
    TinyRelay relay;
    relay.dropsAfterWelcome = true;
    QVERIFY(relay.listen());
    base::Inbox inbox;
    Listener listener;
    QVector<qint64> longest;
    {
        transport::LinkTiming timing;
        timing.random = [&longest](qint64, qint64 high) {
            longest.append(high); // read when the link and its thread are gone
            return high > 400 ? 1 : high;
        };
        transport::RelayConnection link(inbox, timing);
        link.setListener(&listener);
        link.connectTo(account(relay));
        QTRY_VERIFY(listener.online >= 3);
    }
    QVERIFY(longest.size() >= 2);
    QVERIFY(longest[1] > longest[0]);
}

void RelayConnectionTest::aFrameTooLargeForTheRelayIsAnsweredHere() {
    TinyRelay relay;
    relay.messageBytes = 1'000;
    QVERIFY(relay.listen());
    base::Inbox inbox;
    Listener listener;
    transport::RelayConnection link(inbox);
    link.setListener(&listener);
    link.connectTo(account(relay));
    QTRY_COMPARE(listener.online, 1);
    wire::ClientFrame large;
    large.set_request_id(messaging::RelayLink::listenerIds + 7);
    large.mutable_submit()->set_submission(7);
    large.mutable_submit()->set_body(std::string(1'000, 'x'));
    wire::ClientFrame small;
    small.mutable_submit()->set_submission(8);
    link.send({large, small});
    QTRY_COMPARE(relay.frames.size(), 1);
    QCOMPARE(relay.frames[0].submit().submission(), 8u);
    QTRY_COMPARE(listener.frames.size(), 1);
    QCOMPARE(listener.frames[0].request_id(), messaging::RelayLink::listenerIds + 7);
    QCOMPARE(listener.frames[0].error().reason(), std::string("message_too_long"));
    std::optional<Reason> reason;
    wire::ClientFrame question;
    question.mutable_get_account()->set_username(std::string(1'000, 'x'));
    link.request(question,
                 [&](const base::Result<wire::RelayFrame>& answer) { reason = answer.error().reason; });
    QTRY_VERIFY(reason == Reason::MessageTooLong);
    QCOMPARE(listener.offline, 0);
}

void RelayConnectionTest::aSecondChallengeIsNotSigned() {
    TinyRelay relay;
    relay.challenges = 3;
    QVERIFY(relay.listen());
    base::Inbox inbox;
    Listener listener;
    transport::RelayConnection link(inbox);
    link.setListener(&listener);
    link.connectTo(account(relay));
    QTRY_COMPARE(listener.online, 1);
    // What was sent before this question has arrived before it.
    wire::ClientFrame question;
    question.mutable_get_account()->set_username("bia");
    link.request(question, [](const base::Result<wire::RelayFrame>&) {});
    QTRY_COMPARE(relay.frames.size(), 1);
    QCOMPARE(relay.signatures, 1);
}

void RelayConnectionTest::anImpossibleAddressIsNotTriedAgain() {
    TinyRelay relay;
    QVERIFY(relay.listen());
    base::Inbox inbox;
    Listener listener;
    transport::LinkTiming timing;
    timing.lookAgainMs = 1;
    transport::RelayConnection link(inbox, timing);
    link.setListener(&listener);
    messaging::LinkAccount target = account(relay);
    target.url = u"http://127.0.0.1"_s;
    link.connectTo(std::move(target));
    QTRY_VERIFY(listener.problem == Reason::InvalidArgument);
    // A later target is a new beginning; by the time it is online, another attempt would have been seen.
    link.connectTo(account(relay));
    QTRY_COMPARE(listener.online, 1);
    QCOMPARE(listener.offline, 1);
    QCOMPARE(listener.connecting, 1);
}

void RelayConnectionTest::aConnectedLinkCanBeReplacedAndDestroyed() {
    TinyRelay relay;
    QVERIFY(relay.listen());
    base::Inbox inbox;
    for (int round = 1; round <= 20; ++round) {
        Listener listener;
        transport::RelayConnection link(inbox);
        link.setListener(&listener);
        link.connectTo(account(relay));
        QTRY_COMPARE(listener.online, 1);
        link.connectTo(account(relay));
        QTRY_COMPARE(listener.online, 2);
        QCOMPARE(listener.offline, 0);
    }
}

} // namespace recado::tests

RECADO_TEST(recado::tests::RelayConnectionTest)
#include "RelayConnectionTest.moc"
