#include "TestProfile.h"

using namespace Qt::StringLiterals;

namespace recado::tests {

using messaging::MessageStatus;

/// Several devices of one account: what happens on one of them is seen on all.
class OwnDevicesTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();
    void whatOneDeviceSaysTheOtherShows();
    void aLongTextIsCopiedToo();
    void whatIsReadOnOneIsReadOnTheOther_data();
    void whatIsReadOnOneIsReadOnTheOther();
    void changesMadeOnEitherDeviceReachAll();
    void anAcceptedRequestIsAcceptedEverywhere();
    void aDeviceLinkedLaterIsNoticedAtOnce();
    void aBrokenCopyIsSentAgain();
    void aDeviceThatWasAwayLosesNothing();
    void onlyAnOwnDeviceMaySpeakForTheAccount();
    void sixDevicesShowTheSame();

private:
    void link(int count);
    int unreadOn(TestProfile& device);

    std::unique_ptr<FakeRelay> m_relay;
    std::unique_ptr<TestProfile> m_ana; // the other side
    base::AccountId m_account;
    crypto::IdentityKeyPair m_identity;
    std::vector<std::unique_ptr<TestProfile>> m_bia; // her devices
    QVector<routing::ListedDevice> m_listed;
};

void OwnDevicesTest::init() {
    m_relay = std::make_unique<FakeRelay>();
    m_ana = std::make_unique<TestProfile>(*m_relay);
    QVERIFY(m_ana->signUp(u"ana"_s).ok());
    m_account = base::AccountId::random();
    m_identity = *crypto::generateIdentity();
    link(2);
}

void OwnDevicesTest::cleanup() {
    m_bia.clear();
    m_listed.clear();
    m_ana.reset();
    m_relay.reset();
}

/// Links more devices until there are `count` of them.
void OwnDevicesTest::link(int count) {
    const std::size_t before = m_bia.size();
    while (m_bia.size() < std::size_t(count)) {
        m_bia.push_back(std::make_unique<TestProfile>(*m_relay));
        m_bia.back()->adopt(m_account, u"bia"_s, quint32(m_bia.size()), m_identity);
        m_bia.back()->self.account = m_account;
        m_listed.append(m_bia.back()->listing);
    }
    m_relay->putList(m_account, u"bia"_s,
                     signedList(m_account, quint64(m_listed.size()), m_identity, m_listed));
    for (std::size_t device = before; device < m_bia.size(); ++device)
        m_bia[device]->reopen();
    for (const auto& device : m_bia)
        QVERIFY(device->settle());
}

int OwnDevicesTest::unreadOn(TestProfile& device) {
    int unread = 0;
    const auto chats = device.await(device.client->conversations());
    for (const messaging::Conversation& chat : *chats)
        unread += chat.unread;
    return unread;
}

void OwnDevicesTest::whatOneDeviceSaysTheOtherShows() {
    QVERIFY(m_bia[0]->say(u"ana"_s, u"one"_s).ok());
    QTRY_COMPARE(m_bia[1]->sent.size(), 1);
    const messaging::Message copy = m_bia[1]->sent[0];
    QCOMPARE(copy.text, u"one"_s);
    QVERIFY(copy.outgoing);
    QCOMPARE(copy.status, MessageStatus::Sent);
    QTRY_COMPARE(m_ana->received.size(), 1);
    // Receipts come to all devices, and so does the answer.
    QTRY_VERIFY(m_bia[1]->statuses.contains(MessageStatus::Delivered));
    QVERIFY(m_ana->await(m_ana->client->markRead(m_ana->received[0].id)).ok());
    QTRY_VERIFY(m_bia[1]->statuses.contains(MessageStatus::Read));
    QTRY_VERIFY(m_bia[0]->statuses.contains(MessageStatus::Read));
    QVERIFY(m_ana->say(u"bia"_s, u"two"_s).ok());
    QTRY_COMPARE(m_bia[1]->received.size(), 1);
    QTRY_COMPARE(m_bia[0]->received.size(), 1);
    QVERIFY(m_bia[1]->say(u"ana"_s, u"three"_s).ok());
    const QStringList all{u"one"_s, u"two"_s, u"three"_s};
    QTRY_COMPARE(m_ana->timeline(u"bia"_s), all);
    QTRY_COMPARE(m_bia[0]->timeline(u"ana"_s), all);
    QCOMPARE(m_bia[1]->timeline(u"ana"_s), all);
    QCOMPARE(m_bia[1]->received.size(), 1); // one's own words are no incoming message
    // The second has learned whom the first spoke to.
    const auto chats = m_bia[1]->await(m_bia[1]->client->conversations());
    QCOMPARE(chats->size(), 1);
    QCOMPARE(chats->first().participants.first().address, u"ana@test"_s);
    QVERIFY(!chats->first().request);
}

void OwnDevicesTest::aLongTextIsCopiedToo() {
    const QString longest(65'536, u'x');
    QVERIFY(m_bia[0]->say(u"ana"_s, longest).ok());
    QTRY_COMPARE(m_bia[1]->sent.size(), 1);
    QCOMPARE(m_bia[1]->sent[0].text, longest);
    QTRY_COMPARE(m_ana->received.size(), 1);
    QCOMPARE(m_ana->received[0].text, longest);
}

void OwnDevicesTest::whatIsReadOnOneIsReadOnTheOther_data() {
    QTest::addColumn<bool>("sendReceipts");
    QTest::addRow("told to the sender") << true;
    QTest::addRow("hidden from the sender") << false;
}

void OwnDevicesTest::whatIsReadOnOneIsReadOnTheOther() {
    QFETCH(bool, sendReceipts);
    for (const auto& device : m_bia) {
        QVERIFY(device
                    ->await(device->client->setPrivacy(
                        {.acceptRequests = messaging::AcceptRequests::Automatically,
                         .sendReceipts = sendReceipts}))
                    .ok());
    }
    // So many that telling of them all takes more than an envelope.
    const auto chat = m_ana->chatWith(u"bia"_s);
    QVERIFY(chat.ok());
    constexpr int count = 300;
    for (int number = 0; number < count; ++number)
        (void)m_ana->client->sendText(*chat, QString::number(number));
    QTRY_COMPARE_WITH_TIMEOUT(m_bia[0]->received.size(), count, 20'000);
    QTRY_COMPARE_WITH_TIMEOUT(m_bia[1]->received.size(), count, 20'000);
    QCOMPARE(unreadOn(*m_bia[1]), count);
    QVERIFY(m_bia[0]->await(m_bia[0]->client->markRead(m_bia[0]->received.last().id)).ok());
    QTRY_COMPARE(unreadOn(*m_bia[1]), 0);
    QCOMPARE(unreadOn(*m_bia[0]), 0);
    QVERIFY(m_bia[0]->settle());
    QVERIFY(m_bia[1]->settle());
    QVERIFY(m_ana->settle());
    QCOMPARE(m_ana->statuses.contains(MessageStatus::Read), sendReceipts);
    QVERIFY(m_ana->statuses.contains(MessageStatus::Delivered));
}

void OwnDevicesTest::changesMadeOnEitherDeviceReachAll() {
    QVERIFY(m_bia[0]->say(u"ana"_s, u"helo"_s).ok());
    QTRY_COMPARE(m_bia[1]->sent.size(), 1);
    QTRY_COMPARE(m_ana->received.size(), 1);
    const messaging::LocalId there = m_bia[1]->sent[0].id;
    QVERIFY(m_bia[1]->await(m_bia[1]->client->editMessage(there, u"hello"_s)).ok());
    QTRY_COMPARE(m_ana->timeline(u"bia"_s), QStringList({u"hello"_s}));
    QTRY_COMPARE(m_bia[0]->timeline(u"ana"_s), QStringList({u"hello"_s}));
    QVERIFY(m_ana->say(u"bia"_s, u"yes?"_s).ok());
    QTRY_COMPARE(m_bia[0]->received.size(), 1);
    QTRY_COMPARE(m_bia[1]->received.size(), 1);
    QVERIFY(m_bia[0]->await(m_bia[0]->client->react(m_bia[0]->received[0].id, u"👍"_s)).ok());
    QTRY_VERIFY(!m_bia[1]->changed.isEmpty() && m_bia[1]->changed.last().reactions.size() == 1);
    QCOMPARE(m_bia[1]->changed.last().id, m_bia[1]->received[0].id);
    QVERIFY(m_bia[0]->await(m_bia[0]->client->deleteMessage(m_bia[0]->sent[0].id, true)).ok());
    const QStringList left{u"-"_s, u"yes?"_s};
    QTRY_COMPARE(m_ana->timeline(u"bia"_s), left);
    QTRY_COMPARE(m_bia[1]->timeline(u"ana"_s), left);
}

void OwnDevicesTest::anAcceptedRequestIsAcceptedEverywhere() {
    for (const auto& device : m_bia)
        QVERIFY(device->await(device->client->setPrivacy({})).ok());
    QVERIFY(m_ana->say(u"bia"_s, u"may I?"_s).ok());
    const auto isRequest = [](TestProfile& device) {
        const auto chats = device.await(device.client->conversations());
        return !chats->isEmpty() && chats->first().request;
    };
    QTRY_VERIFY(isRequest(*m_bia[0]));
    QTRY_VERIFY(isRequest(*m_bia[1]));
    QVERIFY(m_bia[0]->await(m_bia[0]->client->acceptConversation(m_bia[0]->received[0].conversation)).ok());
    QTRY_VERIFY(!isRequest(*m_bia[1]));
    QTRY_VERIFY(m_ana->statuses.contains(MessageStatus::Delivered));
}

void OwnDevicesTest::aDeviceLinkedLaterIsNoticedAtOnce() {
    QVERIFY(m_bia[0]->say(u"ana"_s, u"before"_s).ok());
    QVERIFY(m_bia[0]->settle());
    link(3); // the first two stay connected
    QVERIFY(m_bia[0]->say(u"ana"_s, u"after"_s).ok());
    QTRY_COMPARE(m_bia[2]->sent.size(), 1);
    QCOMPARE(m_bia[2]->sent[0].text, u"after"_s);
    QVERIFY(!m_bia[2]->sent[0].gapBefore);
    QVERIFY(m_bia[2]->say(u"ana"_s, u"from the third"_s).ok());
    QTRY_COMPARE(m_bia[0]->timeline(u"ana"_s), QStringList({u"before"_s, u"after"_s, u"from the third"_s}));
}

void OwnDevicesTest::aBrokenCopyIsSentAgain() {
    QVERIFY(m_bia[0]->say(u"ana"_s, u"one"_s).ok());
    QTRY_COMPARE(m_bia[1]->sent.size(), 1);
    bool broken = false;
    m_relay->tamper = [&](const base::DeviceAddress& to, wire::Deliver& row) {
        if (to == base::DeviceAddress{m_account, 2} && !std::exchange(broken, true))
            row.mutable_ciphertext()->back() = char(row.ciphertext().back() ^ 1);
    };
    QVERIFY(m_bia[0]->say(u"ana"_s, u"two"_s).ok());
    QTRY_COMPARE(m_bia[1]->timeline(u"ana"_s), QStringList({u"one"_s, u"two"_s}));
    QVERIFY(broken);
    QVERIFY(m_ana->settle());
    QCOMPARE(m_ana->timeline(u"bia"_s), QStringList({u"one"_s, u"two"_s}));
}

void OwnDevicesTest::aDeviceThatWasAwayLosesNothing() {
    const auto chat = m_bia[0]->chatWith(u"ana"_s);
    QVERIFY(chat.ok());
    m_bia[1]->link->setReachable(false);
    m_bia[0]->link->setReachable(false);
    QStringList all;
    for (int number = 0; number < 20; ++number) {
        all.append(QString::number(number));
        QVERIFY(m_bia[0]->await(m_bia[0]->client->sendText(*chat, all.last())).ok());
    }
    m_bia[0]->reopen();
    QVERIFY(m_bia[0]->settle());
    m_bia[1]->reopen();
    QTRY_COMPARE(m_bia[1]->timeline(u"ana"_s), all);
    QTRY_COMPARE(m_ana->timeline(u"bia"_s), all);
}

void OwnDevicesTest::onlyAnOwnDeviceMaySpeakForTheAccount() {
    TestProfile cleo(*m_relay);
    QVERIFY(cleo.signUp(u"cleo"_s).ok());
    QVERIFY(m_ana->say(u"bia"_s, u"hello"_s).ok());
    QTRY_COMPARE(m_bia[0]->received.size(), 1);
    QVERIFY(m_ana->settle());
    // Ana claims that Bia wrote to Cleo.
    content::Content copy;
    copy.mutable_text()->set_text("give it to Ana");
    copy.set_peer_account(protocol::fromBytes(cleo.self.account.toBytes()));
    m_ana->smuggle(m_account, copy);
    // It stays unreadable however often it is asked for again: at most three times.
    QTRY_COMPARE(m_bia[0]->received.size(), 5);
    QVERIFY(m_ana->settle());
    QVERIFY(m_bia[0]->settle());
    QCOMPARE(m_bia[0]->received.size(), 5);
    for (int message = 1; message < 5; ++message)
        QVERIFY(m_bia[0]->received[message].placeholder);
    QVERIFY(m_bia[0]->sent.isEmpty());
    QCOMPARE(m_bia[0]->await(m_bia[0]->client->conversations())->size(), 1);
}

void OwnDevicesTest::sixDevicesShowTheSame() {
    link(6);
    QStringList said;
    for (std::size_t device = 0; device < m_bia.size(); ++device) {
        said.append(u"from %1"_s.arg(device + 1));
        QVERIFY(m_bia[device]->say(u"ana"_s, said.last()).ok());
        QTRY_COMPARE(m_ana->received.size(), said.size());
        for (const auto& other : m_bia)
            QTRY_COMPARE(other->timeline(u"ana"_s), said);
    }
    QVERIFY(m_ana->say(u"bia"_s, u"to all"_s).ok());
    said.append(u"to all"_s);
    for (const auto& device : m_bia)
        QTRY_COMPARE(device->timeline(u"ana"_s), said);
    QVERIFY(m_bia[3]->await(m_bia[3]->client->markRead(m_bia[3]->received.last().id)).ok());
    for (const auto& device : m_bia)
        QTRY_COMPARE(unreadOn(*device), 0);
}

} // namespace recado::tests

RECADO_TEST(recado::tests::OwnDevicesTest)
#include "OwnDevicesTest.moc"
