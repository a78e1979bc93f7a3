#include "support/RelayCoreFixture.h"
#include "support/Suite.h"

#include <QTest>

using namespace recado;
using namespace recado::tests;

class KeysTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void bundlesCarryTheListAndOneOneTimePrekeyADevice();
    void eachOneTimePrekeyIsHandedOutOnce();
    void fiveOneTimePrekeysAnHourForAPair();
    void theShareCountsOnlyKeysThatWereHandedOut();
    void allDevicesOfAnAccountShareItsPart();
    void onlyTheDevicesAskedForAreAnswered();
    void theOwnDeviceIsLeftOut();
    void unknownAndMalformedRequestsAreRefused();
    void requestsAreLimited();
    void ownersHearWhenTheyRunLow();
    void uploadsAddReplaceAndAreCapped();
    void malformedUploadsAreRefused_data();
    void malformedUploadsAreRefused();
    void aBusyDirectoryIsSaidSo();
    void keysOfAnErasedAccountAreNotKept();
};

namespace {

wire::ClientFrame bundlesOf(const RelayCoreFixture::Devices& devices, const QVector<quint32>& ids = {}) {
    wire::ClientFrame frame;
    frame.set_request_id(21);
    auto* request = frame.mutable_get_bundles();
    request->set_account_id(protocol::fromBytes(devices.front()->address.account.toBytes()));
    for (const quint32 id : ids)
        request->add_device_ids(id);
    return frame;
}

wire::ClientFrame uploadOf(const wire::PrekeyUpload& upload) {
    wire::ClientFrame frame;
    frame.set_request_id(22);
    *frame.mutable_upload_prekeys()->mutable_prekeys() = upload;
    return frame;
}

/// Connects every device and uploads that many prekeys for each.
void equip(const RelayCoreFixture::Devices& devices, quint32 prekeys) {
    for (const auto& device : devices) {
        QVERIFY(device->connect());
        device->sendAndSettle(uploadOf(RelayCoreFixture::upload(1, prekeys)));
        QCOMPARE(device->count(wire::RelayFrame::kDone), 1);
    }
}

/// Bundles with a one-time prekey in all answers so far.
int oneTimePrekeys(const FakeRelayDevice& device) {
    int found = 0;
    for (const wire::RelayFrame& frame : device.link->frames) {
        for (const wire::Bundle& bundle : frame.bundles().bundles())
            found += bundle.has_prekey() ? 1 : 0;
    }
    return found;
}

} // namespace

void KeysTest::bundlesCarryTheListAndOneOneTimePrekeyADevice() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto bert = relay.addAccount(QStringLiteral("bert"), 6);
    equip(bert, 30);
    QVERIFY(anna.front()->connect());
    anna.front()->sendAndSettle(bundlesOf(bert));
    const auto* frame = anna.front()->last(wire::RelayFrame::kBundles);
    QVERIFY(frame != nullptr);
    QCOMPARE(frame->request_id(), 21u);
    const wire::Bundles& bundles = frame->bundles();
    QCOMPARE(protocol::toBytes(bundles.account_id()), bert.front()->address.account.toBytes());
    QCOMPARE(protocol::toBytes(bundles.device_list().device_list()),
             RelayCoreFixture::listOf(bert, 1).serialise());
    QCOMPARE(bundles.bundles_size(), 6);
    for (const wire::Bundle& bundle : bundles.bundles()) {
        QCOMPARE(bundle.registration_id(), 1'000 + bundle.device_id());
        QCOMPARE(protocol::toBytes(bundle.signed_prekey().key()), RelayCoreFixture::prekey('s'));
        QCOMPARE(bundle.signed_prekey().signature().size(), 64u);
        QCOMPARE(bundle.prekey().id(), 1u);
        QCOMPARE(protocol::toBytes(bundle.prekey().key()), RelayCoreFixture::prekey());
    }
}

void KeysTest::eachOneTimePrekeyIsHandedOutOnce() {
    RelayCoreFixture relay;
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    equip(bert, 3);
    QSet<quint32> seen;
    for (int index = 0; index < 5; ++index) {
        const auto requester = relay.addAccount(QStringLiteral("requester%1").arg(index));
        QVERIFY(requester.front()->connect());
        requester.front()->sendAndSettle(bundlesOf(bert));
        const auto& bundle = requester.front()->last(wire::RelayFrame::kBundles)->bundles().bundles(0);
        QCOMPARE(bundle.has_prekey(), index < 3);
        QVERIFY(bundle.has_signed_prekey());
        if (bundle.has_prekey())
            seen.insert(bundle.prekey().id());
    }
    QCOMPARE(seen.size(), 3);
}

void KeysTest::fiveOneTimePrekeysAnHourForAPair() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto carl = relay.addAccount(QStringLiteral("carl"));
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    equip(bert, 100);
    QVERIFY(anna.front()->connect());
    QVERIFY(carl.front()->connect());
    for (int index = 0; index < 40; ++index)
        anna.front()->send(bundlesOf(bert));
    relay.settle();
    QCOMPARE(anna.front()->count(wire::RelayFrame::kBundles), 40);
    QCOMPARE(oneTimePrekeys(*anna.front()), 5);
    carl.front()->sendAndSettle(bundlesOf(bert));
    QCOMPARE(oneTimePrekeys(*carl.front()), 1);
    relay.advance(3'599'000);
    anna.front()->sendAndSettle(bundlesOf(bert));
    QCOMPARE(oneTimePrekeys(*anna.front()), 5);
    relay.advance(1'000);
    anna.front()->sendAndSettle(bundlesOf(bert));
    QCOMPARE(oneTimePrekeys(*anna.front()), 6);
}

void KeysTest::theShareCountsOnlyKeysThatWereHandedOut() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    equip(bert, 0);
    QVERIFY(anna.front()->connect());
    for (int index = 0; index < 8; ++index)
        anna.front()->sendAndSettle(bundlesOf(bert));
    QCOMPARE(oneTimePrekeys(*anna.front()), 0);
    bert.front()->sendAndSettle(uploadOf(RelayCoreFixture::upload(1, 50)));
    for (int index = 0; index < 8; ++index)
        anna.front()->sendAndSettle(bundlesOf(bert));
    QCOMPARE(oneTimePrekeys(*anna.front()), 5);
}

void KeysTest::allDevicesOfAnAccountShareItsPart() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"), 6);
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    equip(bert, 100);
    int taken = 0;
    for (const auto& device : anna) {
        QVERIFY(device->connect());
        for (int index = 0; index < 3; ++index)
            device->sendAndSettle(bundlesOf(bert));
        taken += oneTimePrekeys(*device);
    }
    QCOMPARE(taken, 5);
}

void KeysTest::onlyTheDevicesAskedForAreAnswered() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto bert = relay.addAccount(QStringLiteral("bert"), 3);
    equip(bert, 10);
    QVERIFY(anna.front()->connect());
    anna.front()->sendAndSettle(bundlesOf(bert, {2, 9}));
    const auto& bundles = anna.front()->last(wire::RelayFrame::kBundles)->bundles();
    QCOMPARE(bundles.bundles_size(), 1);
    QCOMPARE(bundles.bundles(0).device_id(), 2u);
    QCOMPARE(relay.directory.keys[bert[0]->address].oneTime.size(), 10u);
    QCOMPARE(relay.directory.keys[bert[1]->address].oneTime.size(), 9u);
}

void KeysTest::theOwnDeviceIsLeftOut() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"), 2);
    equip(anna, 10);
    anna.front()->sendAndSettle(bundlesOf(anna));
    const auto& bundles = anna.front()->last(wire::RelayFrame::kBundles)->bundles();
    QCOMPARE(bundles.bundles_size(), 1);
    QCOMPARE(bundles.bundles(0).device_id(), 2u);
}

void KeysTest::unknownAndMalformedRequestsAreRefused() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    QVERIFY(anna.front()->connect());
    wire::ClientFrame unknown;
    unknown.mutable_get_bundles()->set_account_id(std::string(16, 'u'));
    anna.front()->sendAndSettle(unknown);
    QCOMPARE(anna.front()->error(), QStringLiteral("unknown_recipient"));
    wire::ClientFrame malformed;
    malformed.mutable_get_bundles()->set_account_id("short");
    anna.front()->sendAndSettle(malformed);
    QCOMPARE(anna.front()->error(), QStringLiteral("invalid_argument"));
}

void KeysTest::requestsAreLimited() {
    relay::RelayPolicy policy;
    policy.requestBurst = 3;
    policy.requestsPerSecond = 1;
    RelayCoreFixture relay(policy);
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    QVERIFY(anna.front()->connect());
    for (int index = 0; index < 5; ++index)
        anna.front()->sendAndSettle(bundlesOf(bert));
    QCOMPARE(anna.front()->count(wire::RelayFrame::kBundles), 3);
    QCOMPARE(anna.front()->error(), QStringLiteral("rate_limited"));
    relay.advance(1'000);
    anna.front()->sendAndSettle(bundlesOf(bert));
    QCOMPARE(anna.front()->count(wire::RelayFrame::kBundles), 4);
}

void KeysTest::ownersHearWhenTheyRunLow() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    equip(bert, 27);
    QVERIFY(anna.front()->connect());
    anna.front()->sendAndSettle(bundlesOf(bert));
    anna.front()->sendAndSettle(bundlesOf(bert));
    QCOMPARE(bert.front()->count(wire::RelayFrame::kPrekeysLow), 0);
    anna.front()->sendAndSettle(bundlesOf(bert));
    QCOMPARE(bert.front()->count(wire::RelayFrame::kPrekeysLow), 1);
    QCOMPARE(bert.front()->last(wire::RelayFrame::kPrekeysLow)->prekeys_low().remaining(), 24u);
}

void KeysTest::uploadsAddReplaceAndAreCapped() {
    RelayCoreFixture relay;
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    equip(bert, 150);
    const auto& stored = relay.directory.keys[bert.front()->address].oneTime;
    bert.front()->sendAndSettle(uploadOf(RelayCoreFixture::upload(151, 100)));
    QCOMPARE(stored.size(), 200u);
    wire::PrekeyUpload larger = RelayCoreFixture::upload(500, 300);
    larger.set_replace(true);
    bert.front()->sendAndSettle(uploadOf(larger));
    QCOMPARE(stored.size(), 200u);
    QVERIFY(stored.contains(500) && !stored.contains(700));
    QCOMPARE(bert.front()->count(wire::RelayFrame::kError), 0);
    wire::PrekeyUpload replacing = RelayCoreFixture::upload(1'000, 10);
    replacing.set_replace(true);
    bert.front()->sendAndSettle(uploadOf(replacing));
    QCOMPARE(stored.size(), 10u);
    QVERIFY(stored.contains(1'000));
    QVERIFY(bert.front()->connect());
    QCOMPARE(bert.front()->last(wire::RelayFrame::kWelcome)->welcome().prekeys_remaining(), 10u);
}

void KeysTest::malformedUploadsAreRefused_data() {
    using Change = std::function<void(wire::PrekeyUpload&)>;
    QTest::addColumn<std::function<void(wire::PrekeyUpload&)>>("change");
    QTest::newRow("key size") << Change([](auto& upload) { upload.mutable_prekeys(0)->set_key("k"); });
    QTest::newRow("number 0") << Change([](auto& upload) { upload.mutable_prekeys(0)->set_id(0); });
    QTest::newRow("number too large")
        << Change([](auto& upload) { upload.mutable_prekeys(0)->set_id(0x1000000); });
    QTest::newRow("number twice") << Change([](auto& upload) { upload.mutable_prekeys(0)->set_id(2); });
    QTest::newRow("signature") << Change(
        [](auto& upload) { upload.mutable_signed_prekey()->set_signature("s"); });
    QTest::newRow("signed key") << Change(
        [](auto& upload) { upload.mutable_signed_prekey()->set_key(std::string(33, '\0')); });
}

void KeysTest::malformedUploadsAreRefused() {
    QFETCH(const std::function<void(wire::PrekeyUpload&)>, change);
    RelayCoreFixture relay;
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    QVERIFY(bert.front()->connect());
    wire::PrekeyUpload upload = RelayCoreFixture::upload(1, 3);
    change(upload);
    bert.front()->sendAndSettle(uploadOf(upload));
    QCOMPARE(bert.front()->error(), QStringLiteral("invalid_argument"));
    QVERIFY(relay.directory.keys[bert.front()->address].oneTime.empty());
}

void KeysTest::aBusyDirectoryIsSaidSo() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    equip(bert, 10);
    QVERIFY(anna.front()->connect());
    relay.directory.failNext = relay::StoreResult::Busy;
    anna.front()->sendAndSettle(bundlesOf(bert));
    QCOMPARE(anna.front()->error(), QStringLiteral("busy"));
    // The second operation fails: nothing was taken, so the share stays whole.
    for (int index = 0; index < 6; ++index) {
        relay.directory.queue.hold();
        anna.front()->send(bundlesOf(bert));
        relay.directory.queue.runOne();
        relay.settle();
        relay.directory.failNext = relay::StoreResult::NotCommitted;
        relay.directory.queue.release();
        relay.settle();
    }
    QCOMPARE(anna.front()->count(wire::RelayFrame::kError), 7);
    anna.front()->sendAndSettle(bundlesOf(bert));
    QCOMPARE(oneTimePrekeys(*anna.front()), 1);
    relay.directory.failNext = relay::StoreResult::Busy;
    bert.front()->sendAndSettle(uploadOf(RelayCoreFixture::upload(50, 1)));
    QCOMPARE(bert.front()->error(), QStringLiteral("busy"));
}

void KeysTest::keysOfAnErasedAccountAreNotKept() {
    RelayCoreFixture relay;
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    equip(bert, 10);
    // The relay's logic has not heard of it yet: the connection is open.
    relay.directory.eraseAccount(bert.front()->address.account, relay.clock.wallMs(), {&relay.inbox},
                                 [](const auto&) {});
    QVERIFY(!relay.directory.keys.contains(bert.front()->address));
    bert.front()->sendAndSettle(uploadOf(RelayCoreFixture::upload(50, 1)));
    QVERIFY(!relay.directory.keys.contains(bert.front()->address));
}

RECADO_TEST(KeysTest)
#include "KeysTest.moc"
