#include "protocol/FrameCodec.h"

#include "protocol/AuthTranscript.h"
#include "protocol/DeliveryFrames.h"
#include "protocol/FrameMemory.h"
#include "protocol/Limits.h"
#include "support/Suite.h"

#include <QTest>

namespace recado::tests {

class FrameCodecTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void deliveriesByHandAreThoseOfTheGeneratedTypes_data();
    void deliveriesByHandAreThoseOfTheGeneratedTypes();
    void acceptancesByHandAreThoseOfTheGeneratedTypes();
    void frameMemoryGivesAnEmptyFrameEachTime();
    void framesAppendedOneByOneAreOneMessage();
    void malformedMessagesAreErrors_data();
    void malformedMessagesAreErrors();
    void everyTruncationOfAMessageIsAnErrorOrAShorterMessage();
    void anUnknownFrameTypeArrivesWithoutBodyButWithItsRequest();
    void unknownFieldsAreIgnored();
    void tooManyFramesAreRefused();
    void limitsSurviveTheWire();
    void absurdLimitsFallBackToDefaults();
    void noRelayCanAllowMessagesWithoutBound();
    void errorFramesCarryTheStableReason();
    void theTranscriptSeparatesEveryField();
};

namespace {

wire::ClientFrame ephemeralFrame(quint64 request) {
    wire::ClientFrame frame;
    frame.set_request_id(request);
    frame.mutable_ephemeral()->set_payload("typing");
    return frame;
}

} // namespace

void FrameCodecTest::framesAppendedOneByOneAreOneMessage() {
    QByteArray message;
    for (quint64 request = 1; request <= 3; ++request)
        protocol::appendFrame(message, ephemeralFrame(request));
    const auto decoded = protocol::decodeClientMessage(message);
    QVERIFY(decoded.ok());
    QCOMPARE(decoded->frames_size(), 3);
    QCOMPARE(decoded->frames(2).request_id(), 3u);
    QCOMPARE(decoded->frames(2).ephemeral().payload(), std::string("typing"));
}

void FrameCodecTest::malformedMessagesAreErrors_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("text") << QByteArray("GET / HTTP/1.1\r\n");
    QTest::newRow("length beyond the end") << QByteArray::fromHex("0aff01");
    QTest::newRow("endless varint") << QByteArray(12, '\xff');
    QTest::newRow("wrong wire type in a frame") << QByteArray::fromHex("0a0208");
    QTest::newRow("zero key") << QByteArray(4, '\0');
}

void FrameCodecTest::malformedMessagesAreErrors() {
    QFETCH(QByteArray, bytes);
    const auto client = protocol::decodeClientMessage(bytes);
    QVERIFY(!client.ok());
    QCOMPARE(client.error().reason, base::Reason::MalformedFrame);
    QVERIFY(!protocol::decodeRelayMessage(bytes).ok());
}

void FrameCodecTest::everyTruncationOfAMessageIsAnErrorOrAShorterMessage() {
    QByteArray message;
    protocol::appendFrame(message, ephemeralFrame(1));
    const qsizetype firstEnd = message.size();
    protocol::appendFrame(message, ephemeralFrame(2));
    for (qsizetype length = 0; length < message.size(); ++length) {
        const auto decoded = protocol::decodeClientMessage(message.first(length));
        if (length == firstEnd)
            QCOMPARE(decoded->frames_size(), 1);
        else
            QVERIFY2(!decoded.ok(), qPrintable(QString::number(length)));
    }
}

void FrameCodecTest::anUnknownFrameTypeArrivesWithoutBodyButWithItsRequest() {
    // A frame with request_id 9 and field 999 (length-delimited) as its body.
    const QByteArray message = QByteArray::fromHex("0a06"
                                                   "0809"
                                                   "ba3e"
                                                   "0161");
    const auto decoded = protocol::decodeClientMessage(message);
    QVERIFY(decoded.ok());
    QCOMPARE(decoded->frames(0).request_id(), 9u);
    QCOMPARE(int(decoded->frames(0).body_case()), int(wire::ClientFrame::BODY_NOT_SET));
}

void FrameCodecTest::unknownFieldsAreIgnored() {
    wire::ClientFrame frame = ephemeralFrame(4);
    const std::string inner = frame.SerializeAsString() + std::string("\xba\x3e\x01\x61", 4);
    QByteArray message("\x0a", 1);
    message.append(char(inner.size())).append(inner.data(), qsizetype(inner.size()));
    const auto decoded = protocol::decodeClientMessage(message);
    QVERIFY(decoded.ok());
    QCOMPARE(decoded->frames(0).ephemeral().payload(), std::string("typing"));
}

void FrameCodecTest::tooManyFramesAreRefused() {
    QByteArray message;
    for (int count = 0; count < protocol::maximumFramesPerMessage; ++count)
        protocol::appendFrame(message, ephemeralFrame(1));
    QVERIFY(protocol::decodeClientMessage(message).ok());
    protocol::appendFrame(message, ephemeralFrame(1));
    QVERIFY(!protocol::decodeClientMessage(message).ok());
    // The same with the smallest frames there are, and with a key that is written longer than it need be.
    QVERIFY(protocol::decodeClientMessage(QByteArray("\x0a\0", 2).repeated(1'024)).ok());
    QVERIFY(!protocol::decodeClientMessage(QByteArray("\x0a\0", 2).repeated(600'000)).ok());
    QVERIFY(!protocol::decodeClientMessage(QByteArray("\x8a\0\0", 3).repeated(1'025)).ok());
}

void FrameCodecTest::limitsSurviveTheWire() {
    protocol::Limits limits;
    limits.textBytes = 77;
    limits.attachmentBytes = 2ULL << 30;
    const protocol::Limits back = protocol::fromWire(protocol::toWire(limits));
    QCOMPARE(back.textBytes, 77u);
    QCOMPARE(back.attachmentBytes, 2ULL << 30);
    QCOMPARE(back.devices, 6u);
}

void FrameCodecTest::absurdLimitsFallBackToDefaults() {
    const protocol::Limits limits = protocol::fromWire(wire::Limits());
    QCOMPARE(limits.textBytes, 65'536u);
    QCOMPARE(limits.submissionsInFlight, protocol::Limits().submissionsInFlight);
}

void FrameCodecTest::noRelayCanAllowMessagesWithoutBound() {
    wire::Limits announced;
    announced.set_message_bytes(4'000'000'000);
    QCOMPARE(protocol::fromWire(announced).messageBytes, protocol::largestMessageBytes);
    announced.set_message_bytes(100'000);
    QCOMPARE(protocol::fromWire(announced).messageBytes, 100'000u);
}

void FrameCodecTest::errorFramesCarryTheStableReason() {
    const wire::RelayFrame frame = protocol::errorFrame(
        5, base::makeError(base::Reason::RateLimited, QStringLiteral("too fast")), 1'000);
    QCOMPARE(frame.request_id(), 5u);
    QCOMPARE(frame.error().reason(), std::string("rate_limited"));
    QCOMPARE(frame.error().retry_after_ms(), 1'000u);
}

void FrameCodecTest::theTranscriptSeparatesEveryField() {
    const protocol::AuthTranscript base{1,
                                        1,
                                        QByteArray(32, 'a'),
                                        QByteArray(32, 'b'),
                                        QByteArray(32, 'c'),
                                        QStringLiteral("relay"),
                                        QByteArray(),
                                        QByteArray(16, 'd'),
                                        1};
    QCOMPARE(base.toBytes().size(), 4 + 4 + 3 * 36 + 4 + 5 + 4 + 20 + 4);
    protocol::AuthTranscript moved = base;
    moved.relayName = QStringLiteral("relayd"); // moves a byte across a field's border
    moved.accountId = QByteArray(15, 'd');
    QVERIFY(moved.toBytes() != base.toBytes());
    protocol::AuthTranscript otherDevice = base;
    otherDevice.deviceId = 2;
    QVERIFY(otherDevice.toBytes() != base.toBytes());
    protocol::AuthTranscript otherPurpose = base;
    otherPurpose.purpose = 2;
    QVERIFY(otherPurpose.toBytes() != base.toBytes());
}

void FrameCodecTest::deliveriesByHandAreThoseOfTheGeneratedTypes_data() {
    QTest::addColumn<quint64>("id");
    QTest::addColumn<quint64>("acceptedAtMs");
    QTest::addColumn<int>("header");
    QTest::addColumn<int>("ciphertext");
    QTest::addColumn<int>("body");
    QTest::newRow("nothing") << quint64(0) << quint64(0) << 0 << 0 << 0;
    QTest::newRow("an ordinary one") << (quint64(7) << 40) + 3 << quint64(1'795'349'169'123) << 96 << 330
                                     << 0;
    QTest::newRow("lengths of one byte") << quint64(1) << quint64(127) << 1 << 127 << 0;
    QTest::newRow("lengths of two bytes") << quint64(1) << quint64(128) << 128 << 16'383 << 1;
    QTest::newRow("lengths of three bytes") << quint64(1) << ~quint64(0) << 16'384 << 70'000 << 200'000;
}

void FrameCodecTest::deliveriesByHandAreThoseOfTheGeneratedTypes() {
    QFETCH(const quint64, id);
    QFETCH(const quint64, acceptedAtMs);
    QFETCH(const int, header);
    QFETCH(const int, ciphertext);
    QFETCH(const int, body);
    const QByteArray headerBytes(header, 'h');
    const QByteArray ciphertextBytes(ciphertext, 'c');
    const QByteArray bodyBytes(body, 'b');
    wire::RelayFrame frame;
    wire::Deliver* deliver = frame.mutable_deliver();
    deliver->set_delivery_id(id);
    deliver->set_accepted_at_ms(acceptedAtMs);
    deliver->set_sealed_header(protocol::fromBytes(headerBytes));
    deliver->set_ciphertext(protocol::fromBytes(ciphertextBytes));
    deliver->set_body(protocol::fromBytes(bodyBytes));
    QByteArray expected("before");
    protocol::appendFrame(expected, frame);

    const protocol::DeliverFields fields{id, acceptedAtMs, headerBytes, ciphertextBytes, bodyBytes};
    QByteArray written("before");
    protocol::appendDeliver(written, fields);

    QCOMPARE(written, expected);
    QVERIFY(written.size() - 6 <= protocol::largestDeliverSize(fields));
}

void FrameCodecTest::acceptancesByHandAreThoseOfTheGeneratedTypes() {
    const QVector<base::SubmissionNumber> numbers{1, 127, 128, 300, 70'000, ~base::SubmissionNumber(0)};
    for (qsizetype count = 1; count <= numbers.size(); ++count) {
        wire::RelayFrame frame;
        for (const base::SubmissionNumber number : numbers.first(count))
            frame.mutable_accepted()->add_submissions(number);
        QByteArray written;
        protocol::appendAccepted(written, numbers.first(count));
        QCOMPARE(written, protocol::encode(frame));
    }
}

void FrameCodecTest::frameMemoryGivesAnEmptyFrameEachTime() {
    protocol::FrameMemory memory;
    for (int size = 10; size < 1'000'000; size *= 10) {
        wire::ClientFrame& frame = memory.fresh();
        QCOMPARE(frame.body_case(), wire::ClientFrame::BODY_NOT_SET);
        frame.mutable_submit()->set_body(std::string(std::size_t(size), 'x'));
    }
}

} // namespace recado::tests

RECADO_TEST(recado::tests::FrameCodecTest)
#include "FrameCodecTest.moc"
