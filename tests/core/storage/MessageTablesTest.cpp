#include "StoreFixture.h"
#include "support/Suite.h"

#include <QTest>

namespace recado::tests {

using base::Reason;
using messaging::Message;
using messaging::MessageStatus;
using messaging::NewMessage;
using messaging::StoredMessage;

class MessageTablesTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void aMessageIsReadAsItWasWritten();
    void aLargeTextSurvives();
    void aNameIsTakenOnce();
    void localIdsAreNeverReused();
    void aPlaceholderIsFilledInPlace();
    void onlyPlaceholdersAreFilled();
    void lateMessagesFillTheGapAfterThem();
    void statusesNeverGoBack_data();
    void statusesNeverGoBack();
    void aFailureIsShownUntilTheRetry();
    void setOrderMovesAMessage();
    void markSeenReachesBackToTheStart();
    void newestIncomingLeavesOutWhatIsNotThere();
    void anEditIsShown();
    void erasingLeavesAnEmptyRow();
    void removingLeavesNothing();
    void aPersonHasOneReaction();
    void earlyChangesWaitForTheirMessage();
    void earlyChangesOfOneSenderAreBounded();
    void earlyChangesAreBoundedInBytesAndAge();
    void aQuoteShowsWhatIsStillThere();
    void changesToMissingMessagesFail();
};

void MessageTablesTest::aMessageIsReadAsItWasWritten() {
    StoreFixture f;
    f.fill();
    NewMessage message = f.incoming(QStringLiteral("olá 🙂 שלום"), 77);
    message.missingBefore = 2;
    const messaging::LocalId local = f.add(message);
    const std::optional<StoredMessage> stored = *f.stores.messages.load(local);
    QCOMPARE(stored->local, local);
    QCOMPARE(stored->key, message.key);
    QCOMPARE(stored->senderDevice, 1u);
    QCOMPARE(stored->outgoing, false);
    QCOMPARE(stored->status, MessageStatus::Received);
    QCOMPARE(stored->timestampMs, 77);
    QCOMPARE(stored->clock, 77ull << 16);
    QCOMPARE(stored->sequence, 77u);
    QCOMPARE(stored->text, message.text);
    QCOMPARE((*f.stores.messages.find(message.key))->local, local);

    const std::optional<Message> seen = *f.stores.messages.view(local);
    QCOMPARE(seen->sender.displayName, QStringLiteral("Bia"));
    QCOMPARE(seen->sender.address, QStringLiteral("bia@relay.example"));
    QCOMPARE(seen->conversation, f.chat);
    QCOMPARE(seen->gapBefore, true);
    QCOMPARE(seen->edited, false);
    const auto own = *f.stores.messages.view(f.add(f.outgoing(QStringLiteral("mine"), 78)));
    QCOMPARE(own->outgoing, true);
    QCOMPARE(own->status, MessageStatus::Pending);
    QCOMPARE(own->sender,
             (messaging::Person{f.me, QStringLiteral("ana@relay.example"), QStringLiteral("Ana")}));
    QVERIFY(!f.stores.messages.load(9999)->has_value());
    QVERIFY(!f.stores.messages.view(9999)->has_value());
}

void MessageTablesTest::aLargeTextSurvives() {
    StoreFixture f;
    f.fill();
    const QString text(64 * 1024, QChar(u'x'));
    QCOMPARE((*f.stores.messages.view(f.add(f.incoming(text, 1))))->text, text);
}

void MessageTablesTest::aNameIsTakenOnce() {
    StoreFixture f;
    f.fill();
    const NewMessage message = f.incoming(QStringLiteral("one"), 1);
    QVERIFY(f.add(message) > 0);
    QCOMPARE(f.stores.messages.insert(message).error().reason, Reason::StorageFailed);
    NewMessage sameIdOfAnother = message;
    sameIdOfAnother.key.author = f.me;
    QVERIFY(f.add(sameIdOfAnother) > 0);
    NewMessage nowhere = message;
    nowhere.key.conversation = base::ConversationId::random();
    QCOMPARE(f.stores.messages.insert(nowhere).error().reason, Reason::UnknownChat);
}

void MessageTablesTest::localIdsAreNeverReused() {
    StoreFixture f;
    f.fill();
    const messaging::LocalId first = f.add(f.incoming(QStringLiteral("one"), 1));
    RECADO_OK(f.stores.changes.remove(first));
    QVERIFY(f.add(f.incoming(QStringLiteral("two"), 2)) > first);
}

void MessageTablesTest::aPlaceholderIsFilledInPlace() {
    StoreFixture f;
    f.fill();
    NewMessage placeholder = f.incoming(QString(), 50);
    placeholder.placeholder = true;
    const messaging::LocalId local = f.add(placeholder);
    QCOMPARE((*f.stores.messages.view(local))->placeholder, true);
    f.add(f.incoming(QStringLiteral("later"), 60));
    const NewMessage real = f.incoming(QStringLiteral("healed"), 70);
    RECADO_OK(f.stores.messages.fillPlaceholder(local, real));
    const auto filled = *f.stores.messages.view(local);
    QCOMPARE(filled->id, local);
    QCOMPARE(filled->placeholder, false);
    QCOMPARE(filled->text, QStringLiteral("healed"));
    QCOMPARE(filled->timestampMs, 70);
    QCOMPARE((*f.stores.messages.find(real.key))->local, local);
    QVERIFY(!f.stores.messages.find(placeholder.key)->has_value());
    QCOMPARE(f.listed().lastMessage->id, local);
    QCOMPARE(f.history.search({QStringLiteral("healed"), {}, 5})->size(), 1);
}

void MessageTablesTest::onlyPlaceholdersAreFilled() {
    StoreFixture f;
    f.fill();
    const messaging::LocalId local = f.add(f.incoming(QStringLiteral("real"), 1));
    const NewMessage other = f.incoming(QStringLiteral("other"), 2);
    QCOMPARE(f.stores.messages.fillPlaceholder(local, other).error().reason, Reason::UnknownMessage);
    QCOMPARE(f.stores.messages.fillPlaceholder(99, other).error().reason, Reason::UnknownMessage);
}

void MessageTablesTest::lateMessagesFillTheGapAfterThem() {
    StoreFixture f;
    f.fill();
    NewMessage afterGap = f.incoming(QStringLiteral("ten"), 10);
    afterGap.missingBefore = 2; // 8 and 9
    const messaging::LocalId local = f.add(afterGap);
    const base::DeviceAddress sender{f.peer, 1};
    QCOMPARE(*f.stores.messages.fillGap(f.chat, {f.peer, 2}, 9), std::nullopt);
    QCOMPARE(*f.stores.messages.fillGap(f.chat, sender, 11), std::nullopt);
    QCOMPARE(*f.stores.messages.fillGap(f.chat, sender, 9), std::optional(local));
    QCOMPARE((*f.stores.messages.view(local))->gapBefore, true);
    QCOMPARE(*f.stores.messages.fillGap(f.chat, sender, 8), std::optional(local));
    QCOMPARE((*f.stores.messages.view(local))->gapBefore, false);
    QCOMPARE(*f.stores.messages.fillGap(f.chat, sender, 7), std::nullopt);
}

void MessageTablesTest::statusesNeverGoBack_data() {
    QTest::addColumn<MessageStatus>("from");
    QTest::addColumn<MessageStatus>("to");
    QTest::addColumn<MessageStatus>("then");
    using enum MessageStatus;
    QTest::newRow("accepted") << Pending << Sent << Sent;
    QTest::newRow("read at once") << Pending << Read << Read;
    QTest::newRow("late delivery receipt") << Read << Delivered << Read;
    QTest::newRow("late acceptance") << Delivered << Sent << Delivered;
    QTest::newRow("failed") << Pending << Failed << Failed;
    QTest::newRow("retried") << Failed << Pending << Pending;
    QTest::newRow("accepted after all") << Failed << Sent << Sent;
    QTest::newRow("failed after all") << Sent << Failed << Failed;
    QTest::newRow("too late to fail") << Delivered << Failed << Delivered;
    QTest::newRow("too late to wait") << Delivered << Pending << Delivered;
    QTest::newRow("seen") << Received << Seen << Seen;
    QTest::newRow("never unseen") << Seen << Received << Seen;
    QTest::newRow("incoming is never sent") << Received << Sent << Received;
    QTest::newRow("outgoing is never seen") << Sent << Seen << Sent;
}

void MessageTablesTest::statusesNeverGoBack() {
    QFETCH(MessageStatus, from);
    QFETCH(MessageStatus, to);
    QFETCH(MessageStatus, then);
    StoreFixture f;
    f.fill();
    NewMessage message = f.outgoing(QStringLiteral("text"), 1);
    message.status = from;
    const messaging::LocalId local = f.add(message);
    RECADO_OK(f.stores.statuses.setStatus(local, to, std::nullopt));
    QCOMPARE((*f.stores.messages.load(local))->status, then);
}

void MessageTablesTest::aFailureIsShownUntilTheRetry() {
    StoreFixture f;
    f.fill();
    const messaging::LocalId local = f.add(f.outgoing(QStringLiteral("text"), 1));
    RECADO_OK(f.stores.statuses.setStatus(local, MessageStatus::Failed, Reason::IdentityChanged));
    QCOMPARE((*f.stores.messages.view(local))->failure, std::optional(Reason::IdentityChanged));
    RECADO_OK(f.stores.statuses.setStatus(local, MessageStatus::Pending, std::nullopt));
    QCOMPARE((*f.stores.messages.view(local))->failure, std::nullopt);
}

void MessageTablesTest::setOrderMovesAMessage() {
    StoreFixture f;
    f.fill();
    const messaging::LocalId own = f.add(f.outgoing(QStringLiteral("own"), 5));
    f.add(f.incoming(QStringLiteral("theirs"), 6));
    QCOMPARE(f.listed().lastMessage->text, QStringLiteral("theirs"));
    RECADO_OK(f.stores.statuses.setOrder(own, 9ull << 16, 4));
    QCOMPARE(f.listed().lastMessage->text, QStringLiteral("own"));
    QCOMPARE((*f.stores.messages.load(own))->sequence, 4u);
}

void MessageTablesTest::markSeenReachesBackToTheStart() {
    StoreFixture f;
    f.fill();
    const NewMessage one = f.incoming(QStringLiteral("one"), 1);
    f.add(one);
    f.add(f.outgoing(QStringLiteral("mine"), 2));
    NewMessage placeholder = f.incoming(QString(), 3);
    placeholder.placeholder = true;
    f.add(placeholder);
    const NewMessage four = f.incoming(QStringLiteral("four"), 4);
    const messaging::LocalId upTo = f.add(four);
    const NewMessage five = f.incoming(QStringLiteral("five"), 5);
    f.add(five);
    QCOMPARE(f.listed().unread, 4);
    const auto changed = *f.stores.statuses.markSeen(upTo);
    QCOMPARE(changed.size(), 2);
    QCOMPARE(changed[0].key, one.key);
    QCOMPARE(changed[1].key, four.key);
    QCOMPARE(changed[1].status, MessageStatus::Seen);
    QCOMPARE((*f.stores.messages.find(one.key))->status, MessageStatus::Seen);
    QCOMPARE((*f.stores.messages.find(placeholder.key))->status, MessageStatus::Seen);
    QCOMPARE((*f.stores.messages.find(five.key))->status, MessageStatus::Received);
    QCOMPARE(f.listed().unread, 1);
    QVERIFY(f.stores.statuses.markSeen(upTo)->isEmpty());
}

void MessageTablesTest::newestIncomingLeavesOutWhatIsNotThere() {
    StoreFixture f;
    f.fill();
    f.add(f.incoming(QStringLiteral("one"), 1));
    f.add(f.incoming(QStringLiteral("two"), 2));
    RECADO_OK(f.stores.changes.erase(f.add(f.incoming(QStringLiteral("deleted"), 3))));
    NewMessage placeholder = f.incoming(QString(), 4);
    placeholder.placeholder = true;
    f.add(placeholder);
    f.add(f.outgoing(QStringLiteral("mine"), 5));
    const auto newest = *f.stores.statuses.newestIncoming(f.chat, 10);
    QCOMPARE(newest.size(), 2);
    QCOMPARE(newest[0].text, QStringLiteral("two"));
    QCOMPARE(newest[1].text, QStringLiteral("one"));
    QCOMPARE(f.stores.statuses.newestIncoming(f.chat, 1)->size(), 1);
}

void MessageTablesTest::anEditIsShown() {
    StoreFixture f;
    f.fill();
    const messaging::LocalId local = f.add(f.incoming(QStringLiteral("befor"), 1));
    RECADO_OK(f.stores.changes.edit(local, QStringLiteral("after"), 40));
    const auto edited = *f.stores.messages.view(local);
    QCOMPARE(edited->text, QStringLiteral("after"));
    QCOMPARE(edited->edited, true);
    QCOMPARE((*f.stores.messages.load(local))->editClock, 40u);
    QVERIFY(f.history.search({QStringLiteral("befor"), {}, 5})->isEmpty());
    QCOMPARE(f.history.search({QStringLiteral("after"), {}, 5})->size(), 1);
}

void MessageTablesTest::erasingLeavesAnEmptyRow() {
    StoreFixture f;
    f.fill();
    const NewMessage quoted = f.incoming(QStringLiteral("quoted"), 1);
    f.add(quoted);
    NewMessage message = f.incoming(QStringLiteral("regretted"), 2);
    message.quoted = {quoted.key.author, quoted.key.id};
    const messaging::LocalId local = f.add(message);
    RECADO_OK(f.stores.changes.react(local, f.me, QStringLiteral("👍"), 1));
    QCOMPARE(f.listed().unread, 2);
    RECADO_OK(f.stores.changes.erase(local));
    const auto erased = *f.stores.messages.view(local);
    QCOMPARE(erased->deleted, true);
    QCOMPARE(erased->text, QString());
    QVERIFY(!erased->quote);
    QVERIFY(erased->reactions.isEmpty());
    QVERIFY(f.history.search({QStringLiteral("regretted"), {}, 5})->isEmpty());
    QCOMPARE(f.listed().unread, 1);
    QCOMPARE(f.listed().lastMessage->deleted, true);
}

void MessageTablesTest::removingLeavesNothing() {
    StoreFixture f;
    f.fill();
    f.add(f.incoming(QStringLiteral("kept"), 1));
    const messaging::LocalId local = f.add(f.incoming(QStringLiteral("unwanted"), 2));
    RECADO_OK(f.stores.changes.react(local, f.me, QStringLiteral("👍"), 1));
    RECADO_OK(f.stores.changes.remove(local));
    QVERIFY(!f.stores.messages.view(local)->has_value());
    QVERIFY(f.history.search({QStringLiteral("unwanted"), {}, 5})->isEmpty());
    QCOMPARE(f.listed().lastMessage->text, QStringLiteral("kept"));
    QCOMPARE(f.listed().unread, 1);
    auto left = f.temporary.writer().query("SELECT count(*) FROM reaction");
    QVERIFY(*left->step());
    QCOMPARE(left->integer(0), 0);
}

void MessageTablesTest::aPersonHasOneReaction() {
    StoreFixture f;
    f.fill();
    const messaging::LocalId local = f.add(f.incoming(QStringLiteral("text"), 1));
    auto& changes = f.stores.changes;
    QCOMPARE(*changes.react(local, f.me, QString(), 5), false);
    QCOMPARE(*changes.react(local, f.me, QStringLiteral("👍"), 10), true);
    QCOMPARE(*changes.react(local, f.peer, QStringLiteral("❤️"), 11), true);
    QCOMPARE(*changes.react(local, f.me, QStringLiteral("👍"), 12), false);
    QCOMPARE(*changes.react(local, f.me, QStringLiteral("😀"), 11), false); // older than the last one
    const auto reactions = (*f.stores.messages.view(local))->reactions;
    QCOMPARE(reactions.size(), 2);
    QCOMPARE(reactions[0].emoji, QStringLiteral("❤️"));
    QCOMPARE(reactions[0].sender.displayName, QStringLiteral("Bia"));
    QCOMPARE(reactions[1].emoji, QStringLiteral("👍"));
    QCOMPARE(*changes.react(local, f.me, QString(), 13), true);
    QCOMPARE(*changes.react(local, f.me, QStringLiteral("👍"), 12), false); // the removal is remembered
    QCOMPARE((*f.stores.messages.view(local))->reactions.size(), 1);
}

void MessageTablesTest::earlyChangesWaitForTheirMessage() {
    StoreFixture f;
    const messaging::MessageKey target{f.chat, f.peer, base::MessageId::random()};
    const messaging::MessageKey other{f.chat, f.me, target.id};
    RECADO_OK(f.stores.changes.addEarly({target, f.peer, "edit"}));
    RECADO_OK(f.stores.changes.addEarly({other, f.peer, "not this"}));
    RECADO_OK(f.stores.changes.addEarly({target, f.me, QByteArray("re\0action", 9)}));
    const auto early = *f.stores.changes.takeEarly(target);
    QCOMPARE(early.size(), 2);
    QCOMPARE(early[0].content, QByteArray("edit"));
    QCOMPARE(early[0].sender, f.peer);
    QCOMPARE(early[0].target, target);
    QCOMPARE(early[1].content, QByteArray("re\0action", 9));
    QVERIFY(f.stores.changes.takeEarly(target)->isEmpty());
    QCOMPARE(f.stores.changes.takeEarly(other)->size(), 1);
}

void MessageTablesTest::earlyChangesOfOneSenderAreBounded() {
    StoreFixture f;
    constexpr int kept = messaging::MessageChangeStore::earlyKept;
    const messaging::MessageKey target{f.chat, f.peer, base::MessageId::random()};
    RECADO_OK(f.stores.work.begin());
    RECADO_OK(f.stores.changes.addEarly({target, f.me, "of another sender"}));
    for (int number = 0; number < kept + 5; ++number)
        RECADO_OK(f.stores.changes.addEarly({target, f.peer, QByteArray::number(number)}));
    RECADO_OK(f.stores.work.commit());
    const auto early = *f.stores.changes.takeEarly(target);
    QCOMPARE(early.size(), kept + 1);
    QCOMPARE(early[0].content, QByteArray("of another sender"));
    QCOMPARE(early[1].content, QByteArray("5")); // the oldest went
    QCOMPARE(early.last().content, QByteArray::number(kept + 4));
}

void MessageTablesTest::earlyChangesAreBoundedInBytesAndAge() {
    StoreFixture f;
    const messaging::MessageKey target{f.chat, f.peer, base::MessageId::random()};
    constexpr qint64 now = 1'750'000'000'000;
    const QByteArray large(messaging::MessageChangeStore::earlyBytesKept / 2, 'x');
    RECADO_OK(f.stores.work.begin());
    RECADO_OK(f.stores.changes.addEarly({target, f.peer, "old and small", now - 2}));
    RECADO_OK(f.stores.changes.addEarly({target, f.me, "of another sender", now - 1}));
    for (int number = 0; number < 3; ++number)
        RECADO_OK(f.stores.changes.addEarly({target, f.peer, large, now + number}));
    auto early = *f.stores.changes.takeEarly(target);
    QCOMPARE(early.size(), 3);
    QCOMPARE(early[0].content, QByteArray("of another sender"));

    RECADO_OK(f.stores.changes.addEarly({target, f.peer, "too old", now - 1}));
    RECADO_OK(f.stores.changes.addEarly({target, f.peer, "young enough", now}));
    RECADO_OK(f.stores.maintenance.expireEarlyChanges(now));
    early = *f.stores.changes.takeEarly(target);
    QCOMPARE(early.size(), 1);
    QCOMPARE(early[0].content, QByteArray("young enough"));
    RECADO_OK(f.stores.work.commit());
}

void MessageTablesTest::aQuoteShowsWhatIsStillThere() {
    StoreFixture f;
    f.fill();
    const NewMessage original = f.incoming(QStringLiteral("the original"), 1);
    const messaging::LocalId originalId = f.add(original);
    NewMessage reply = f.outgoing(QStringLiteral("reply"), 2);
    reply.quoted = {original.key.author, original.key.id};
    const messaging::LocalId local = f.add(reply);
    auto quote = *(*f.stores.messages.view(local))->quote;
    QCOMPARE(quote.message, originalId);
    QCOMPARE(quote.text, QStringLiteral("the original"));
    QCOMPARE(quote.sender.displayName, QStringLiteral("Bia"));
    RECADO_OK(f.stores.changes.remove(originalId));
    quote = *(*f.stores.messages.view(local))->quote;
    QCOMPARE(quote.message, 0);
    QCOMPARE(quote.text, QString());
}

void MessageTablesTest::changesToMissingMessagesFail() {
    StoreFixture f;
    f.fill();
    QCOMPARE(f.stores.changes.edit(9, QStringLiteral("x"), 1).error().reason, Reason::UnknownMessage);
    QCOMPARE(f.stores.changes.erase(9).error().reason, Reason::UnknownMessage);
    QCOMPARE(f.stores.changes.remove(9).error().reason, Reason::UnknownMessage);
    QCOMPARE(f.stores.changes.react(9, f.me, QStringLiteral("x"), 1).error().reason, Reason::UnknownMessage);
    QCOMPARE(f.stores.statuses.setOrder(9, 1, 1).error().reason, Reason::UnknownMessage);
    QCOMPARE(f.stores.statuses.markSeen(9).error().reason, Reason::UnknownMessage);
    QCOMPARE(f.stores.statuses.setStatus(9, MessageStatus::Sent, {}).error().reason, Reason::UnknownMessage);
}

} // namespace recado::tests

RECADO_TEST(recado::tests::MessageTablesTest)
#include "MessageTablesTest.moc"
