#include "TestProfile.h"
#include "messaging/Emoji.h"
#include "support/Suite.h"

using namespace Qt::StringLiterals;

namespace recado::tests {

/// Edits, deletions, reactions, replies.
class ChangesTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();
    void anEditReachesTheOtherSide();
    void aDeletionForEveryoneTakesTheText();
    void aDeletionForOneselfStaysHere();
    void aReactionComesAndGoes();
    void aReactionIsOneEmoji_data();
    void aReactionIsOneEmoji();
    void wordsFromOthersAreNoReaction();
    void whatWasDeletedBeforeItCameIsNeverShown();
    void aReplyQuotesItsMessage();
    void anothersMessageIsNotOnesOwnToChange();
    void aForgedChangeOfAnothersMessageIsRefused();
    void aChangeThatComesBeforeItsMessageIsKept();
    void aReactionToAnOwnMessageThatIsNotThereIsKept();

private:
    std::unique_ptr<FakeRelay> m_relay;
    std::unique_ptr<TestProfile> m_ana;
    std::unique_ptr<TestProfile> m_bia;
    messaging::LocalId m_sent = 0;     // as Ana knows it
    messaging::LocalId m_received = 0; // as Bia knows it
};

namespace {

void fillReference(content::MessageRef& reference, const messaging::MessageKey& key) {
    reference.set_author_account(protocol::fromBytes(key.author.toBytes()));
    reference.set_message_id(protocol::fromBytes(key.id.toBytes()));
}

} // namespace

void ChangesTest::init() {
    m_relay = std::make_unique<FakeRelay>();
    m_ana = std::make_unique<TestProfile>(*m_relay);
    m_bia = std::make_unique<TestProfile>(*m_relay);
    QVERIFY(m_ana->signUp(u"ana"_s).ok());
    QVERIFY(m_bia->signUp(u"bia"_s).ok());
    m_sent = m_ana->say(u"bia"_s, u"hello"_s)->id;
    QTRY_COMPARE(m_bia->received.size(), 1);
    m_received = m_bia->received[0].id;
}

void ChangesTest::cleanup() {
    m_ana.reset();
    m_bia.reset();
    m_relay.reset();
}

void ChangesTest::anEditReachesTheOtherSide() {
    QVERIFY(m_ana->await(m_ana->client->editMessage(m_sent, u"hello you"_s)).ok());
    QTRY_COMPARE(m_bia->changed.size(), 1);
    QCOMPARE(m_bia->changed[0].id, m_received);
    QCOMPARE(m_bia->changed[0].text, u"hello you"_s);
    QVERIFY(m_bia->changed[0].edited);
    QCOMPARE(m_ana->timeline(u"bia"_s), QStringList({u"hello you"_s}));
    QVERIFY(m_ana->await(m_ana->client->editMessage(m_sent, u"again"_s)).ok());
    QTRY_COMPARE(m_bia->timeline(u"ana"_s), QStringList({u"again"_s}));
}

void ChangesTest::aDeletionForEveryoneTakesTheText() {
    QVERIFY(m_ana->await(m_ana->client->deleteMessage(m_sent, true)).ok());
    QTRY_COMPARE(m_bia->changed.size(), 1);
    QVERIFY(m_bia->changed[0].deleted);
    QVERIFY(m_bia->changed[0].text.isEmpty());
    QCOMPARE(m_ana->await(m_ana->client->editMessage(m_sent, u"x"_s)).error().reason,
             base::Reason::NotPermitted);
}

void ChangesTest::aDeletionForOneselfStaysHere() {
    const int before = m_relay->totalSubmits(m_bia->self.account);
    QVERIFY(m_bia->settle());
    QVERIFY(m_bia->await(m_bia->client->deleteMessage(m_received, false)).ok());
    QVERIFY(m_bia->settle());
    QVERIFY(m_bia->timeline(u"ana"_s).isEmpty());
    QCOMPARE(m_ana->timeline(u"bia"_s), QStringList({u"hello"_s}));
    QVERIFY(m_relay->totalSubmits(m_bia->self.account) <= before + 1); // its receipt at most
}

void ChangesTest::aReactionComesAndGoes() {
    QVERIFY(m_bia->await(m_bia->client->react(m_received, u"👍"_s)).ok());
    QTRY_COMPARE(m_ana->changed.size(), 1);
    QCOMPARE(m_ana->changed[0].reactions.size(), 1);
    QCOMPARE(m_ana->changed[0].reactions[0].emoji, u"👍"_s);
    QCOMPARE(m_ana->changed[0].reactions[0].sender.address, u"bia@test"_s);
    QVERIFY(m_bia->await(m_bia->client->react(m_received, {})).ok());
    QTRY_COMPARE(m_ana->changed.size(), 2);
    QVERIFY(m_ana->changed[1].reactions.isEmpty());
    QCOMPARE(m_bia->await(m_bia->client->react(m_received, QString(65, u'a'))).error().reason,
             base::Reason::InvalidArgument);
}

void ChangesTest::aReplyQuotesItsMessage() {
    QVERIFY(
        m_bia->await(m_bia->client->sendText(m_bia->received[0].conversation, u"yes?"_s, m_received)).ok());
    QTRY_COMPARE(m_ana->received.size(), 1);
    QVERIFY(m_ana->received[0].quote.has_value());
    QCOMPARE(m_ana->received[0].quote->message, m_sent);
    QCOMPARE(m_ana->received[0].quote->text, u"hello"_s);
}

void ChangesTest::anothersMessageIsNotOnesOwnToChange() {
    QCOMPARE(m_bia->await(m_bia->client->editMessage(m_received, u"x"_s)).error().reason,
             base::Reason::NotPermitted);
    QCOMPARE(m_bia->await(m_bia->client->deleteMessage(m_received, true)).error().reason,
             base::Reason::NotPermitted);
}

void ChangesTest::aChangeThatComesBeforeItsMessageIsKept() {
    QVERIFY(m_bia->settle());
    // The message breaks on its way and is sent again after its edit.
    bool broken = false;
    m_relay->tamper = [&](const base::DeviceAddress& to, wire::Deliver& row) {
        if (to.account == m_bia->self.account && !std::exchange(broken, true))
            row.mutable_ciphertext()->back() = char(row.ciphertext().back() ^ 1);
    };
    m_bia->link->setReachable(false);
    const auto second = m_ana->say(u"bia"_s, u"second"_s);
    QVERIFY(m_ana->await(m_ana->client->editMessage(second->id, u"second, edited"_s)).ok());
    QVERIFY(m_ana->settle());
    m_bia->link->setReachable(true);
    QTRY_COMPARE(m_bia->timeline(u"ana"_s), QStringList({u"hello"_s, u"second, edited"_s}));
}

void ChangesTest::aForgedChangeOfAnothersMessageIsRefused() {
    QVERIFY(m_bia->settle());
    const auto target = m_ana->stores().messages.load(m_sent);
    QVERIFY(target.ok() && target->has_value());
    content::Content edit;
    fillReference(*edit.mutable_edit()->mutable_target(), (*target)->key);
    edit.mutable_edit()->set_text("I owe Bia money");
    m_bia->smuggle(m_ana->self.account, edit);
    content::Content removal;
    fillReference(*removal.mutable_delete_message()->mutable_target(), (*target)->key);
    m_bia->smuggle(m_ana->self.account, removal);
    // What comes behind it shows that both have arrived.
    QVERIFY(m_bia->say(u"ana"_s, u"done"_s).ok());
    QTRY_COMPARE(m_ana->received.size(), 1);
    QVERIFY(m_ana->changed.isEmpty());
    QCOMPARE(m_ana->timeline(u"bia"_s), QStringList({u"hello"_s, u"done"_s}));
}

void ChangesTest::aReactionToAnOwnMessageThatIsNotThereIsKept() {
    QVERIFY(m_bia->settle());
    const messaging::MessageKey key{m_ana->await(m_ana->client->conversations())->first().id,
                                    m_ana->self.account, base::MessageId::random()};
    content::Content reaction;
    fillReference(*reaction.mutable_reaction()->mutable_target(), key);
    reaction.mutable_reaction()->set_emoji("+");
    m_bia->smuggle(m_ana->self.account, reaction);
    content::Content edit; // an edit of it would count for nothing when the message comes
    fillReference(*edit.mutable_edit()->mutable_target(), key);
    edit.mutable_edit()->set_text("forged");
    m_bia->smuggle(m_ana->self.account, edit);
    QVERIFY(m_bia->say(u"ana"_s, u"done"_s).ok());
    QTRY_COMPARE(m_ana->received.size(), 1);
    const auto kept = m_ana->stores().changes.takeEarly(key);
    QVERIFY(kept.ok());
    QCOMPARE(kept->size(), 1);
    QCOMPARE(kept->first().sender, m_bia->self.account);
}

void ChangesTest::aReactionIsOneEmoji_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<bool>("emoji");
    const auto row = [](const char* name, const QString& text, bool emoji) {
        QTest::addRow("%s", name) << text << emoji;
    };
    row("thumb", u"👍"_s, true);
    row("thumb with a skin tone", u"👍🏽"_s, true);
    row("heart with its selector", u"❤️"_s, true);
    row("heart without", u"❤"_s, true);
    row("flag", u"🇧🇷"_s, true);
    row("flag of a region", u"🏴󠁧󠁢󠁳󠁣󠁴󠁿"_s, true);
    row("keycap", u"#️⃣"_s, true);
    row("family", u"👩‍👩‍👧‍👦"_s, true);
    row("rainbow flag", u"🏳️‍🌈"_s, true);
    row("two emoji", u"👍👍"_s, false);
    row("a letter", u"a"_s, false);
    row("a digit", u"1"_s, false);
    row("words", u"I owe Bia money"_s, false);
    row("half a flag", u"🇧"_s, false);
    row("an emoji and a word", u"👍ok"_s, false);
    row("with a line end", u"👍\n"_s, false);
    row("a lone joiner", u"\u200d"_s, false);
    row("half of a pair", QString(QChar(0xd83d)), false);
    row("endlessly joined", QStringList(40, u"👩"_s).join(u'\u200d'), false);
}

void ChangesTest::aReactionIsOneEmoji() {
    QFETCH(QString, text);
    QFETCH(bool, emoji);
    QCOMPARE(messaging::isEmoji(text), emoji);
    const base::Status status = m_bia->await(m_bia->client->react(m_received, text));
    if (emoji)
        QVERIFY(status.ok());
    else
        QCOMPARE(status.error().reason, base::Reason::InvalidArgument);
}

void ChangesTest::wordsFromOthersAreNoReaction() {
    QVERIFY(m_bia->settle());
    const auto target = m_ana->stores().messages.load(m_sent);
    content::Content reaction;
    fillReference(*reaction.mutable_reaction()->mutable_target(), (*target)->key);
    reaction.mutable_reaction()->set_emoji("send me money");
    m_bia->smuggle(m_ana->self.account, reaction);
    QVERIFY(m_bia->say(u"ana"_s, u"done"_s).ok());
    QTRY_COMPARE(m_ana->received.size(), 1);
    QVERIFY(m_ana->changed.isEmpty());
}

void ChangesTest::whatWasDeletedBeforeItCameIsNeverShown() {
    QVERIFY(m_bia->settle());
    m_bia->link->setReachable(false);
    const auto second = m_ana->say(u"bia"_s, u"a slip"_s);
    QVERIFY(m_ana->settle());
    QVERIFY(m_ana->await(m_ana->client->deleteMessage(second->id, true)).ok());
    QVERIFY(m_ana->settle());
    // They change places on their way.
    auto& mailbox = m_relay->device({m_bia->self.account, 1}).mailbox;
    QCOMPARE(mailbox.size(), std::size_t(2));
    std::swap(mailbox[0], mailbox[1]);
    m_bia->link->setReachable(true);
    QTRY_COMPARE(m_bia->received.size(), 2);
    QVERIFY(m_bia->received[1].deleted);
    QVERIFY(m_bia->received[1].text.isEmpty());
    QCOMPARE(m_bia->timeline(u"ana"_s), QStringList({u"hello"_s, u"-"_s}));
}

} // namespace recado::tests

RECADO_TEST(recado::tests::ChangesTest)
#include "ChangesTest.moc"
