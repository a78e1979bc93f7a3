#include "support/RelayCoreFixture.h"
#include "support/Suite.h"

#include <QTest>

using namespace recado;
using namespace recado::tests;

class SessionTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void bothSidesProveThemselvesAndTheDeviceIsWelcomed();
    void theChallengeIsAlikeForUnknownAccounts();
    void unknownAccountAndBadSignatureAreAnsweredAlike();
    void anAuthenticationCannotBeReplayed();
    void aSignatureForRegistrationDoesNotAuthenticate();
    void malformedHellosAreRefused_data();
    void malformedHellosAreRefused();
    void requestsBeforeAuthenticationAreNotPermitted();
    void whoOnlyMakesErrorsIsDisconnected();
    void unknownFramesAreAnsweredAndTheConnectionStays();
    void malformedMessagesEndTheConnection();
    void aNewerConnectionReplacesTheOlder();
    void theReplacedConnectionsEndDoesNotHurtTheNewer();
    void aBusyDirectoryIsSaidSo();
    void aDeviceRemovedWhileItArrivesIsNotWelcomed();
    void erasingAnAccountClosesItsConnections();
    void sessionsAreCounted();
    void whatCannotBeANameDoesNotWaitForTheOthers();
    void errorsBeforeAndAfterTheWelcomeNameTheState();
};

void SessionTest::bothSidesProveThemselvesAndTheDeviceIsWelcomed() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    FakeRelayDevice& device = *anna.front();
    device.open();
    device.hello(wire::PURPOSE_AUTHENTICATE);
    QCOMPARE(device.last(wire::RelayFrame::kChallenge)->request_id(), 1u);
    QVERIFY(base::verifySignature(protocol::toBytes(device.challenge.relay_key()),
                                  QByteArrayView(protocol::relayAuthenticationLabel),
                                  device.transcript(wire::PURPOSE_AUTHENTICATE).toBytes(),
                                  protocol::toBytes(device.challenge.signature())));
    QVERIFY(!device.link->authenticated);
    device.sendAndSettle(device.authentication());

    const auto* frame = device.last(wire::RelayFrame::kWelcome);
    QVERIFY(frame != nullptr);
    QVERIFY(device.link->authenticated);
    QCOMPARE(frame->request_id(), 2u);
    const wire::Welcome& welcome = frame->welcome();
    QCOMPARE(QString::fromStdString(welcome.address()), QStringLiteral("anna@relay.test"));
    QCOMPARE(welcome.limits().submissions_in_flight(), 256u);
    QCOMPARE(qint64(welcome.relay_time_ms()), relay.clock.wallMs());
    QCOMPARE(protocol::toBytes(welcome.store_incarnation()), relay.incarnation);
    QCOMPARE(welcome.device_list_version(), 1u);
    QCOMPARE(welcome.highest_submission(), 0u);
    QCOMPARE(welcome.prekeys_remaining(), 0u);
    QCOMPARE(device.count(wire::RelayFrame::kMailboxDrained), 1);
}

void SessionTest::theChallengeIsAlikeForUnknownAccounts() {
    RelayCoreFixture relay;
    const auto stranger = relay.makeDevice({base::AccountId::random(), 1});
    stranger->open();
    stranger->hello(wire::PURPOSE_AUTHENTICATE);
    QCOMPARE(stranger->count(wire::RelayFrame::kChallenge), 1);
}

void SessionTest::unknownAccountAndBadSignatureAreAnsweredAlike() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto impostor = relay.makeDevice(anna.front()->address);
    const auto unlisted = relay.makeDevice({anna.front()->address.account, 2});
    const auto stranger = relay.makeDevice({base::AccountId::random(), 1});
    QVERIFY(!impostor->connect());
    QVERIFY(!unlisted->connect());
    QVERIFY(!stranger->connect());
    const std::string expected = stranger->last(wire::RelayFrame::kError)->SerializeAsString();
    QCOMPARE(stranger->error(), QStringLiteral("authentication_failed"));
    for (const auto* device : {impostor.get(), unlisted.get(), stranger.get()}) {
        QCOMPARE(device->last(wire::RelayFrame::kError)->SerializeAsString(), expected);
        QVERIFY(device->link->closeCode == relay::CloseCode::Policy);
        QVERIFY(!device->link->authenticated);
    }
    QCOMPARE(relay.core->metrics().authenticationFailures.load(), 3u);
}

void SessionTest::anAuthenticationCannotBeReplayed() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    QVERIFY(anna.front()->connect());
    const wire::ClientFrame recorded = anna.front()->authentication();
    anna.front()->open();
    anna.front()->hello(wire::PURPOSE_AUTHENTICATE);
    anna.front()->sendAndSettle(recorded);
    QCOMPARE(anna.front()->error(), QStringLiteral("authentication_failed"));
    QCOMPARE(anna.front()->count(wire::RelayFrame::kWelcome), 0);
}

void SessionTest::aSignatureForRegistrationDoesNotAuthenticate() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    FakeRelayDevice& device = *anna.front();
    device.open();
    device.hello(wire::PURPOSE_AUTHENTICATE);
    wire::ClientFrame frame;
    frame.mutable_authenticate()->set_signature(
        protocol::fromBytes(device.authKey.sign(QByteArrayView(protocol::deviceRegistrationLabel),
                                                device.transcript(wire::PURPOSE_AUTHENTICATE).toBytes())));
    device.sendAndSettle(frame);
    QCOMPARE(device.error(), QStringLiteral("authentication_failed"));
}

void SessionTest::malformedHellosAreRefused_data() {
    QTest::addColumn<quint32>("version");
    QTest::addColumn<int>("nonceBytes");
    QTest::addColumn<int>("accountBytes");
    QTest::addColumn<quint32>("device");
    QTest::addColumn<int>("purpose");
    QTest::addColumn<QString>("reason");
    const auto invalid = QStringLiteral("invalid_argument");
    QTest::newRow("version") << 0u << 32 << 16 << 1u << 1 << QStringLiteral("unsupported_version");
    QTest::newRow("nonce") << 1u << 31 << 16 << 1u << 1 << invalid;
    QTest::newRow("account") << 1u << 32 << 15 << 1u << 1 << invalid;
    QTest::newRow("device") << 1u << 32 << 16 << 0u << 1 << invalid;
    QTest::newRow("purpose") << 1u << 32 << 16 << 1u << 0 << invalid;
}

void SessionTest::malformedHellosAreRefused() {
    QFETCH(const quint32, version);
    QFETCH(const int, nonceBytes);
    QFETCH(const int, accountBytes);
    QFETCH(const quint32, device);
    QFETCH(const int, purpose);
    QFETCH(const QString, reason);
    RelayCoreFixture relay;
    const auto stranger = relay.makeDevice({base::AccountId::random(), 1});
    stranger->open();
    wire::ClientFrame frame;
    wire::Hello* hello = frame.mutable_hello();
    hello->set_version(version);
    hello->set_nonce(std::string(std::size_t(nonceBytes), 'n'));
    hello->set_account_id(std::string(std::size_t(accountBytes), 'a'));
    hello->set_device_id(device);
    hello->set_purpose(wire::Purpose(purpose));
    stranger->sendAndSettle(frame);
    QCOMPARE(stranger->error(), reason);
    QCOMPARE(stranger->count(wire::RelayFrame::kChallenge), 0);
}

void SessionTest::requestsBeforeAuthenticationAreNotPermitted() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    FakeRelayDevice& device = *anna.front();
    device.open();
    wire::ClientFrame lookup;
    lookup.set_request_id(9);
    lookup.mutable_get_account()->set_username("anna");
    device.sendAndSettle(lookup);
    QCOMPARE(device.error(), QStringLiteral("not_permitted"));
    QCOMPARE(device.last(wire::RelayFrame::kError)->request_id(), 9u);
    device.sendAndSettle(RelayCoreFixture::submission(1, anna, "early"));
    QCOMPARE(device.count(wire::RelayFrame::kError), 2);
    device.sendAndSettle(device.authentication());
    QCOMPARE(device.count(wire::RelayFrame::kError), 3);
    QVERIFY(!device.link->closeCode);
    QCOMPARE(device.count(wire::RelayFrame::kAccount), 0);
    QVERIFY(relay.mailboxes.appends == 0);
}

void SessionTest::whoOnlyMakesErrorsIsDisconnected() {
    RelayCoreFixture relay;
    const auto stranger = relay.makeDevice({base::AccountId::random(), 1});
    wire::ClientFrame early;
    early.mutable_get_account()->set_username("anna");
    stranger->open();
    for (int attempt = 0; attempt < 20; ++attempt)
        stranger->sendAndSettle(early);
    QVERIFY(stranger->link->closeCode == relay::CloseCode::Policy);
    QVERIFY(stranger->count(wire::RelayFrame::kError) < 12);
}

void SessionTest::unknownFramesAreAnsweredAndTheConnectionStays() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    FakeRelayDevice& device = *anna.front();
    QVERIFY(device.connect());
    wire::ClientFrame unknown;
    unknown.set_request_id(77);
    device.sendAndSettle(unknown);
    QCOMPARE(device.error(), QStringLiteral("unknown_frame"));
    QCOMPARE(device.last(wire::RelayFrame::kError)->request_id(), 77u);
    QVERIFY(!device.link->closeCode);
    wire::ClientFrame lookup;
    lookup.mutable_get_account()->set_username("anna");
    device.sendAndSettle(lookup);
    QCOMPARE(device.count(wire::RelayFrame::kAccount), 1);
}

void SessionTest::malformedMessagesEndTheConnection() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    FakeRelayDevice& device = *anna.front();
    QVERIFY(device.connect());
    device.session->received(QByteArray("\xff\xff\xff", 3));
    relay.settle();
    QCOMPARE(device.error(), QStringLiteral("malformed_frame"));
    QVERIFY(device.link->closeCode == relay::CloseCode::Malformed);
}

void SessionTest::aNewerConnectionReplacesTheOlder() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    FakeRelayDevice& receiver = *bert.front();
    QVERIFY(anna.front()->connect());
    QVERIFY(receiver.connect());
    anna.front()->sendAndSettle(RelayCoreFixture::submission(1, bert, "unacknowledged"));
    QCOMPARE(receiver.delivered().size(), 1);

    const auto old = receiver.abandon();
    QVERIFY(receiver.connect());
    QVERIFY(old.link->closeCode == relay::CloseCode::Replaced);
    QCOMPARE(receiver.delivered().size(), 1);
    anna.front()->sendAndSettle(RelayCoreFixture::submission(2, bert, "new"));
    QCOMPARE(receiver.delivered().size(), 2);
}

void SessionTest::theReplacedConnectionsEndDoesNotHurtTheNewer() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    QVERIFY(anna.front()->connect());
    QVERIFY(bert.front()->connect());
    auto old = bert.front()->abandon();
    QVERIFY(bert.front()->connect());
    old.session.reset();
    relay.settle();
    anna.front()->sendAndSettle(RelayCoreFixture::submission(1, bert, "still live"));
    QCOMPARE(bert.front()->delivered().size(), 1);
    bert.front()->sendAndSettle(RelayCoreFixture::submission(1, anna, "still open"));
    QCOMPARE(bert.front()->accepted(), QVector<quint64>{1});
}

void SessionTest::aBusyDirectoryIsSaidSo() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    anna.front()->open();
    anna.front()->hello(wire::PURPOSE_AUTHENTICATE);
    relay.directory.failNext = relay::StoreResult::Busy;
    anna.front()->sendAndSettle(anna.front()->authentication());
    QCOMPARE(anna.front()->error(), QStringLiteral("busy"));
    QVERIFY(anna.front()->link->closeCode == relay::CloseCode::Internal);
    QVERIFY(anna.front()->connect());
}

void SessionTest::aDeviceRemovedWhileItArrivesIsNotWelcomed() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"), 2);
    FakeRelayDevice& leaving = *anna.back();
    leaving.open();
    leaving.hello(wire::PURPOSE_AUTHENTICATE);
    relay.directory.queue.hold();
    leaving.sendAndSettle(leaving.authentication());
    QCOMPARE(relay.directory.queue.waiting(), 1u);
    relay.directory.queue.runOne();
    relay.settle();
    auto list = RelayCoreFixture::listOf(anna, 2);
    list.devices.removeLast();
    relay.directory.accounts[list.account].list = RelayCoreFixture::sign(list);
    relay.directory.queue.release();
    relay.settle();
    QCOMPARE(leaving.count(wire::RelayFrame::kWelcome), 0);
    QCOMPARE(leaving.error(), QStringLiteral("authentication_failed"));
    QVERIFY(leaving.link->closeCode.has_value());
}

void SessionTest::erasingAnAccountClosesItsConnections() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"), 2);
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    for (const auto& device : anna)
        QVERIFY(device->connect());
    QVERIFY(bert.front()->connect());
    bert.front()->sendAndSettle(RelayCoreFixture::submission(1, anna, "before"));
    relay.directory.accounts.remove(anna.front()->address.account);
    relay.core->accountErased(anna.front()->address.account);
    relay.settle();
    for (const auto& device : anna)
        QVERIFY(device->link->closeCode == relay::CloseCode::Policy);
    QVERIFY(!bert.front()->link->closeCode);
    bert.front()->sendAndSettle(RelayCoreFixture::submission(2, anna, "after"));
    QCOMPARE(bert.front()->refusal(), QStringLiteral("unknown_recipient"));
}

void SessionTest::sessionsAreCounted() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    QVERIFY(anna.front()->connect());
    QCOMPARE(relay.core->metrics().sessions.load(), 1u);
    QCOMPARE(relay.core->metrics().devicesConnected.load(), 1u);
    anna.front()->disconnect();
    QCOMPARE(relay.core->metrics().sessions.load(), 0u);
    QCOMPARE(relay.core->metrics().devicesConnected.load(), 0u);
}

// Look-ups wait for each other as they came; a thousand of the largest messages must not.
void SessionTest::whatCannotBeANameDoesNotWaitForTheOthers() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    FakeRelayDevice& device = *anna.front();
    QVERIFY(device.connect());
    relay.directory.queue.hold();
    wire::ClientFrame lookup;
    lookup.set_request_id(1);
    lookup.mutable_get_account()->set_username("anna");
    device.sendAndSettle(lookup);
    lookup.set_request_id(2);
    lookup.mutable_get_account()->set_username(std::string(100'000, 'a'));
    device.sendAndSettle(lookup);
    QCOMPARE(device.count(wire::RelayFrame::kAccount), 0);
    QCOMPARE(device.error(), QStringLiteral("invalid_argument"));
    QCOMPARE(device.last(wire::RelayFrame::kError)->request_id(), 2u);
    relay.directory.queue.release();
    relay.settle();
    QCOMPARE(device.count(wire::RelayFrame::kAccount), 1);
}

void SessionTest::errorsBeforeAndAfterTheWelcomeNameTheState() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    FakeRelayDevice& device = *anna.front();
    QVERIFY(device.connect());
    device.hello(wire::PURPOSE_AUTHENTICATE);
    QCOMPARE(device.error(), QStringLiteral("not_permitted"));
    // Once welcomed, errors are answered without end: only strangers are short of them.
    for (int attempt = 0; attempt < 20; ++attempt)
        device.sendAndSettle(device.authentication());
    QCOMPARE(device.count(wire::RelayFrame::kError), 21);
    QVERIFY(!device.link->closeCode);
    QCOMPARE(device.count(wire::RelayFrame::kWelcome), 1);
}

RECADO_TEST(SessionTest)
#include "SessionTest.moc"
