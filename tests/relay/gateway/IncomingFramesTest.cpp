#include "relay/gateway/IncomingFrames.h"

#include "ClientFrames.h"
#include "relay/gateway/Connection.h"
#include "support/Suite.h"

#include <QTest>

namespace recado::tests {

using relay::IncomingFrames;

class IncomingFramesTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void emptyFramesAreRationedBySecond();
    void textIsAViolationOnceItIsValid();
    void incompleteMessagesShareABudget();
    void whatIsCompleteOrGivenUpIsNotCounted();

private:
    static IncomingFrames::Event feed(IncomingFrames& frames, const QByteArray& bytes, qint64 nowMs = 0) {
        QByteArrayView input(bytes);
        return frames.next(input, nowMs);
    }
    static QByteArray half(qsizetype bytes) {
        return clientFrame(0x2, QByteArray(2 * bytes, 'h'), Final::Yes).first(bytes + 8);
    }
};

void IncomingFramesTest::emptyFramesAreRationedBySecond() {
    relay::GatewayConfig config;
    config.idleFramesPerSecond = 3;
    relay::GatewayCounters counters;
    IncomingFrames frames(config, counters);
    for (qint64 second = 1; second < 5; ++second) {
        for (const int opcode : {0x9, 0xA, 0x9}) {
            const auto event = feed(frames, clientFrame(opcode, "", Final::Yes), second * 1'000);
            QCOMPARE(int(event.kind),
                     int(opcode == 0x9 ? IncomingFrames::Kind::Ping : IncomingFrames::Kind::Nothing));
        }
    }
    QCOMPARE(int(feed(frames, clientFrame(0x2, "", Final::No), 4'999).kind),
             int(IncomingFrames::Kind::Violation));
    QCOMPARE(counters.violations.load(), quint64(1));
    QCOMPARE(int(feed(frames, clientFrame(0x9, "", Final::Yes), 9'000).kind),
             int(IncomingFrames::Kind::None));
}

void IncomingFramesTest::textIsAViolationOnceItIsValid() {
    const relay::GatewayConfig config;
    relay::GatewayCounters counters;
    IncomingFrames frames(config, counters);
    QCOMPARE(int(feed(frames, clientFrame(0x1, "ol\xC3\xA1", Final::Yes)).code),
             int(relay::closeUnsupportedData));
    IncomingFrames others(config, counters);
    QCOMPARE(int(feed(others, clientFrame(0x1, "ol\xC3", Final::Yes)).code), int(relay::closeInvalidText));
}

void IncomingFramesTest::incompleteMessagesShareABudget() {
    relay::GatewayConfig config;
    config.incompleteBytes = 20'000;
    relay::GatewayCounters counters;
    IncomingFrames first(config, counters);
    IncomingFrames second(config, counters);
    IncomingFrames small(config, counters);
    for (IncomingFrames* frames : {&first, &second, &small})
        frames->trustWithLargeMessages();
    QCOMPARE(int(feed(first, half(15'000)).kind), int(IncomingFrames::Kind::None));
    QCOMPARE(counters.incompleteBytes.load(), qint64(15'000));
    const auto refused = feed(second, half(10'000));
    QCOMPARE(int(refused.kind), int(IncomingFrames::Kind::Violation));
    QCOMPARE(int(refused.code), int(relay::closeTryAgainLater));
    QCOMPARE(counters.incompleteBytes.load(), qint64(15'000));
    // The others go on, and nobody is refused who keeps next to nothing.
    QCOMPARE(int(feed(first, QByteArray(4'000, '\0')).kind), int(IncomingFrames::Kind::None));
    QCOMPARE(int(feed(small, half(1'500)).kind), int(IncomingFrames::Kind::None));
    QVERIFY(counters.incompleteBytes.load() > config.incompleteBytes);
}

void IncomingFramesTest::whatIsCompleteOrGivenUpIsNotCounted() {
    const relay::GatewayConfig config;
    relay::GatewayCounters counters;
    {
        IncomingFrames frames(config, counters);
        const QByteArray message = clientFrame(0x2, QByteArray(8'000, 'm'), Final::Yes);
        QCOMPARE(int(feed(frames, message.first(5'000)).kind), int(IncomingFrames::Kind::None));
        QVERIFY(counters.incompleteBytes.load() > 4'900);
        const QByteArray rest = message.sliced(5'000);
        QByteArrayView input(rest);
        QCOMPARE(int(frames.next(input, 0).kind), int(IncomingFrames::Kind::Message));
        QCOMPARE(int(frames.next(input, 0).kind), int(IncomingFrames::Kind::None));
        QCOMPARE(counters.incompleteBytes.load(), qint64(0));
        QCOMPARE(int(feed(frames, half(3'000)).kind), int(IncomingFrames::Kind::None));
        QCOMPARE(counters.incompleteBytes.load(), qint64(3'000));
    }
    QCOMPARE(counters.incompleteBytes.load(), qint64(0));
}

} // namespace recado::tests

RECADO_TEST(recado::tests::IncomingFramesTest)
#include "IncomingFramesTest.moc"
