#include "protocol/RecoveryToken.h"
#include "relay/accounts/Registration.h"
#include "support/RelayCoreFixture.h"
#include "support/Suite.h"

#include <QTest>

using namespace recado;
using namespace recado::tests;

class AccountsTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void aNewAccountIsRegisteredAndCanAuthenticate();
    void aRegistrationMayBeRepeated();
    void anotherRegistrationOfTheSameAccountIsRefused();
    void usernamesAreChecked_data();
    void usernamesAreChecked();
    void afterARefusalAnotherNameMayBeTried();
    void freedNamesRest();
    void malformedRegistrationsAreRefused_data();
    void malformedRegistrationsAreRefused();
    void aRelayThatStoresFewPrekeysTakesWhatFits();
    void theRegistrationMustBeSignedByTheDevice();
    void closedRelaysTakeNobody();
    void invitationsAreNeededAndUsedUp();
    void aRepeatedRegistrationUsesNoSecondInvitation();
    void invitationsExpire();
    void registrationNeedsItsPurpose();
    void registrationsOfTheWholeRelayAreLimited();
    void accountsAreFoundByNameAndById();
    void lookupsAreCheckedAndMissesAnswered();
    void twentyUnknownNamesAnHour();
    void manyKnownNamesAtOnceAreNoMisses();
    void deviceListsOnlyGrow();
    void deviceListsOfOthersAreNotPermitted();
    void removedDevicesAreThrownOut();
    void aDeviceWithAnotherKeyIsThrownOut();
    void aRecoveryGivesTheAccountToItsNewDevice();
    void aRecoveryThatDoesNotFitIsNoInvitation_data();
    void aRecoveryThatDoesNotFitIsNoInvitation();
    void whileARecoveryIsOpenTheListIsFrozen();
};

namespace {

wire::Register registrationOf(const FakeRelayDevice& device, const QString& username,
                              const std::string& invite = {}, quint64 version = 1) {
    routing::DeviceList list;
    list.account = device.address.account;
    list.version = version;
    list.identityKey = QByteArray(1, 0x05) + QByteArray(32, 'k');
    list.devices.push_back(device.listed());
    wire::Register request;
    request.set_username(username.toStdString());
    request.set_invite(invite);
    request.mutable_device_list()->set_device_list(protocol::fromBytes(list.serialise()));
    request.mutable_device_list()->set_signature(std::string(64, 's'));
    *request.mutable_prekeys() = RelayCoreFixture::upload(1, 100);
    return request;
}

void sign(wire::Register& request, const FakeRelayDevice& device) {
    request.set_signature(protocol::fromBytes(
        device.authKey.sign(QByteArrayView(protocol::deviceRegistrationLabel),
                            relay::registrationMessage(device.transcript(wire::PURPOSE_REGISTER), request))));
}

void attempt(FakeRelayDevice& device, wire::Register request) {
    sign(request, device);
    wire::ClientFrame frame;
    frame.set_request_id(3);
    *frame.mutable_register_account() = request;
    device.sendAndSettle(frame);
}

/// Registers on a connection of its own; the answer is on the device's link.
bool registerDevice(FakeRelayDevice& device, const QString& username, const std::string& invite = {}) {
    device.open();
    device.hello(wire::PURPOSE_REGISTER);
    attempt(device, registrationOf(device, username, invite));
    return device.last(wire::RelayFrame::kRegistered) != nullptr;
}

std::unique_ptr<FakeRelayDevice> newcomer(RelayCoreFixture& relay) {
    return relay.makeDevice({base::AccountId::random(), 1});
}

/// An open invitation to take this account over.
protocol::RecoveryToken openRecovery(RelayCoreFixture& relay, const base::AccountId& account) {
    const protocol::RecoveryToken token{account, 2, 2, QByteArray(16, 's')};
    relay.directory.recoveries.insert(
        account, {QStringLiteral("anna"), token.secretHash(), relay.clock.wallMs() + 1'000});
    return token;
}

void recover(FakeRelayDevice& device, const QString& username, const QString& token, quint64 version = 2) {
    device.open();
    device.hello(wire::PURPOSE_REGISTER);
    attempt(device, registrationOf(device, username, token.toStdString(), version));
}

void lookUp(FakeRelayDevice& device, const std::string& username) {
    wire::ClientFrame frame;
    frame.set_request_id(11);
    frame.mutable_get_account()->set_username(username);
    device.send(frame);
}

} // namespace

void AccountsTest::aNewAccountIsRegisteredAndCanAuthenticate() {
    RelayCoreFixture relay;
    const auto anna = newcomer(relay);
    QVERIFY(registerDevice(*anna, QStringLiteral("anna")));
    const auto* frame = anna->last(wire::RelayFrame::kRegistered);
    QCOMPARE(frame->request_id(), 3u);
    QCOMPARE(protocol::toBytes(frame->registered().account_id()), anna->address.account.toBytes());
    QCOMPARE(frame->registered().device_id(), 1u);
    QCOMPARE(frame->registered().address(), std::string("anna@relay.test"));
    QCOMPARE(relay.core->metrics().registrations.load(), 1u);
    // That connection is good for nothing else.
    anna->sendAndSettle(anna->authentication());
    QCOMPARE(anna->error(), QStringLiteral("not_permitted"));
    QVERIFY(anna->connect());
    QCOMPARE(anna->last(wire::RelayFrame::kWelcome)->welcome().prekeys_remaining(), 100u);
}

void AccountsTest::aRegistrationMayBeRepeated() {
    RelayCoreFixture relay;
    const auto anna = newcomer(relay);
    QVERIFY(registerDevice(*anna, QStringLiteral("anna")));
    QVERIFY(registerDevice(*anna, QStringLiteral("anna")));
    QCOMPARE(relay.directory.accounts.size(), 1);
    QCOMPARE(relay.core->metrics().registrations.load(), 1u);
}

void AccountsTest::anotherRegistrationOfTheSameAccountIsRefused() {
    RelayCoreFixture relay;
    const auto anna = newcomer(relay);
    QVERIFY(registerDevice(*anna, QStringLiteral("anna")));
    QVERIFY(!registerDevice(*anna, QStringLiteral("another.name")));
    QCOMPARE(anna->error(), QStringLiteral("already_registered"));
    const auto thief = relay.makeDevice(anna->address);
    QVERIFY(!registerDevice(*thief, QStringLiteral("anna")));
    QCOMPARE(thief->error(), QStringLiteral("already_registered"));
}

void AccountsTest::usernamesAreChecked_data() {
    QTest::addColumn<QString>("username");
    QTest::addColumn<QString>("reason");
    const auto invalid = QStringLiteral("invalid_argument");
    const auto taken = QStringLiteral("username_taken");
    QTest::newRow("short") << QStringLiteral("an") << invalid;
    QTest::newRow("uppercase") << QStringLiteral("Anna") << invalid;
    QTest::newRow("long") << QString(33, QLatin1Char('a')) << invalid;
    QTest::newRow("separators alone") << QStringLiteral("_._") << invalid;
    QTest::newRow("dot at the end") << QStringLiteral("anna.") << invalid;
    QTest::newRow("taken") << QStringLiteral("arnold1") << taken;
    QTest::newRow("looks like it") << QStringLiteral("amo1dl") << taken;
    QTest::newRow("dots do not count") << QStringLiteral("a.r.n.old_1") << taken;
    QTest::newRow("reserved") << QStringLiteral("admin") << taken;
    QTest::newRow("looks reserved") << QStringLiteral("adm1n") << taken;
}

void AccountsTest::usernamesAreChecked() {
    QFETCH(const QString, username);
    QFETCH(const QString, reason);
    RelayCoreFixture relay;
    const auto first = newcomer(relay);
    QVERIFY(registerDevice(*first, QStringLiteral("arnold1")));
    QVERIFY(registerDevice(*newcomer(relay), QStringLiteral("amo1dl1")));
    const auto second = newcomer(relay);
    QVERIFY(!registerDevice(*second, username));
    QCOMPARE(second->error(), reason);
}

void AccountsTest::afterARefusalAnotherNameMayBeTried() {
    RelayCoreFixture relay;
    QVERIFY(registerDevice(*newcomer(relay), QStringLiteral("anna")));
    const auto other = newcomer(relay);
    QVERIFY(!registerDevice(*other, QStringLiteral("anna")));
    attempt(*other, registrationOf(*other, QStringLiteral("hanna")));
    QCOMPARE(other->count(wire::RelayFrame::kRegistered), 1);
}

void AccountsTest::freedNamesRest() {
    RelayCoreFixture relay;
    const auto anna = newcomer(relay);
    QVERIFY(registerDevice(*anna, QStringLiteral("anna")));
    relay.directory.eraseAccount(anna->address.account, relay.clock.wallMs(), {&relay.inbox},
                                 [](const auto&) {});
    relay.settle();
    const qint64 dayMs = 24LL * 3'600 * 1'000;
    relay.clock.advance(179 * dayMs);
    QVERIFY(!registerDevice(*newcomer(relay), QStringLiteral("anna")));
    relay.clock.advance(dayMs);
    QVERIFY(registerDevice(*newcomer(relay), QStringLiteral("anna")));
}

void AccountsTest::malformedRegistrationsAreRefused_data() {
    using Change = std::function<void(wire::Register&)>;
    QTest::addColumn<std::function<void(wire::Register&)>>("change");
    QTest::newRow("no list") << Change([](auto& request) { request.clear_device_list(); });
    QTest::newRow("garbage") << Change(
        [](auto& request) { request.mutable_device_list()->set_device_list("\xff\xff"); });
    QTest::newRow("unsigned list") << Change(
        [](auto& request) { request.mutable_device_list()->clear_signature(); });
    QTest::newRow("another account") << Change([](auto& request) {
        auto list = *routing::DeviceList::parse(protocol::toBytes(request.device_list().device_list()), 6);
        list.account = base::AccountId::random();
        request.mutable_device_list()->set_device_list(protocol::fromBytes(list.serialise()));
    });
    QTest::newRow("another device") << Change([](auto& request) {
        auto list = *routing::DeviceList::parse(protocol::toBytes(request.device_list().device_list()), 6);
        list.devices.front().deviceId = 2;
        request.mutable_device_list()->set_device_list(protocol::fromBytes(list.serialise()));
    });
    QTest::newRow("no signed prekey")
        << Change([](auto& request) { request.mutable_prekeys()->clear_signed_prekey(); });
    QTest::newRow("short prekey") << Change(
        [](auto& request) { request.mutable_prekeys()->mutable_prekeys(0)->set_key("short"); });
    QTest::newRow("prekey type") << Change(
        [](auto& request) { request.mutable_prekeys()->mutable_prekeys(0)->set_key(std::string(33, 'x')); });
    QTest::newRow("prekey number twice")
        << Change([](auto& request) { request.mutable_prekeys()->mutable_prekeys(0)->set_id(2); });
}

void AccountsTest::malformedRegistrationsAreRefused() {
    QFETCH(const std::function<void(wire::Register&)>, change);
    RelayCoreFixture relay;
    const auto anna = newcomer(relay);
    anna->open();
    anna->hello(wire::PURPOSE_REGISTER);
    wire::Register request = registrationOf(*anna, QStringLiteral("anna"));
    change(request);
    attempt(*anna, request);
    QCOMPARE(anna->error(), QStringLiteral("invalid_argument"));
    QVERIFY(relay.directory.accounts.isEmpty());
}

// A client makes its hundred prekeys before it knows what this relay keeps.
void AccountsTest::aRelayThatStoresFewPrekeysTakesWhatFits() {
    relay::RelayPolicy policy;
    policy.limits.prekeysStored = 40;
    RelayCoreFixture relay(policy);
    const auto anna = newcomer(relay);
    anna->open();
    anna->hello(wire::PURPOSE_REGISTER);
    wire::Register request = registrationOf(*anna, QStringLiteral("anna"));
    *request.mutable_prekeys() = RelayCoreFixture::upload(1, 100);
    attempt(*anna, request);
    QCOMPARE(anna->error(), QString());
    QVERIFY(anna->connect());
    QCOMPARE(anna->last(wire::RelayFrame::kWelcome)->welcome().prekeys_remaining(), 40u);
}

void AccountsTest::theRegistrationMustBeSignedByTheDevice() {
    RelayCoreFixture relay;
    const auto anna = newcomer(relay);
    anna->open();
    anna->hello(wire::PURPOSE_REGISTER);
    wire::Register request = registrationOf(*anna, QStringLiteral("anna"));
    sign(request, *anna);
    // What is signed is the whole request: nothing of it can be exchanged on the way.
    request.set_username("hanna");
    wire::ClientFrame frame;
    *frame.mutable_register_account() = request;
    anna->sendAndSettle(frame);
    QCOMPARE(anna->error(), QStringLiteral("authentication_failed"));
    QVERIFY(relay.directory.accounts.isEmpty());
}

void AccountsTest::closedRelaysTakeNobody() {
    RelayCoreFixture relay({}, relay::RegistrationMode::Closed);
    const auto anna = newcomer(relay);
    QVERIFY(!registerDevice(*anna, QStringLiteral("anna")));
    QCOMPARE(anna->error(), QStringLiteral("registration_closed"));
}

void AccountsTest::invitationsAreNeededAndUsedUp() {
    RelayCoreFixture relay({}, relay::RegistrationMode::Invite);
    relay.directory.invitations.insert(relay::invitationHash("token"),
                                       {relay::invitationHash("token"), 2, relay.clock.wallMs() + 1'000});
    const auto without = newcomer(relay);
    QVERIFY(!registerDevice(*without, QStringLiteral("anna")));
    QCOMPARE(without->error(), QStringLiteral("invalid_invite"));
    QVERIFY(!registerDevice(*newcomer(relay), QStringLiteral("anna"), "guess"));
    QVERIFY(registerDevice(*newcomer(relay), QStringLiteral("anna"), "token"));
    // A name that is taken leaves the invitation as it was.
    QVERIFY(!registerDevice(*newcomer(relay), QStringLiteral("anna"), "token"));
    QVERIFY(registerDevice(*newcomer(relay), QStringLiteral("bert"), "token"));
    const auto third = newcomer(relay);
    QVERIFY(!registerDevice(*third, QStringLiteral("carl"), "token"));
    QCOMPARE(third->error(), QStringLiteral("invalid_invite"));
}

void AccountsTest::aRepeatedRegistrationUsesNoSecondInvitation() {
    RelayCoreFixture relay({}, relay::RegistrationMode::Invite);
    relay.directory.invitations.insert(relay::invitationHash("token"),
                                       {relay::invitationHash("token"), 1, relay.clock.wallMs() + 1'000});
    const auto anna = newcomer(relay);
    QVERIFY(registerDevice(*anna, QStringLiteral("anna"), "token"));
    QVERIFY(registerDevice(*anna, QStringLiteral("anna"), "token"));
}

void AccountsTest::invitationsExpire() {
    RelayCoreFixture relay({}, relay::RegistrationMode::Invite);
    relay.directory.invitations.insert(relay::invitationHash("token"),
                                       {relay::invitationHash("token"), 1, relay.clock.wallMs() + 1'000});
    relay.clock.advance(1'000);
    const auto anna = newcomer(relay);
    QVERIFY(!registerDevice(*anna, QStringLiteral("anna"), "token"));
    QCOMPARE(anna->error(), QStringLiteral("invalid_invite"));
}

void AccountsTest::registrationNeedsItsPurpose() {
    RelayCoreFixture relay;
    const auto anna = newcomer(relay);
    anna->open();
    anna->hello(wire::PURPOSE_AUTHENTICATE);
    attempt(*anna, registrationOf(*anna, QStringLiteral("anna")));
    QCOMPARE(anna->error(), QStringLiteral("not_permitted"));
    QVERIFY(relay.directory.accounts.isEmpty());
}

void AccountsTest::registrationsOfTheWholeRelayAreLimited() {
    relay::RelayPolicy policy;
    policy.registrationBurst = 2;
    policy.registrationsPerSecond = 1;
    RelayCoreFixture relay(policy);
    QVERIFY(registerDevice(*newcomer(relay), QStringLiteral("anna")));
    // Trying names counts as well.
    QVERIFY(!registerDevice(*newcomer(relay), QStringLiteral("anna")));
    const auto third = newcomer(relay);
    QVERIFY(!registerDevice(*third, QStringLiteral("carl")));
    QCOMPARE(third->error(), QStringLiteral("rate_limited"));
    QVERIFY(third->last(wire::RelayFrame::kError)->error().retry_after_ms() > 0);
    relay.clock.advance(1'000);
    QVERIFY(registerDevice(*third, QStringLiteral("carl")));
}

void AccountsTest::accountsAreFoundByNameAndById() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto bert = relay.addAccount(QStringLiteral("bert"), 2);
    QVERIFY(anna.front()->connect());
    lookUp(*anna.front(), "bert");
    relay.settle();
    const auto* byName = anna.front()->last(wire::RelayFrame::kAccount);
    QVERIFY(byName != nullptr);
    QCOMPARE(byName->request_id(), 11u);
    QCOMPARE(byName->account().username(), std::string("bert"));
    QCOMPARE(protocol::toBytes(byName->account().device_list().device_list()),
             RelayCoreFixture::listOf(bert, 1).serialise());
    wire::ClientFrame byId;
    byId.mutable_get_account()->set_account_id(protocol::fromBytes(bert.front()->address.account.toBytes()));
    anna.front()->sendAndSettle(byId);
    QCOMPARE(anna.front()->count(wire::RelayFrame::kAccount), 2);
}

void AccountsTest::lookupsAreCheckedAndMissesAnswered() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    QVERIFY(anna.front()->connect());
    lookUp(*anna.front(), "Not A Name");
    relay.settle();
    QCOMPARE(anna.front()->error(), QStringLiteral("invalid_argument"));
    lookUp(*anna.front(), "nobody");
    relay.settle();
    QCOMPARE(anna.front()->error(), QStringLiteral("unknown_recipient"));
    wire::ClientFrame neither;
    neither.mutable_get_account();
    anna.front()->sendAndSettle(neither);
    QCOMPARE(anna.front()->error(), QStringLiteral("invalid_argument"));
    relay.directory.failNext = relay::StoreResult::Busy;
    lookUp(*anna.front(), "anna");
    relay.settle();
    QCOMPARE(anna.front()->error(), QStringLiteral("busy"));
}

void AccountsTest::twentyUnknownNamesAnHour() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"), 2);
    relay.addAccount(QStringLiteral("bert"));
    for (const auto& device : anna)
        QVERIFY(device->connect());
    // All at once, so that no answer is there before the next question; the limit is the account's.
    for (int index = 0; index < 25; ++index)
        lookUp(*anna[std::size_t(index % 2)], "nobody" + std::to_string(index));
    relay.settle();
    int unknown = 0;
    int limited = 0;
    for (const auto& device : anna) {
        for (const wire::RelayFrame& frame : device->link->frames) {
            unknown += frame.error().reason() == "unknown_recipient" ? 1 : 0;
            limited += frame.error().reason() == "rate_limited" ? 1 : 0;
        }
    }
    QCOMPARE(unknown, 20);
    QCOMPARE(limited, 5);
    // Known names are not told from unknown ones then.
    lookUp(*anna.front(), "bert");
    relay.settle();
    QCOMPARE(anna.front()->error(), QStringLiteral("rate_limited"));
    QVERIFY(anna.front()->last(wire::RelayFrame::kError)->error().retry_after_ms() > 0);
    relay.advance(3'600'000);
    lookUp(*anna.front(), "bert");
    relay.settle();
    QCOMPARE(anna.front()->count(wire::RelayFrame::kAccount), 1);
}

void AccountsTest::manyKnownNamesAtOnceAreNoMisses() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    QVERIFY(anna.front()->connect());
    for (int index = 0; index < 200; ++index)
        lookUp(*anna.front(), "anna");
    relay.settle();
    QCOMPARE(anna.front()->count(wire::RelayFrame::kAccount), 200);
}

void AccountsTest::deviceListsOnlyGrow() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    QVERIFY(anna.front()->connect());
    anna.front()->sendAndSettle(RelayCoreFixture::setDeviceList(RelayCoreFixture::listOf(anna, 3)));
    QCOMPARE(anna.front()->last(wire::RelayFrame::kDone)->request_id(), 7u);
    for (const quint64 version : {3u, 2u}) {
        anna.front()->sendAndSettle(RelayCoreFixture::setDeviceList(RelayCoreFixture::listOf(anna, version)));
        QCOMPARE(anna.front()->error(), QStringLiteral("stale_devices"));
    }
    QCOMPARE(relay.directory.versions.value(anna.front()->address.account), 3u);
    wire::ClientFrame malformed = RelayCoreFixture::setDeviceList(RelayCoreFixture::listOf(anna, 4));
    malformed.mutable_set_device_list()->mutable_device_list()->clear_signature();
    anna.front()->sendAndSettle(malformed);
    QCOMPARE(anna.front()->error(), QStringLiteral("invalid_argument"));
}

void AccountsTest::deviceListsOfOthersAreNotPermitted() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    QVERIFY(bert.front()->connect());
    bert.front()->sendAndSettle(RelayCoreFixture::setDeviceList(RelayCoreFixture::listOf(anna, 2)));
    QCOMPARE(bert.front()->error(), QStringLiteral("not_permitted"));
    QCOMPARE(relay.directory.versions.value(anna.front()->address.account), 1u);
}

void AccountsTest::removedDevicesAreThrownOut() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"), 3);
    for (const auto& device : anna)
        QVERIFY(device->connect());
    auto list = RelayCoreFixture::listOf(anna, 2);
    list.devices.removeAt(1);
    anna.front()->sendAndSettle(RelayCoreFixture::setDeviceList(list));
    QVERIFY(!anna[0]->link->closeCode);
    QVERIFY(anna[1]->link->closeCode == relay::CloseCode::Policy);
    QVERIFY(!anna[2]->link->closeCode);
    QVERIFY(!anna[1]->connect());
    QCOMPARE(anna[1]->error(), QStringLiteral("authentication_failed"));
}

void AccountsTest::aDeviceWithAnotherKeyIsThrownOut() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"), 2);
    for (const auto& device : anna)
        QVERIFY(device->connect());
    auto list = RelayCoreFixture::listOf(anna, 2);
    list.devices.back().authKey = QByteArray(32, 'n');
    anna.front()->sendAndSettle(RelayCoreFixture::setDeviceList(list));
    QVERIFY(!anna.front()->link->closeCode);
    QVERIFY(anna.back()->link->closeCode == relay::CloseCode::Policy);
}

void AccountsTest::aRecoveryGivesTheAccountToItsNewDevice() {
    RelayCoreFixture relay({}, relay::RegistrationMode::Closed);
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    QVERIFY(anna.front()->connect());
    const auto token = openRecovery(relay, anna.front()->address.account);
    const auto device = relay.makeDevice({token.account, token.deviceId});
    recover(*device, QStringLiteral("anna"), token.toText());
    QVERIFY(device->last(wire::RelayFrame::kRegistered) != nullptr);
    QVERIFY(anna.front()->link->closeCode == relay::CloseCode::Policy);
    QVERIFY(!anna.front()->connect());
    recover(*device, QStringLiteral("anna"), token.toText()); // its answer was lost
    QVERIFY(device->last(wire::RelayFrame::kRegistered) != nullptr);
    QVERIFY(device->connect());
    QCOMPARE(device->last(wire::RelayFrame::kWelcome)->welcome().device_list_version(), 2u);
    QCOMPARE(device->last(wire::RelayFrame::kWelcome)->welcome().prekeys_remaining(), 100u);
    const auto thief = relay.makeDevice({token.account, 3});
    recover(*thief, QStringLiteral("anna"), token.toText(), 3);
    QCOMPARE(thief->error(), QStringLiteral("invalid_invite"));
}

void AccountsTest::aRecoveryThatDoesNotFitIsNoInvitation_data() {
    QTest::addColumn<QString>("username");
    QTest::addColumn<QString>("end");
    QTest::newRow("another name") << QStringLiteral("bert") << QString();
    QTest::newRow("another secret") << QStringLiteral("anna") << QStringLiteral("w");
    QTest::newRow("cut short") << QStringLiteral("anna") << QStringLiteral("-");
}

void AccountsTest::aRecoveryThatDoesNotFitIsNoInvitation() {
    QFETCH(QString, username);
    QFETCH(QString, end);
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto token = openRecovery(relay, anna.front()->address.account);
    const QString text = end == QLatin1String("-") ? token.toText().chopped(2)
                         : end.isEmpty()
                             ? token.toText()
                             : protocol::RecoveryToken{token.account, 2, 2, QByteArray(16, 'w')}.toText();
    const auto device = relay.makeDevice({token.account, token.deviceId});
    recover(*device, username, text);
    QCOMPARE(device->error(), QStringLiteral("invalid_invite"));
    QVERIFY(anna.front()->connect());
    // Another account cannot use it either.
    const auto stranger = newcomer(relay);
    recover(*stranger, QStringLiteral("anna"), token.toText());
    QCOMPARE(stranger->error(), QStringLiteral("invalid_invite"));
}

void AccountsTest::whileARecoveryIsOpenTheListIsFrozen() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    QVERIFY(anna.front()->connect());
    openRecovery(relay, anna.front()->address.account);
    const auto list = RelayCoreFixture::listOf(anna, 2);
    anna.front()->sendAndSettle(RelayCoreFixture::setDeviceList(list));
    QCOMPARE(anna.front()->error(), QStringLiteral("not_permitted"));
    relay.advance(2'000);
    anna.front()->sendAndSettle(RelayCoreFixture::setDeviceList(list));
    QVERIFY(anna.front()->last(wire::RelayFrame::kDone) != nullptr);
}

RECADO_TEST(AccountsTest)
#include "AccountsTest.moc"
