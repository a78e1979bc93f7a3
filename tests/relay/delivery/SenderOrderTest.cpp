#include "relay/delivery/SenderOrder.h"

#include "support/Suite.h"

#include <QTest>

namespace recado::tests {

using base::AccountId;
using relay::ParsedSubmission;
using relay::Refusal;
using relay::SenderOrder;

class SenderOrderTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void laterNumbersToTheSameReceiverShareTheRefusal();
    void lowerNumbersAndOtherReceiversPass();
    void aNumberThatComesAgainEndsItsOwnRefusalOnly();
    void whatWasGivenUpHoldsUpNobody();
    void copiesForTheOwnDevicesFollowTheConversation();
    void aLargeGroupCountsAsEverybody();
    void onlySoManyAreRemembered();

private:
    ParsedSubmission to(quint64 number, const QVector<AccountId>& accounts) const {
        ParsedSubmission submission;
        submission.sender = m_sender;
        submission.number = number;
        for (const AccountId& account : accounts)
            submission.receivers.push_back({account, 1, {}});
        return submission;
    }

    const base::DeviceAddress m_sender{AccountId::random(), 1};
    const AccountId m_bert = AccountId::random();
    const AccountId m_carl = AccountId::random();
    const Refusal m_busy{base::Reason::Busy, 500, {}};
};

void SenderOrderTest::laterNumbersToTheSameReceiverShareTheRefusal() {
    SenderOrder order;
    QVERIFY(!order.arrived(to(4, {m_bert})));
    order.refused(to(4, {m_bert}), m_busy, 256);
    const auto shared = order.arrived(to(5, {m_carl, m_bert}));
    QVERIFY(shared);
    QCOMPARE(shared->reason, base::Reason::Busy);
    QCOMPARE(shared->retryAfterMs, 500);
    order.refused(to(5, {m_carl, m_bert}), *shared, 256);
    QVERIFY(order.arrived(to(6, {m_carl}))); // behind 5
}

void SenderOrderTest::lowerNumbersAndOtherReceiversPass() {
    SenderOrder order;
    order.refused(to(4, {m_bert}), m_busy, 256);
    QVERIFY(!order.arrived(to(3, {m_bert})));
    QVERIFY(!order.arrived(to(5, {m_carl})));
    QVERIFY(order.behind(to(5, {m_bert})));
}

// The client may have read the first refusal only: what it submits next must not pass the second.
void SenderOrderTest::aNumberThatComesAgainEndsItsOwnRefusalOnly() {
    SenderOrder order;
    order.refused(to(4, {m_bert}), m_busy, 256);
    order.refused(to(5, {m_bert}), m_busy, 256);
    QVERIFY(!order.arrived(to(4, {m_bert})));
    QVERIFY(order.arrived(to(6, {m_bert})));
    QVERIFY(!order.arrived(to(5, {m_bert})));
    QVERIFY(!order.arrived(to(6, {m_bert})));
    QCOMPARE(order.size(), 0u);
}

void SenderOrderTest::whatWasGivenUpHoldsUpNobody() {
    SenderOrder order;
    order.refused(to(4, {m_bert}), m_busy, 256);
    order.refused(to(5, {m_carl}), m_busy, 256);
    QVERIFY(order.arrived(to(6, {m_bert})));
    order.refused(to(6, {m_bert}), m_busy, 256);
    QVERIFY(!order.arrived(to(6, {m_bert}))); // 4 did not come first: it never will
    QVERIFY(!order.arrived(to(7, {m_bert})));
    QCOMPARE(order.size(), 1u); // what is for somebody else is not concerned
}

void SenderOrderTest::copiesForTheOwnDevicesFollowTheConversation() {
    SenderOrder order;
    order.refused(to(4, {m_bert, m_sender.account}), m_busy, 256);
    QVERIFY(!order.behind(to(5, {m_carl, m_sender.account})));
    QVERIFY(order.behind(to(5, {m_bert, m_sender.account})));
    order.refused(to(6, {m_sender.account}), m_busy, 256);
    QVERIFY(order.behind(to(7, {m_sender.account})));
}

void SenderOrderTest::aLargeGroupCountsAsEverybody() {
    SenderOrder order;
    QVector<AccountId> many;
    for (int index = 0; index < 100; ++index)
        many.push_back(AccountId::random());
    order.refused(to(4, many), m_busy, 256);
    QVERIFY(order.behind(to(5, {m_bert})));
    QVERIFY(!order.arrived(to(4, many)));
    QVERIFY(!order.behind(to(5, {m_bert})));
}

void SenderOrderTest::onlySoManyAreRemembered() {
    SenderOrder order;
    for (quint64 number = 1; number <= 1'000; ++number)
        order.refused(to(number, {m_bert}), m_busy, 256);
    QCOMPARE(order.size(), 256u);
    QVERIFY(order.behind(to(1'001, {m_bert})));
}

} // namespace recado::tests

RECADO_TEST(recado::tests::SenderOrderTest)
#include "SenderOrderTest.moc"
