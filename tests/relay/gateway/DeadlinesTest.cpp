#include "relay/gateway/Deadlines.h"

#include "support/Suite.h"

#include <QTest>

namespace recado::tests {

using relay::Deadlines;
using Backlog = Deadlines::Backlog;
using Demand = Deadlines::Demand;
using namespace std::chrono_literals;

namespace {

constexpr qint64 acceptedAt = 1'000'000;

/// What is due, and how long after `sinceMs`.
#define COMPARE_NEXT(deadlines, backlog, expected, sinceMs, afterMs)                                         \
    do {                                                                                                     \
        const Deadlines::Next next = (deadlines).next(backlog);                                              \
        QCOMPARE(int(next.demand), int(expected));                                                           \
        QCOMPARE(next.atMs - (sinceMs), qint64(afterMs));                                                    \
    } while (false)

Deadlines authenticatedAt(const relay::GatewayConfig& config, qint64 nowMs) {
    Deadlines deadlines(config, nowMs);
    deadlines.upgraded(nowMs);
    deadlines.authenticated();
    return deadlines;
}

} // namespace

class DeadlinesTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void theRequestHasFiveSeconds();
    void authenticationHasFiveSecondsFromConnectingWhateverComes();
    void anIdlePeerIsPingedAgainAndAgainAndThenGone();
    void whatIsHeardMovesTheEnd();
    void aMessageThatTricklesEnds();
    void aMessageOverASlowLineGetsItsTime();
    void aLargeBacklogThatNothingTakesEndsWithinTwoSeconds();
    void progressKeepsALargeBacklogAlive();
    void aSmallBacklogIsNoOffence();
    void whoTakesWhatIsQueuedIsNotSilent();
    void aFarewellIsShort();
};

void DeadlinesTest::theRequestHasFiveSeconds() {
    const relay::GatewayConfig config;
    const Deadlines deadlines(config, acceptedAt);
    COMPARE_NEXT(deadlines, Backlog::None, Demand::EndHandshake, acceptedAt, 5'000);
}

void DeadlinesTest::authenticationHasFiveSecondsFromConnectingWhateverComes() {
    const relay::GatewayConfig config;
    Deadlines deadlines(config, acceptedAt);
    deadlines.upgraded(acceptedAt + 4'900);
    for (int moment = 4'910; moment < 5'000; moment += 10) {
        deadlines.heard(acceptedAt + moment);
        deadlines.owes(acceptedAt + moment, moment);
        deadlines.progressed(acceptedAt + moment);
        COMPARE_NEXT(deadlines, Backlog::Small, Demand::EndAuthentication, acceptedAt, 5'000);
    }
}

void DeadlinesTest::anIdlePeerIsPingedAgainAndAgainAndThenGone() {
    const relay::GatewayConfig config;
    Deadlines deadlines = authenticatedAt(config, acceptedAt);
    COMPARE_NEXT(deadlines, Backlog::None, Demand::Ping, acceptedAt, 30'000);
    deadlines.pinged(acceptedAt + 30'000);
    COMPARE_NEXT(deadlines, Backlog::None, Demand::Ping, acceptedAt, 60'000);
    deadlines.pinged(acceptedAt + 60'000);
    COMPARE_NEXT(deadlines, Backlog::None, Demand::EndSilence, acceptedAt, 90'000);
}

void DeadlinesTest::whatIsHeardMovesTheEnd() {
    const relay::GatewayConfig config;
    Deadlines deadlines = authenticatedAt(config, acceptedAt);
    deadlines.pinged(acceptedAt + 60'000);
    deadlines.heard(acceptedAt + 61'000);
    COMPARE_NEXT(deadlines, Backlog::None, Demand::Ping, acceptedAt, 91'000);
    COMPARE_NEXT(deadlines, Backlog::Small, Demand::EndSilence, acceptedAt, 151'000);
}

void DeadlinesTest::aMessageThatTricklesEnds() {
    const relay::GatewayConfig config;
    Deadlines deadlines = authenticatedAt(config, acceptedAt);
    QVERIFY(deadlines.owes(acceptedAt + 1, 1));
    QVERIFY(!deadlines.owes(acceptedAt + 2, 2));
    for (int second = 1; second <= 29; ++second) {
        deadlines.heard(acceptedAt + second * 1'000); // pings in between
        deadlines.owes(acceptedAt + second * 1'000, second);
    }
    COMPARE_NEXT(deadlines, Backlog::None, Demand::EndMessage, acceptedAt + 1,
                 30'000 + 29 * 1'000 / config.messageBytesPerSecond);
    deadlines.owesNothing();
    COMPARE_NEXT(deadlines, Backlog::None, Demand::Ping, acceptedAt, 59'000);
}

void DeadlinesTest::aMessageOverASlowLineGetsItsTime() {
    relay::GatewayConfig config;
    config.messageBytesPerSecond = 4'096;
    Deadlines deadlines = authenticatedAt(config, acceptedAt);
    // 5 KiB a second: the largest message takes 256 s, without a pause in which a ping could be answered.
    for (int second = 1; second < 256; ++second) {
        const qint64 now = acceptedAt + second * 1'000;
        deadlines.owes(now, second * 5 * 1'024);
        QVERIFY(deadlines.next(Backlog::None).atMs > now);
    }
    deadlines.heard(acceptedAt + 256'000);
    deadlines.owesNothing();
    COMPARE_NEXT(deadlines, Backlog::None, Demand::Ping, acceptedAt, 286'000);
}

void DeadlinesTest::aLargeBacklogThatNothingTakesEndsWithinTwoSeconds() {
    const relay::GatewayConfig config;
    Deadlines deadlines = authenticatedAt(config, acceptedAt);
    deadlines.heard(acceptedAt + 10'000); // the peer may talk as much as it likes
    deadlines.progressed(acceptedAt + 10'000);
    deadlines.heard(acceptedAt + 11'000);
    COMPARE_NEXT(deadlines, Backlog::Large, Demand::EndStall, acceptedAt + 10'000,
                 config.stallDeadline.count());
    // The check runs eight times within the deadline, and may find the last progress one check late.
    QVERIFY(config.stallDeadline.count() + 2 * config.stallDeadline.count() / 8 <= 2'000);
}

void DeadlinesTest::progressKeepsALargeBacklogAlive() {
    const relay::GatewayConfig config;
    Deadlines deadlines = authenticatedAt(config, acceptedAt);
    for (int second = 1; second < 80; ++second) {
        const qint64 now = acceptedAt + second * 1'000;
        QVERIFY(deadlines.next(Backlog::Large).atMs > now);
        deadlines.progressed(now);
    }
}

void DeadlinesTest::aSmallBacklogIsNoOffence() {
    const relay::GatewayConfig config;
    const Deadlines deadlines = authenticatedAt(config, acceptedAt);
    COMPARE_NEXT(deadlines, Backlog::Small, Demand::EndSilence, acceptedAt, 90'000);
}

void DeadlinesTest::whoTakesWhatIsQueuedIsNotSilent() {
    const relay::GatewayConfig config;
    Deadlines deadlines = authenticatedAt(config, acceptedAt);
    deadlines.progressed(acceptedAt + 80'000);
    COMPARE_NEXT(deadlines, Backlog::Small, Demand::EndSilence, acceptedAt, 170'000);
    COMPARE_NEXT(deadlines, Backlog::None, Demand::Ping, acceptedAt, 110'000);
}

void DeadlinesTest::aFarewellIsShort() {
    const relay::GatewayConfig config;
    Deadlines deadlines = authenticatedAt(config, acceptedAt);
    deadlines.farewell(acceptedAt + 7'000);
    deadlines.heard(acceptedAt + 8'000);
    COMPARE_NEXT(deadlines, Backlog::Large, Demand::EndFarewell, acceptedAt + 7'000, 2'000);
}

} // namespace recado::tests

RECADO_TEST(recado::tests::DeadlinesTest)
#include "DeadlinesTest.moc"
