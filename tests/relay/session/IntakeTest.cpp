#include "relay/session/WorkPrice.h"
#include "support/RelayCoreFixture.h"
#include "support/Suite.h"

#include <QTest>

using namespace recado;
using namespace recado::tests;

/// At what pace a connection's frames are taken in, and what they cost.
class IntakeTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void aLongMessageLeavesOthersTheirTurn();
    void whatIsSentMeanwhileComesAfterIt();
    void anAccountInDebtIsNotReadForAWhile();
    void whatWaitsIsDroppedWithTheConnection();
    void aMessageThatEndsWrongHasNoEffect();
    void moreElementsThanAnyFrameMayHaveAreNotBuilt_data();
    void moreElementsThanAnyFrameMayHaveAreNotBuilt();
    void contactsAndKeysCountAsRequests();
    void pricesGrowWithWhatIsInAFrame();
    void aFailureIsNotedForItsAddress();
};

namespace {

QByteArray unknownFrames(quint64 firstId, quint64 count) {
    QByteArray message;
    for (quint64 id = firstId; id < firstId + count; ++id) {
        wire::ClientFrame frame;
        frame.set_request_id(id);
        protocol::appendFrame(message, frame);
    }
    return message;
}

/// The request ids of all errors so far, in order.
QVector<quint64> answeredIds(const FakeRelayDevice& device) {
    QVector<quint64> ids;
    for (const wire::RelayFrame& frame : device.link->frames) {
        if (frame.has_error())
            ids.append(frame.request_id());
    }
    return ids;
}

QVector<quint64> upTo(quint64 last) {
    QVector<quint64> ids;
    for (quint64 id = 1; id <= last; ++id)
        ids.append(id);
    return ids;
}

wire::ClientFrame presenceOf(int contacts) {
    wire::ClientFrame frame;
    frame.set_request_id(3);
    for (int count = 0; count < contacts; ++count)
        frame.mutable_set_presence()->add_accounts(protocol::fromBytes(base::AccountId::random().toBytes()));
    return frame;
}

} // namespace

void IntakeTest::aLongMessageLeavesOthersTheirTurn() {
    relay::RelayPolicy policy;
    policy.workPerPass = 100;
    RelayCoreFixture relay(policy);
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    QVERIFY(anna.front()->connect());
    anna.front()->session->received(unknownFrames(1, 200));
    QVERIFY(!anna.front()->link->reading);
    QVERIFY(answeredIds(*anna.front()).size() < 200);
    RelayCoreFixture::settle();
    QCOMPARE(answeredIds(*anna.front()), upTo(200));
    QVERIFY(anna.front()->link->reading);
}

void IntakeTest::whatIsSentMeanwhileComesAfterIt() {
    relay::RelayPolicy policy;
    policy.workPerPass = 100;
    RelayCoreFixture relay(policy);
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    QVERIFY(anna.front()->connect());
    for (quint64 message = 0; message < 10; ++message)
        anna.front()->session->received(unknownFrames(1 + 20 * message, 20));
    RelayCoreFixture::settle();
    QCOMPARE(answeredIds(*anna.front()), upTo(200));
}

void IntakeTest::anAccountInDebtIsNotReadForAWhile() {
    relay::RelayPolicy policy;
    policy.workBurst = 1'000;
    policy.workPerSecond = 100'000;
    RelayCoreFixture relay(policy);
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    QVERIFY(anna.front()->connect());
    anna.front()->session->received(unknownFrames(1, 100));
    QVERIFY(!anna.front()->link->reading);
    QVERIFY(relay.core->metrics().pauses > 0);
    QTRY_COMPARE(answeredIds(*anna.front()), upTo(100));
    QTRY_VERIFY(anna.front()->link->reading);
    QVERIFY(!anna.front()->link->closeCode);
}

void IntakeTest::whatWaitsIsDroppedWithTheConnection() {
    relay::RelayPolicy policy;
    policy.workPerPass = 100;
    RelayCoreFixture relay(policy);
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    QVERIFY(anna.front()->connect());
    const auto before = relay.core->metrics().errors[std::size_t(base::Reason::UnknownFrame)].load();
    anna.front()->session->received(unknownFrames(1, 200));
    anna.front()->disconnect();
    QVERIFY(relay.core->metrics().errors[std::size_t(base::Reason::UnknownFrame)] - before < 200);
}

void IntakeTest::aMessageThatEndsWrongHasNoEffect() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    QVERIFY(anna.front()->connect());
    anna.front()->session->received(unknownFrames(1, 3) + QByteArray("\x0a\x7f", 2));
    RelayCoreFixture::settle();
    QCOMPARE(answeredIds(*anna.front()), QVector<quint64>{0});
    QCOMPARE(anna.front()->error(), QStringLiteral("malformed_frame"));
    QVERIFY(anna.front()->link->closeCode == relay::CloseCode::Malformed);
}

void IntakeTest::moreElementsThanAnyFrameMayHaveAreNotBuilt_data() {
    QTest::addColumn<QByteArray>("bytes");
    const auto row = [](const char* name, const wire::ClientFrame& frame) {
        const std::string bytes = frame.SerializeAsString();
        QTest::newRow(name) << QByteArray(bytes.data(), qsizetype(bytes.size()));
    };
    wire::ClientFrame recipients;
    wire::ClientFrame envelopes;
    wire::ClientFrame ranges;
    for (wire::ClientFrame* frame : {&recipients, &envelopes, &ranges})
        frame->set_request_id(9);
    recipients.mutable_submit()->set_submission(5);
    envelopes.mutable_submit()->set_submission(5);
    auto* recipient = envelopes.mutable_submit()->add_recipients();
    for (int count = 0; count < 5'000; ++count) {
        recipients.mutable_submit()->add_recipients();
        recipient->add_envelopes();
        ranges.mutable_acknowledge()->add_ranges();
    }
    row("recipients", recipients);
    row("envelopes", envelopes);
    row("ranges", ranges);
    row("contacts", presenceOf(5'000));
}

void IntakeTest::moreElementsThanAnyFrameMayHaveAreNotBuilt() {
    QFETCH(const QByteArray, bytes);
    const relay::RelayPolicy policy;
    wire::ClientFrame frame;
    QVERIFY(relay::readFrame(bytes, policy, frame));
    QVERIFY(frame.ByteSizeLong() < 64);
    QVERIFY(frame.request_id() != 0);

    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    QVERIFY(anna.front()->connect());
    wire::ClientFrame whole;
    QVERIFY(whole.ParseFromArray(bytes.constData(), int(bytes.size())));
    anna.front()->sendAndSettle(whole);
    QCOMPARE(whole.has_submit() ? anna.front()->refusal() : anna.front()->error(),
             QStringLiteral("invalid_argument"));
    if (whole.has_submit())
        QCOMPARE(anna.front()->last(wire::RelayFrame::kRefused)->refused().submission(), 5u);
    QVERIFY(!anna.front()->link->closeCode);
}

void IntakeTest::contactsAndKeysCountAsRequests() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    QVERIFY(anna.front()->connect());
    for (int count = 0; count < 3; ++count)
        anna.front()->sendAndSettle(presenceOf(4'000));
    QCOMPARE(anna.front()->count(wire::RelayFrame::kDone), 3);
    anna.front()->sendAndSettle(presenceOf(4'000));
    QCOMPARE(anna.front()->error(), QStringLiteral("rate_limited"));

    const auto bert = relay.addAccount(QStringLiteral("bert"));
    QVERIFY(bert.front()->connect());
    wire::ClientFrame upload;
    upload.set_request_id(4);
    *upload.mutable_upload_prekeys()->mutable_prekeys() = RelayCoreFixture::upload(1, 200);
    for (int count = 0; count < 4; ++count)
        bert.front()->sendAndSettle(upload);
    QCOMPARE(bert.front()->count(wire::RelayFrame::kDone), 4);
    bert.front()->sendAndSettle(upload);
    QCOMPARE(bert.front()->error(), QStringLiteral("rate_limited"));
}

void IntakeTest::pricesGrowWithWhatIsInAFrame() {
    QVERIFY(relay::workPrice(presenceOf(4'096)).units > 100 * relay::workPrice(presenceOf(1)).units);
    wire::ClientFrame submit;
    submit.mutable_submit()->add_recipients()->add_envelopes();
    const qint64 toOne = relay::workPrice(submit).units;
    for (int count = 0; count < 1'023; ++count)
        submit.mutable_submit()->add_recipients()->add_envelopes();
    QVERIFY(relay::workPrice(submit).units > 500 * toOne);
}

void IntakeTest::aFailureIsNotedForItsAddress() {
    RelayCoreFixture relay;
    const auto stranger = relay.makeDevice({base::AccountId::random(), 1});
    QVERIFY(!stranger->connect());
    QCOMPARE(stranger->link->failures, 1);
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    QVERIFY(anna.front()->connect());
    QCOMPARE(anna.front()->link->failures, 0);
}

RECADO_TEST(IntakeTest)
#include "IntakeTest.moc"
