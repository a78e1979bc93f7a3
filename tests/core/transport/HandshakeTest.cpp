#include "transport/Handshake.h"

#include "base/SigningKey.h"
#include "protocol/FrameCodec.h"
#include "support/Suite.h"
#include "transport/RelayUrl.h"

#include <QCryptographicHash>
#include <QTest>

using namespace Qt::StringLiterals;

namespace recado::tests {

using base::Reason;
using protocol::fromBytes;
using protocol::toBytes;

/// A relay's part of the authentication, with every field at hand to be bent.
struct Challenger {
    base::SigningKey key = base::SigningKey::generate();
    protocol::AuthTranscript transcript;
    wire::Challenge challenge;

    void answer(const wire::Hello& hello) {
        transcript = {
            hello.version(),  quint32(hello.purpose()), toBytes(hello.nonce()), QByteArray(32, 'r'),
            key.publicKey(),  u"relay.example"_s,       transcript.tlsKeyHash,  toBytes(hello.account_id()),
            hello.device_id()};
        challenge.set_version(hello.version());
        challenge.set_nonce(fromBytes(transcript.relayNonce));
        challenge.set_relay_key(fromBytes(transcript.relayKey));
        challenge.set_relay_name("relay.example");
        challenge.set_tls_key_hash(fromBytes(transcript.tlsKeyHash));
        challenge.set_signature(
            fromBytes(key.sign(QByteArrayView(protocol::relayAuthenticationLabel), transcript.toBytes())));
    }
    void succeed(const base::SigningKey& older, const base::SigningKey& newer) {
        auto* step = challenge.add_successions();
        step->set_old_key(fromBytes(older.publicKey()));
        step->set_new_key(fromBytes(newer.publicKey()));
        step->set_signature(
            fromBytes(older.sign(QByteArrayView(protocol::relayKeySuccessionLabel), newer.publicKey())));
    }
};

class HandshakeTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void theDeviceSignsWhatTheRelaySigned();
    void registrationSignsTheWholeRequest();
    void anotherKeyThanThePinnedOneStops();
    void aSignedSuccessorIsFollowed();
    void aBrokenChainOfSuccessorsStops();
    void aSignatureOverAnythingElseIsRefused_data();
    void aSignatureOverAnythingElseIsRefused();
    void theTlsKeyMustBeTheOneSeen();
    void aRelayBehindAProxyNamesNoTlsKey();
    void urlsAreCompletedAndChecked();

private:
    messaging::LinkAccount m_account;
    base::SigningKey m_deviceKey = base::SigningKey::generate();
    Challenger m_relay;
};

void HandshakeTest::init() {
    m_account = {};
    m_account.account = base::AccountId::random();
    m_account.device = 3;
    m_account.authSeed = m_deviceKey.seed();
    m_relay = {};
}

void HandshakeTest::theDeviceSignsWhatTheRelaySigned() {
    transport::Handshake handshake(m_account, wire::PURPOSE_AUTHENTICATE);
    m_relay.answer(handshake.hello().hello());
    const auto identity = handshake.verify(m_relay.challenge, {});
    QVERIFY(identity.ok());
    QCOMPARE(identity->relayKey, m_relay.key.publicKey());
    QCOMPARE(identity->relayName, u"relay.example"_s);
    const auto answer = handshake.authenticate();
    QVERIFY(base::verifySignature(m_deviceKey.publicKey(),
                                  QByteArrayView(protocol::deviceAuthenticationLabel),
                                  m_relay.transcript.toBytes(), toBytes(answer->authenticate().signature())));
}

void HandshakeTest::registrationSignsTheWholeRequest() {
    transport::Handshake handshake(m_account, wire::PURPOSE_REGISTER);
    m_relay.answer(handshake.hello().hello());
    QVERIFY(handshake.verify(m_relay.challenge, {}).ok());
    wire::Register request;
    request.set_username("ana");
    const auto frame = handshake.signedRegister(request);
    const QByteArray message =
        m_relay.transcript.toBytes() +
        QCryptographicHash::hash(toBytes(request.SerializeAsString()), QCryptographicHash::Sha256);
    QVERIFY(base::verifySignature(m_deviceKey.publicKey(), QByteArrayView(protocol::deviceRegistrationLabel),
                                  message, toBytes(frame->register_account().signature())));
}

void HandshakeTest::anotherKeyThanThePinnedOneStops() {
    m_account.pinnedRelayKey = base::SigningKey::generate().publicKey();
    transport::Handshake handshake(m_account, wire::PURPOSE_AUTHENTICATE);
    m_relay.answer(handshake.hello().hello());
    QCOMPARE(handshake.verify(m_relay.challenge, {}).error().reason, Reason::RelayKeyChanged);
}

void HandshakeTest::aSignedSuccessorIsFollowed() {
    const auto first = base::SigningKey::generate();
    const auto second = base::SigningKey::generate();
    for (const QByteArray& pinned : {first.publicKey(), second.publicKey()}) {
        m_account.pinnedRelayKey = pinned;
        transport::Handshake handshake(m_account, wire::PURPOSE_AUTHENTICATE);
        m_relay.challenge.Clear();
        m_relay.answer(handshake.hello().hello());
        m_relay.succeed(first, second);
        m_relay.succeed(second, m_relay.key);
        QVERIFY(handshake.verify(m_relay.challenge, {}).ok());
    }
}

void HandshakeTest::aBrokenChainOfSuccessorsStops() {
    const auto first = base::SigningKey::generate();
    m_account.pinnedRelayKey = first.publicKey();
    transport::Handshake handshake(m_account, wire::PURPOSE_AUTHENTICATE);
    m_relay.answer(handshake.hello().hello());
    m_relay.succeed(first, m_relay.key);
    std::string& signature = *m_relay.challenge.mutable_successions(0)->mutable_signature();
    signature[0] = char(signature[0] ^ 1);
    QCOMPARE(handshake.verify(m_relay.challenge, {}).error().reason, Reason::RelayKeyChanged);
}

void HandshakeTest::aSignatureOverAnythingElseIsRefused_data() {
    QTest::addColumn<int>("field");
    QTest::newRow("nonce") << 0;
    QTest::newRow("relay name") << 1;
    QTest::newRow("relay key") << 2;
    QTest::newRow("signature") << 3;
    QTest::newRow("short nonce") << 4;
    QTest::newRow("version") << 5;
}

void HandshakeTest::aSignatureOverAnythingElseIsRefused() {
    QFETCH(int, field);
    transport::Handshake handshake(m_account, wire::PURPOSE_AUTHENTICATE);
    m_relay.answer(handshake.hello().hello());
    wire::Challenge& challenge = m_relay.challenge;
    switch (field) {
    case 0:
        challenge.mutable_nonce()->front() = 'x';
        break;
    case 1:
        challenge.set_relay_name("relay.elsewhere");
        break;
    case 2:
        challenge.set_relay_key(fromBytes(base::SigningKey::generate().publicKey()));
        break;
    case 3:
        challenge.mutable_signature()->front() = char(challenge.signature().front() ^ 1);
        break;
    case 4:
        challenge.mutable_nonce()->pop_back();
        break;
    default:
        challenge.set_version(2);
        break;
    }
    const auto verified = handshake.verify(challenge, {});
    QVERIFY(!verified.ok());
    QCOMPARE(verified.error().reason, field == 5 ? Reason::UnsupportedVersion : Reason::AuthenticationFailed);
}

void HandshakeTest::theTlsKeyMustBeTheOneSeen() {
    m_relay.transcript.tlsKeyHash = QByteArray(32, 't');
    transport::Handshake handshake(m_account, wire::PURPOSE_AUTHENTICATE);
    m_relay.answer(handshake.hello().hello());
    QVERIFY(handshake.verify(m_relay.challenge, QByteArray(32, 't')).ok());
    QCOMPARE(handshake.verify(m_relay.challenge, QByteArray(32, 'x')).error().reason,
             Reason::AuthenticationFailed);
    QCOMPARE(handshake.verify(m_relay.challenge, {}).error().reason, Reason::AuthenticationFailed);
}

void HandshakeTest::aRelayBehindAProxyNamesNoTlsKey() {
    transport::Handshake handshake(m_account, wire::PURPOSE_AUTHENTICATE);
    m_relay.answer(handshake.hello().hello());
    QVERIFY(handshake.verify(m_relay.challenge, QByteArray(32, 'p')).ok());
    // Taken away by somebody in between, it is missing in what was signed.
    m_relay.transcript.tlsKeyHash = QByteArray(32, 't');
    m_relay.answer(handshake.hello().hello());
    m_relay.challenge.clear_tls_key_hash();
    QCOMPARE(handshake.verify(m_relay.challenge, QByteArray(32, 'p')).error().reason,
             Reason::AuthenticationFailed);
}

void HandshakeTest::urlsAreCompletedAndChecked() {
    QCOMPARE(transport::relaySocketUrl(u"ws://127.0.0.1:80"_s)->path(), u"/v1/socket"_s);
    QCOMPARE(transport::relaySocketUrl(u"wss://relay.example/v1/socket"_s)->path(), u"/v1/socket"_s);
    for (const QString& bad : {u"http://relay.example"_s, u"relay.example"_s, u"ws://"_s,
                               u"ws://user:word@relay.example"_s, QString()})
        QCOMPARE(transport::relaySocketUrl(bad).error().reason, Reason::InvalidArgument);
    QVERIFY(transport::isLoopback(QUrl(u"ws://[::1]:1"_s)));
    QVERIFY(!transport::isLoopback(QUrl(u"ws://relay.example"_s)));
}

} // namespace recado::tests

RECADO_TEST(recado::tests::HandshakeTest)
#include "HandshakeTest.moc"
