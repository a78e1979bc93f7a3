#include "relay/delivery/DeliveryChannel.h"
#include "support/RelayCoreFixture.h"
#include "support/Suite.h"

#include <QRandomGenerator>
#include <QTest>

using namespace recado;
using namespace recado::tests;

class DeliveryTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void whatWaitedComesFirstThenDrainedThenLive();
    void drainedIsSaidOnceAConnection();
    void envelopesGatherInFewMessages();
    void largeMailboxesKeepToTheMessageLimit();
    void liveEnvelopesWaitForThePageThatIsBeingRead();
    void anOverflowingRecordingIsReadFromTheMailbox();
    void aFailedPeekIsRepeated();
    void theWindowHoldsBackUntilAcknowledgements();
    void aSlowConnectionIsServedFromTheMailboxLater();
    void acknowledgementsDeleteExactlyTheirOwn();
    void anAcknowledgementMayOvertakeItsAppend();
    void malformedAcknowledgementsAreRefused();
    void rangesThatMeetAreOneDeletion();
    void aFloodOfAcknowledgementsIsNoWorkForTheStore();
    void anAcknowledgementMayBeAboutAnEarlierConnection();
    void mailboxesOfNobodyAreSweptNowAndThen();
    void whatIsNotAcknowledgedComesAgain();
    void undeliveredEnvelopesExpire();
    void concurrentSubmissionsArriveOnceAndInOrder_data();
    void concurrentSubmissionsArriveOnceAndInOrder();
};

namespace {

QVector<base::DeliveryId> idsOf(const FakeRelayDevice& device) {
    QVector<base::DeliveryId> ids;
    for (const wire::Deliver& delivered : device.delivered())
        ids.push_back(delivered.delivery_id());
    return ids;
}

bool growsStrictly(const QVector<base::DeliveryId>& ids) {
    return std::adjacent_find(ids.begin(), ids.end(), std::greater_equal<>()) == ids.end();
}

void sendMany(FakeRelayDevice& sender, const RelayCoreFixture::Devices& receivers, quint64 first,
              quint64 count, const QByteArray& text) {
    for (quint64 number = first; number < first + count; ++number) {
        sender.send(RelayCoreFixture::submission(number, receivers, text));
        if (number % 100 == 0)
            RelayCoreFixture::settle();
    }
    RelayCoreFixture::settle();
}

} // namespace

void DeliveryTest::whatWaitedComesFirstThenDrainedThenLive() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    QVERIFY(anna.front()->connect());
    sendMany(*anna.front(), bert, 1, 600, "waiting");
    QVERIFY(bert.front()->connect());
    anna.front()->sendAndSettle(RelayCoreFixture::submission(601, bert, "live"));
    const auto& frames = bert.front()->link->frames;
    qsizetype drainedAt = 0;
    for (qsizetype index = 0; index < frames.size(); ++index) {
        if (frames[index].has_mailbox_drained())
            drainedAt = index;
    }
    // Challenge, Welcome, 600 envelopes, MailboxDrained, 1 envelope.
    QCOMPARE(drainedAt, 602);
    QCOMPARE(frames.size(), 604);
    QVERIFY(growsStrictly(idsOf(*bert.front())));
    QCOMPARE(relay.core->metrics().deliveredFromMailbox.load(), 600u);
    QCOMPARE(relay.core->metrics().deliveredLive.load(), 1u);
}

void DeliveryTest::drainedIsSaidOnceAConnection() {
    relay::RelayPolicy policy;
    policy.limits.unacknowledgedBytes = 1'000;
    RelayCoreFixture relay(policy);
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    QVERIFY(anna.front()->connect());
    QVERIFY(bert.front()->connect());
    sendMany(*anna.front(), bert, 1, 50, QByteArray(100, 't'));
    while (idsOf(*bert.front()).size() < 50) {
        bert.front()->acknowledge(1, idsOf(*bert.front()).back());
        const auto before = idsOf(*bert.front()).size();
        relay.settle();
        QVERIFY(idsOf(*bert.front()).size() > before);
    }
    QCOMPARE(bert.front()->count(wire::RelayFrame::kMailboxDrained), 1);
}

void DeliveryTest::envelopesGatherInFewMessages() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    QVERIFY(anna.front()->connect());
    sendMany(*anna.front(), bert, 1, 200, "waiting");
    QVERIFY(bert.front()->connect());
    QCOMPARE(bert.front()->delivered().size(), 200);
    QVERIFY(bert.front()->link->messageSizes.size() <= 4);
}

void DeliveryTest::largeMailboxesKeepToTheMessageLimit() {
    relay::RelayPolicy policy;
    policy.limits.messageBytes = 10'000;
    RelayCoreFixture relay(policy);
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    QVERIFY(anna.front()->connect());
    sendMany(*anna.front(), bert, 1, 100, QByteArray(1'000, 't'));
    QVERIFY(bert.front()->connect());
    QCOMPARE(bert.front()->delivered().size(), 100);
    for (const qsizetype size : bert.front()->link->messageSizes)
        QVERIFY(size <= 10'000);
    QVERIFY(bert.front()->link->messageSizes.size() < 20);
}

void DeliveryTest::liveEnvelopesWaitForThePageThatIsBeingRead() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    QVERIFY(anna.front()->connect());
    sendMany(*anna.front(), bert, 1, 5, "old");
    bert.front()->open();
    bert.front()->hello(wire::PURPOSE_AUTHENTICATE);
    bert.front()->send(bert.front()->authentication());
    // Stops the store at the peek: it is the mailbox's second operation of an arrival.
    relay.mailboxes.queue.hold();
    relay.settle();
    while (relay.mailboxes.peeks < 2) {
        relay.mailboxes.queue.runOne();
        relay.settle();
    }
    sendMany(*anna.front(), bert, 6, 3, "new");
    QVERIFY(bert.front()->delivered().isEmpty());
    relay.mailboxes.queue.release();
    relay.settle();
    QCOMPARE(bert.front()->delivered().size(), 8);
    QVERIFY(growsStrictly(idsOf(*bert.front())));
    QCOMPARE(relay.core->metrics().deliveredLive.load(), 3u);
}

void DeliveryTest::anOverflowingRecordingIsReadFromTheMailbox() {
    relay::RelayPolicy policy;
    policy.recordedBytes = 100;
    RelayCoreFixture relay(policy);
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    QVERIFY(anna.front()->connect());
    anna.front()->sendAndSettle(RelayCoreFixture::submission(1, bert, "old"));
    QVERIFY(bert.front()->connect());
    bert.front()->open();
    bert.front()->hello(wire::PURPOSE_AUTHENTICATE);
    relay.mailboxes.queue.hold();
    bert.front()->sendAndSettle(bert.front()->authentication());
    const int peeksBefore = relay.mailboxes.peeks;
    while (relay.mailboxes.peeks == peeksBefore) {
        relay.mailboxes.queue.runOne();
        relay.settle();
    }
    sendMany(*anna.front(), bert, 2, 20, QByteArray(50, 'n'));
    relay.mailboxes.queue.release();
    relay.settle();
    QCOMPARE(bert.front()->delivered().size(), 21);
    QVERIFY(growsStrictly(idsOf(*bert.front())));
    QCOMPARE(bert.front()->count(wire::RelayFrame::kMailboxDrained), 1);
}

void DeliveryTest::aFailedPeekIsRepeated() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    QVERIFY(anna.front()->connect());
    sendMany(*anna.front(), bert, 1, 3, "waiting");
    relay.mailboxes.peekResults = {relay::StoreResult::Busy, relay::StoreResult::Unknown};
    QVERIFY(bert.front()->connect());
    QVERIFY(bert.front()->delivered().isEmpty());
    anna.front()->sendAndSettle(RelayCoreFixture::submission(4, bert, "meanwhile"));
    QTRY_COMPARE(bert.front()->delivered().size(), 4);
    QVERIFY(growsStrictly(idsOf(*bert.front())));
}

void DeliveryTest::theWindowHoldsBackUntilAcknowledgements() {
    relay::RelayPolicy policy;
    policy.limits.unacknowledgedBytes = 10'000;
    RelayCoreFixture relay(policy);
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    QVERIFY(anna.front()->connect());
    QVERIFY(bert.front()->connect());
    sendMany(*anna.front(), bert, 1, 100, QByteArray(994, 't')); // 1,000 bytes each
    QCOMPARE(bert.front()->delivered().size(), 10);
    // A few acknowledgements do not start a page for each.
    bert.front()->acknowledge(1, idsOf(*bert.front()).at(2));
    relay.settle();
    QCOMPARE(bert.front()->delivered().size(), 10);
    bert.front()->acknowledge(1, idsOf(*bert.front()).at(6));
    relay.settle();
    QCOMPARE(bert.front()->delivered().size(), 17);
    while (bert.front()->delivered().size() < 100) {
        bert.front()->acknowledge(1, idsOf(*bert.front()).back());
        relay.settle();
    }
    QCOMPARE(bert.front()->delivered().size(), 100);
    QVERIFY(growsStrictly(idsOf(*bert.front())));
    bert.front()->acknowledge(1, idsOf(*bert.front()).back());
    relay.settle();
    anna.front()->sendAndSettle(RelayCoreFixture::submission(101, bert, "live again"));
    QCOMPARE(bert.front()->delivered().size(), 101);
}

void DeliveryTest::aSlowConnectionIsServedFromTheMailboxLater() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    QVERIFY(anna.front()->connect());
    QVERIFY(bert.front()->connect());
    bert.front()->link->queued = 10'000'000;
    sendMany(*anna.front(), bert, 1, 5, "held back");
    QVERIFY(bert.front()->delivered().isEmpty());
    QCOMPARE(anna.front()->accepted().size(), 5);
    bert.front()->link->queued = 0;
    bert.front()->session->writable();
    relay.settle();
    QCOMPARE(bert.front()->delivered().size(), 5);
}

void DeliveryTest::acknowledgementsDeleteExactlyTheirOwn() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto bert = relay.addAccount(QStringLiteral("bert"), 2);
    QVERIFY(anna.front()->connect());
    for (const auto& device : bert)
        QVERIFY(device->connect());
    sendMany(*anna.front(), bert, 1, 5, "text");
    const QVector<base::DeliveryId> ids = idsOf(*bert.front());
    wire::ClientFrame frame;
    frame.set_request_id(5);
    for (const auto& [first, last] : {std::pair(ids[0], ids[1]), std::pair(ids[3], ids[3])}) {
        auto* range = frame.mutable_acknowledge()->add_ranges();
        range->set_first(first);
        range->set_last(last);
    }
    bert.front()->sendAndSettle(frame);
    QCOMPARE(bert.front()->last(wire::RelayFrame::kDone)->request_id(), 5u);
    QCOMPARE(relay.mailboxes.rows[bert.front()->address].keys(), (QList<base::DeliveryId>{ids[2], ids[4]}));
    QCOMPARE(relay.mailboxes.rows[bert.back()->address].size(), 5);
    QCOMPARE(relay.core->metrics().acknowledged.load(), 3u);
}

void DeliveryTest::anAcknowledgementMayOvertakeItsAppend() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    QVERIFY(anna.front()->connect());
    QVERIFY(bert.front()->connect());
    anna.front()->sendAndSettle(RelayCoreFixture::submission(1, bert, "first"));
    relay.mailboxes.queue.hold();
    anna.front()->sendAndSettle(RelayCoreFixture::submission(2, bert, "second"));
    bert.front()->acknowledge(1, idsOf(*bert.front()).back());
    relay.settle();
    QCOMPARE(anna.front()->accepted(), (QVector<quint64>{1, 2}));
    relay.mailboxes.queue.release();
    relay.settle();
    QVERIFY(relay.mailboxes.rows[bert.front()->address].isEmpty());
    QVERIFY(bert.front()->connect());
    QVERIFY(bert.front()->delivered().isEmpty());
    QVERIFY(relay.mailboxes.windows[anna.front()->address].seen(2));
}

void DeliveryTest::malformedAcknowledgementsAreRefused() {
    RelayCoreFixture relay;
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    QVERIFY(bert.front()->connect());
    bert.front()->acknowledge(5, 4);
    relay.settle();
    QCOMPARE(bert.front()->error(), QStringLiteral("invalid_argument"));
    bert.front()->acknowledge(0, 4);
    relay.settle();
    QCOMPARE(bert.front()->count(wire::RelayFrame::kError), 2);
    wire::ClientFrame empty;
    empty.mutable_acknowledge();
    bert.front()->sendAndSettle(empty);
    QCOMPARE(bert.front()->count(wire::RelayFrame::kError), 3);
}

void DeliveryTest::rangesThatMeetAreOneDeletion() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    QVERIFY(anna.front()->connect());
    QVERIFY(bert.front()->connect());
    sendMany(*anna.front(), bert, 1, 100, "text");
    const QVector<base::DeliveryId> ids = idsOf(*bert.front());
    wire::ClientFrame frame;
    for (int index = 99; index >= 0; --index) {
        if (index == 50)
            continue;
        auto* range = frame.mutable_acknowledge()->add_ranges();
        range->set_first(ids[index]);
        range->set_last(index < 50 ? std::min(ids[index] + 7, ids[49]) : ids[index]); // some overlap
    }
    bert.front()->sendAndSettle(frame);
    QCOMPARE(relay.mailboxes.acknowledgedRanges, 2);
    QCOMPARE(relay.mailboxes.rows[bert.front()->address].keys(), (QList<base::DeliveryId>{ids[50]}));
}

void DeliveryTest::aFloodOfAcknowledgementsIsNoWorkForTheStore() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    QVERIFY(anna.front()->connect());
    QVERIFY(bert.front()->connect());
    for (quint64 pass = 0; pass < 20; ++pass) {
        wire::ClientFrame frame;
        frame.set_request_id(pass + 1);
        for (quint64 index = 0; index < 4'096; ++index) {
            auto* range = frame.mutable_acknowledge()->add_ranges();
            range->set_first((1ULL << 50) + 2 * (pass * 4'096 + index));
            range->set_last(range->first());
        }
        bert.front()->sendAndSettle(frame);
    }
    QCOMPARE(bert.front()->count(wire::RelayFrame::kDone), 20);
    QVERIFY(relay.mailboxes.acknowledgedRanges <= relay::DeliveryChannel::strayRanges);
    // What was sent to it is deleted as ever.
    sendMany(*anna.front(), bert, 1, 5, "text");
    for (const base::DeliveryId id : idsOf(*bert.front()))
        bert.front()->acknowledge(id, id);
    relay.settle();
    QVERIFY(relay.mailboxes.rows[bert.front()->address].isEmpty());
}

void DeliveryTest::anAcknowledgementMayBeAboutAnEarlierConnection() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    QVERIFY(anna.front()->connect());
    QVERIFY(bert.front()->connect());
    sendMany(*anna.front(), bert, 1, 3, "text");
    const QVector<base::DeliveryId> ids = idsOf(*bert.front());
    relay.mailboxes.peekResults = {relay::StoreResult::Busy}; // they are not sent again yet
    QVERIFY(bert.front()->connect());
    QVERIFY(bert.front()->delivered().isEmpty());
    bert.front()->acknowledge(ids.front(), ids.back());
    relay.settle();
    QVERIFY(relay.mailboxes.rows[bert.front()->address].isEmpty());
}

void DeliveryTest::mailboxesOfNobodyAreSweptNowAndThen() {
    RelayCoreFixture relay;
    relay.advance(60'000);
    const int before = relay.directory.sweeps;
    relay.advance(1'000);
    QCOMPARE(relay.directory.sweeps, before);
    relay.advance(60'000);
    QCOMPARE(relay.directory.sweeps, before + 1);
}

void DeliveryTest::whatIsNotAcknowledgedComesAgain() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    QVERIFY(anna.front()->connect());
    QVERIFY(bert.front()->connect());
    sendMany(*anna.front(), bert, 1, 3, "text");
    const QVector<base::DeliveryId> ids = idsOf(*bert.front());
    bert.front()->acknowledge(ids[1], ids[1]);
    bert.front()->disconnect();
    QVERIFY(bert.front()->connect());
    QCOMPARE(idsOf(*bert.front()), (QVector<base::DeliveryId>{ids[0], ids[2]}));
}

void DeliveryTest::undeliveredEnvelopesExpire() {
    RelayCoreFixture relay;
    const auto anna = relay.addAccount(QStringLiteral("anna"));
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    QVERIFY(anna.front()->connect());
    sendMany(*anna.front(), bert, 1, 2, "old");
    const qint64 lifetimeMs = qint64(protocol::Limits{}.undeliveredSeconds) * 1'000;
    relay.advance(lifetimeMs - 1);
    QCOMPARE(relay.mailboxes.rows[bert.front()->address].size(), 2);
    sendMany(*anna.front(), bert, 3, 1, "new");
    relay.advance(60'000);
    QCOMPARE(relay.mailboxes.rows[bert.front()->address].size(), 1);
    QCOMPARE(relay.core->metrics().expired.load(), 2u);
}

void DeliveryTest::concurrentSubmissionsArriveOnceAndInOrder_data() {
    QTest::addColumn<quint32>("seed");
    for (quint32 seed = 1; seed <= 12; ++seed)
        QTest::newRow(qPrintable(QStringLiteral("seed %1").arg(seed))) << seed;
}

// Three senders, a store that answers when it likes, a receiver that acknowledges, stalls and reconnects:
// on every connection ids grow strictly, and in the end everything arrived, nothing of it acknowledged twice.
void DeliveryTest::concurrentSubmissionsArriveOnceAndInOrder() {
    QFETCH(const quint32, seed);
    QRandomGenerator random(seed);
    relay::RelayPolicy policy;
    policy.limits.unacknowledgedBytes = 2'000;
    policy.recordedBytes = 600;
    RelayCoreFixture relay(policy);
    std::vector<RelayCoreFixture::Devices> senders;
    for (int index = 0; index < 3; ++index) {
        senders.push_back(relay.addAccount(QStringLiteral("sender%1").arg(index)));
        QVERIFY(senders.back().front()->connect());
    }
    const auto bert = relay.addAccount(QStringLiteral("bert"));
    FakeRelayDevice& receiver = *bert.front();
    QVERIFY(receiver.connect());
    QVector<quint64> numbers(3, 0);
    QSet<std::string> committed; // what the receiver acknowledged
    qsizetype taken = 0;         // of this connection's deliveries
    int repeated = 0;            // seen again after it was acknowledged
    const auto commit = [&] {
        const auto delivered = receiver.delivered();
        for (; taken < delivered.size(); ++taken) {
            const wire::Deliver& one = delivered[taken];
            repeated += committed.contains(one.ciphertext()) ? 1 : 0;
            committed.insert(one.ciphertext());
            receiver.acknowledge(one.delivery_id(), one.delivery_id());
        }
    };
    for (int step = 0; step < 1'500; ++step) {
        const quint32 choice = random.bounded(100u);
        if (choice < 45) {
            const int sender = int(random.bounded(3u));
            const quint64 number = ++numbers[sender];
            const QByteArray text = QByteArray::number(sender) + '/' + QByteArray::number(number) +
                                    QByteArray(qsizetype(random.bounded(200u)), '.');
            senders[std::size_t(sender)].front()->send(RelayCoreFixture::submission(number, bert, text));
        } else if (choice < 60) {
            relay.settle();
        } else if (choice < 70) {
            relay.mailboxes.queue.hold();
        } else if (choice < 80 && relay.mailboxes.queue.waiting() > 0) {
            relay.mailboxes.queue.runOne();
        } else if (choice < 90) {
            relay.mailboxes.queue.release();
        } else if (choice < 98) {
            commit();
        } else {
            QVERIFY(growsStrictly(idsOf(receiver)));
            relay.mailboxes.queue.release();
            QVERIFY(receiver.connect());
            taken = 0;
        }
    }
    relay.mailboxes.queue.release();
    relay.settle();
    const qsizetype sent = qsizetype(numbers[0] + numbers[1] + numbers[2]);
    for (int round = 0; round < 1'000 && committed.size() < sent; ++round) {
        commit();
        relay.settle();
    }
    QCOMPARE(committed.size(), sent);
    QCOMPARE(repeated, 0);
    QVERIFY(growsStrictly(idsOf(receiver)));
    for (int sender = 0; sender < 3; ++sender)
        QCOMPARE(senders[std::size_t(sender)].front()->accepted().size(), qsizetype(numbers[sender]));
    QVERIFY(relay.mailboxes.rows[receiver.address].isEmpty());
}

RECADO_TEST(DeliveryTest)
#include "DeliveryTest.moc"
