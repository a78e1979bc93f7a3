#include "protocol/FrameCodec.h"
#include "support/Suite.h"

#include <QDir>
#include <QFile>
#include <QTest>

namespace recado::tests {

namespace {

std::string filled(char byte, std::size_t size) {
    return std::string(size, byte);
}

void fill(wire::SignedDeviceList* list) {
    list->set_device_list(filled('\x51', 20));
    list->set_signature(filled('\x52', 64));
}

void fill(wire::PrekeyUpload* upload) {
    upload->mutable_signed_prekey()->set_id(7);
    upload->mutable_signed_prekey()->set_key(filled('\x05', 33));
    upload->mutable_signed_prekey()->set_signature(filled('\x53', 64));
    for (unsigned id = 1; id <= 2; ++id) {
        wire::Prekey* prekey = upload->add_prekeys();
        prekey->set_id(id);
        prekey->set_key(filled('\x06', 33));
    }
    upload->set_replace(true);
}

/// One of every frame a client sends, each field set, so that a change of any number or type shows.
QVector<std::pair<QString, wire::ClientFrame>> clientFrames() {
    QVector<std::pair<QString, wire::ClientFrame>> frames;
    auto add = [&](const char* name, auto&& build) {
        wire::ClientFrame frame;
        frame.set_request_id(quint64(frames.size()) + 1);
        build(frame);
        frames.emplace_back(QLatin1String("client-") + QLatin1String(name), frame);
    };
    add("hello", [](wire::ClientFrame& frame) {
        auto* hello = frame.mutable_hello();
        hello->set_version(1);
        hello->add_features("detached-body");
        hello->set_client("golden/1");
        hello->set_nonce(filled('\x11', 32));
        hello->set_purpose(wire::PURPOSE_AUTHENTICATE);
        hello->set_account_id(filled('\x12', 16));
        hello->set_device_id(3);
    });
    add("authenticate",
        [](wire::ClientFrame& frame) { frame.mutable_authenticate()->set_signature(filled('\x21', 64)); });
    add("register", [](wire::ClientFrame& frame) {
        auto* registration = frame.mutable_register_account();
        registration->set_username("ana");
        registration->set_invite("welcome");
        fill(registration->mutable_device_list());
        fill(registration->mutable_prekeys());
        registration->set_signature(filled('\x22', 64));
    });
    add("submit", [](wire::ClientFrame& frame) {
        auto* submit = frame.mutable_submit();
        submit->set_submission(300);
        auto* recipient = submit->add_recipients();
        recipient->set_account_id(filled('\x31', 16));
        recipient->set_device_list_version(2);
        auto* envelope = recipient->add_envelopes();
        envelope->set_device_id(1);
        envelope->set_registration_id(12345);
        envelope->set_sealed_header(filled('\x32', 80));
        envelope->set_ciphertext(filled('\x33', 300));
        envelope->set_has_body(true);
        submit->set_body(filled('\x34', 40));
    });
    add("acknowledge", [](wire::ClientFrame& frame) {
        auto* range = frame.mutable_acknowledge()->add_ranges();
        range->set_first((1ULL << 40) | 5);
        range->set_last((1ULL << 40) | 9);
    });
    add("get-account-by-name",
        [](wire::ClientFrame& frame) { frame.mutable_get_account()->set_username("bruno"); });
    add("get-account-by-id",
        [](wire::ClientFrame& frame) { frame.mutable_get_account()->set_account_id(filled('\x41', 16)); });
    add("set-device-list",
        [](wire::ClientFrame& frame) { fill(frame.mutable_set_device_list()->mutable_device_list()); });
    add("get-bundles", [](wire::ClientFrame& frame) {
        frame.mutable_get_bundles()->set_account_id(filled('\x42', 16));
        frame.mutable_get_bundles()->add_device_ids(1);
        frame.mutable_get_bundles()->add_device_ids(2);
    });
    add("upload-prekeys",
        [](wire::ClientFrame& frame) { fill(frame.mutable_upload_prekeys()->mutable_prekeys()); });
    add("set-presence", [](wire::ClientFrame& frame) {
        frame.mutable_set_presence()->set_visible(true);
        frame.mutable_set_presence()->add_accounts(filled('\x43', 16));
    });
    add("ephemeral", [](wire::ClientFrame& frame) {
        frame.mutable_ephemeral()->set_account_id(filled('\x44', 16));
        frame.mutable_ephemeral()->set_payload(filled('\x45', 64));
    });
    add("submit-traced", [](wire::ClientFrame& frame) {
        auto* submit = frame.mutable_submit();
        submit->set_submission(301);
        submit->set_traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    });
    return frames;
}

/// One of every frame a relay sends.
QVector<std::pair<QString, wire::RelayFrame>> relayFrames() {
    QVector<std::pair<QString, wire::RelayFrame>> frames;
    auto add = [&](const char* name, auto&& build) {
        wire::RelayFrame frame;
        frame.set_request_id(quint64(frames.size()) + 1);
        build(frame);
        frames.emplace_back(QLatin1String("relay-") + QLatin1String(name), frame);
    };
    add("challenge", [](wire::RelayFrame& frame) {
        auto* challenge = frame.mutable_challenge();
        challenge->set_version(1);
        challenge->add_features("detached-body");
        challenge->set_nonce(filled('\x61', 32));
        challenge->set_relay_key(filled('\x62', 32));
        challenge->set_relay_name("relay.example");
        challenge->set_tls_key_hash(filled('\x63', 32));
        challenge->set_signature(filled('\x64', 64));
        auto* succession = challenge->add_successions();
        succession->set_old_key(filled('\x65', 32));
        succession->set_new_key(filled('\x62', 32));
        succession->set_signature(filled('\x66', 64));
    });
    add("welcome", [](wire::RelayFrame& frame) {
        auto* welcome = frame.mutable_welcome();
        auto* limits = welcome->mutable_limits();
        limits->set_text_bytes(1);
        limits->set_message_bytes(2);
        limits->set_inline_body_bytes(3);
        limits->set_devices(4);
        limits->set_group_members(5);
        limits->set_attachment_bytes(6);
        limits->set_undelivered_seconds(7);
        limits->set_media_seconds(8);
        limits->set_submissions_in_flight(9);
        limits->set_unacknowledged_bytes(10);
        limits->set_prekeys_stored(11);
        limits->set_prekeys_low(12);
        welcome->set_relay_time_ms(1'750'000'000'000);
        welcome->set_store_incarnation(filled('\x67', 16));
        welcome->set_prekeys_remaining(99);
        welcome->set_device_list_version(2);
        welcome->set_highest_submission(300);
        welcome->set_address("ana@relay.example");
    });
    add("error", [](wire::RelayFrame& frame) {
        frame.mutable_error()->set_reason("rate_limited");
        frame.mutable_error()->set_message("too many look-ups");
        frame.mutable_error()->set_retry_after_ms(60'000);
    });
    add("registered", [](wire::RelayFrame& frame) {
        frame.mutable_registered()->set_account_id(filled('\x12', 16));
        frame.mutable_registered()->set_device_id(1);
        frame.mutable_registered()->set_address("ana@relay.example");
    });
    add("accepted", [](wire::RelayFrame& frame) {
        frame.mutable_accepted()->add_submissions(299);
        frame.mutable_accepted()->add_submissions(300);
    });
    add("refused", [](wire::RelayFrame& frame) {
        auto* refused = frame.mutable_refused();
        refused->set_submission(301);
        refused->set_reason("stale_devices");
        auto* mismatch = refused->add_mismatches();
        mismatch->set_account_id(filled('\x31', 16));
        mismatch->set_device_list_version(3);
        mismatch->add_missing(2);
        mismatch->add_extra(4);
        mismatch->add_stale(1);
        refused->set_retry_after_ms(500);
    });
    add("deliver", [](wire::RelayFrame& frame) {
        auto* deliver = frame.mutable_deliver();
        deliver->set_delivery_id((1ULL << 40) | 5);
        deliver->set_accepted_at_ms(1'750'000'000'001);
        deliver->set_sealed_header(filled('\x32', 80));
        deliver->set_ciphertext(filled('\x33', 300));
        deliver->set_body(filled('\x34', 40));
    });
    add("mailbox-drained", [](wire::RelayFrame& frame) { frame.mutable_mailbox_drained(); });
    add("account", [](wire::RelayFrame& frame) {
        frame.mutable_account()->set_account_id(filled('\x31', 16));
        frame.mutable_account()->set_username("bruno");
        fill(frame.mutable_account()->mutable_device_list());
    });
    add("bundles", [](wire::RelayFrame& frame) {
        auto* bundles = frame.mutable_bundles();
        bundles->set_account_id(filled('\x31', 16));
        fill(bundles->mutable_device_list());
        auto* bundle = bundles->add_bundles();
        bundle->set_device_id(1);
        bundle->set_registration_id(12345);
        bundle->mutable_signed_prekey()->set_id(7);
        bundle->mutable_signed_prekey()->set_key(filled('\x05', 33));
        bundle->mutable_signed_prekey()->set_signature(filled('\x53', 64));
        bundle->mutable_prekey()->set_id(1);
        bundle->mutable_prekey()->set_key(filled('\x06', 33));
    });
    add("prekeys-low", [](wire::RelayFrame& frame) { frame.mutable_prekeys_low()->set_remaining(24); });
    add("presence", [](wire::RelayFrame& frame) {
        frame.mutable_presence()->set_account_id(filled('\x31', 16));
        frame.mutable_presence()->set_online(true);
        frame.mutable_presence()->set_last_seen_ms(1'750'000'000'000);
    });
    add("ephemeral-delivery",
        [](wire::RelayFrame& frame) { frame.mutable_ephemeral_delivery()->set_payload(filled('\x45', 64)); });
    add("done", [](wire::RelayFrame& frame) { frame.mutable_done(); });
    return frames;
}

QString fixturePath(const QString& name) {
    return QStringLiteral(RECADO_FIXTURES "/frames/%1.bin").arg(name);
}

} // namespace

/// The bytes of every frame, frozen in tests/fixtures/frames. A new frame adds a file (run this test once
/// with RECADO_UPDATE_GOLDEN=1); a changed file is a broken protocol.
class GoldenFramesTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everyFrameKeepsItsBytes_data();
    void everyFrameKeepsItsBytes();
    void everyFrameTypeHasAGoldenFrame();
};

void GoldenFramesTest::everyFrameKeepsItsBytes_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QByteArray>("bytes");
    for (const auto& [name, frame] : clientFrames())
        QTest::newRow(qPrintable(name)) << name << protocol::encode(frame);
    for (const auto& [name, frame] : relayFrames())
        QTest::newRow(qPrintable(name)) << name << protocol::encode(frame);
}

void GoldenFramesTest::everyFrameKeepsItsBytes() {
    QFETCH(QString, name);
    QFETCH(QByteArray, bytes);
    QFile file(fixturePath(name));
    if (qEnvironmentVariableIsSet("RECADO_UPDATE_GOLDEN") && !file.exists()) {
        QVERIFY(file.open(QIODevice::WriteOnly));
        QCOMPARE(file.write(bytes), bytes.size());
        file.close();
    }
    QVERIFY2(file.open(QIODevice::ReadOnly), qPrintable(file.fileName()));
    const QByteArray golden = file.readAll();
    QCOMPARE(bytes.toHex(), golden.toHex());
    if (name.startsWith(QLatin1String("client-"))) {
        const auto decoded = protocol::decodeClientMessage(golden);
        QVERIFY(decoded.ok());
        QCOMPARE(protocol::encode(decoded->frames(0)), golden);
    } else {
        const auto decoded = protocol::decodeRelayMessage(golden);
        QVERIFY(decoded.ok());
        QCOMPARE(protocol::encode(decoded->frames(0)), golden);
    }
}

void GoldenFramesTest::everyFrameTypeHasAGoldenFrame() {
    std::set<int> client;
    for (const auto& [name, frame] : clientFrames())
        client.insert(frame.body_case());
    std::set<int> relay;
    for (const auto& [name, frame] : relayFrames())
        relay.insert(frame.body_case());
    // Both oneofs number their frames from 2 without a hole; the last ones close the ranges.
    for (int number = 2; number <= wire::ClientFrame::kEphemeral; ++number)
        QVERIFY2(client.contains(number), qPrintable(QString::number(number)));
    for (int number = 2; number <= wire::RelayFrame::kDone; ++number)
        QVERIFY2(relay.contains(number), qPrintable(QString::number(number)));
}

} // namespace recado::tests

RECADO_TEST(recado::tests::GoldenFramesTest)
#include "GoldenFramesTest.moc"
