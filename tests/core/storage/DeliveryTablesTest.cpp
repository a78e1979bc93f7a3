#include "StoreFixture.h"
#include "support/Suite.h"

#include <QTest>

#include <limits>

namespace recado::tests {

using base::Reason;
using messaging::OutboxItem;
using messaging::OutboxState;
using messaging::QuarantineCause;
using messaging::ReceiptKind;

class DeliveryTablesTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void aSubmissionIsNewOnce_data();
    void aSubmissionIsNewOnce();
    void aMessageIsNewOnce();
    void theHighestSequenceIsKept();
    void outboxItemsAreReadAsTheyWereWritten();
    void anItemIsFoundUnderEveryNumberItHad();
    void aNumberBelongsToOneItem();
    void theOutboxIsListedInOrderOfSending();
    void aMessageFindsItsNewestOwnItem();
    void updatingAMissingItemFails();
    void acceptedItemsExpire();
    void deletedMessagesLeaveTheOutboxOnceTheyArrived_data();
    void deletedMessagesLeaveTheOutboxOnceTheyArrived();
    void receiptsAreTakenInBatchesOfOneKind();
    void aReadReceiptReplacesADeliveredOne();
    void receiptsOfARemovedConversationGo();
    void quarantineIsReadAsItWasWritten();
    void sendersAreAskedUntilTheLimit();
    void onlyUndecryptableEnvelopesExpire();
    void theQuarantineOfOneSenderIsBounded();
    void whatNobodySeesIsBoundedTogether();
    void failedItemsWithoutAMessageExpire();
};

namespace {

OutboxItem composed(const StoreFixture& f, const QByteArray& content) {
    OutboxItem item;
    item.receiver = f.peer;
    item.conversation = f.chat;
    item.messageId = base::MessageId::random();
    item.content = content;
    item.createdMs = 10;
    return item;
}

QVector<QByteArray> contentsOf(const base::Result<QVector<OutboxItem>>& items) {
    QVector<QByteArray> contents;
    for (const OutboxItem& item : *items)
        contents.append(item.content);
    return contents;
}

} // namespace

void DeliveryTablesTest::aSubmissionIsNewOnce_data() {
    QTest::addColumn<quint64>("number");
    QTest::newRow("first") << quint64(1);
    QTest::newRow("last of a block") << quint64(63);
    QTest::newRow("first of the next") << quint64(64);
    QTest::newRow("largest") << std::numeric_limits<quint64>::max();
}

void DeliveryTablesTest::aSubmissionIsNewOnce() {
    QFETCH(quint64, number);
    StoreFixture f;
    const base::DeviceAddress sender{f.peer, 1};
    RECADO_OK(f.stores.arrivals.markSubmission(sender, number - 1));
    QCOMPARE(*f.stores.arrivals.knowsSubmission(sender, number), false);
    QCOMPARE(*f.stores.arrivals.markSubmission(sender, number), true);
    QCOMPARE(*f.stores.arrivals.markSubmission(sender, number), false);
    QCOMPARE(*f.stores.arrivals.knowsSubmission(sender, number), true);
    QCOMPARE(*f.stores.arrivals.knowsSubmission(sender, number - 1), true);
    QCOMPARE(*f.stores.arrivals.knowsSubmission({f.peer, 2}, number), false);
    QCOMPARE(*f.stores.arrivals.knowsSubmission({f.me, 1}, number), false);
}

void DeliveryTablesTest::aMessageIsNewOnce() {
    StoreFixture f;
    const auto message = base::MessageId::random();
    QCOMPARE(*f.stores.arrivals.markMessage(f.peer, message), true);
    QCOMPARE(*f.stores.arrivals.markMessage(f.peer, message), false);
    QCOMPARE(*f.stores.arrivals.markMessage(f.me, message), true);
}

void DeliveryTablesTest::theHighestSequenceIsKept() {
    StoreFixture f;
    const base::DeviceAddress sender{f.peer, 1};
    QCOMPARE(*f.stores.arrivals.lastSequence(f.chat, sender), 0u);
    RECADO_OK(f.stores.arrivals.setLastSequence(f.chat, sender, 7));
    RECADO_OK(f.stores.arrivals.setLastSequence(f.chat, sender, 5));
    QCOMPARE(*f.stores.arrivals.lastSequence(f.chat, sender), 7u);
    QCOMPARE(*f.stores.arrivals.lastSequence(f.chat, {f.peer, 2}), 0u);
}

void DeliveryTablesTest::outboxItemsAreReadAsTheyWereWritten() {
    StoreFixture f;
    OutboxItem item = composed(f, QByteArray(64 * 1024, 'c'));
    const auto id = f.stores.outbox.append(item);
    RECADO_OK(id);
    item.id = *id;
    item.state = OutboxState::Sealed;
    item.submission = 5;
    item.sealed = QByteArray(70'000, '\x9c');
    item.content = "with order";
    item.resends = 2;
    item.acceptedMs = 30;
    RECADO_OK(f.stores.outbox.update(item));
    const auto found = f.stores.outbox.find(item.id);
    RECADO_OK(found);
    QCOMPARE((*found)->receiver, item.receiver);
    QCOMPARE((*found)->conversation, item.conversation);
    QCOMPARE((*found)->messageId, item.messageId);
    QCOMPARE((*found)->state, OutboxState::Sealed);
    QCOMPARE((*found)->content, item.content);
    QCOMPARE((*found)->sealed, item.sealed);
    QCOMPARE((*found)->submission, 5u);
    QCOMPARE((*found)->resends, 2);
    QCOMPARE((*found)->createdMs, 10);
    QCOMPARE((*found)->acceptedMs, 30);
    QVERIFY((*found)->earlierSubmissions.isEmpty());
    QVERIFY(!f.stores.outbox.find(item.id + 1)->has_value());
}

void DeliveryTablesTest::anItemIsFoundUnderEveryNumberItHad() {
    StoreFixture f;
    OutboxItem item = composed(f, "content");
    item.id = *f.stores.outbox.append(item);
    item.submission = 5;
    RECADO_OK(f.stores.outbox.update(item));
    item.earlierSubmissions = {5};
    item.submission = 9;
    RECADO_OK(f.stores.outbox.update(item));
    QCOMPARE((*f.stores.outbox.bySubmission(5))->id, item.id);
    QCOMPARE((*f.stores.outbox.bySubmission(9))->id, item.id);
    QCOMPARE((*f.stores.outbox.bySubmission(9))->earlierSubmissions, QVector<base::SubmissionNumber>{5});
    QVERIFY(!f.stores.outbox.bySubmission(6)->has_value());
}

void DeliveryTablesTest::aNumberBelongsToOneItem() {
    StoreFixture f;
    OutboxItem one = composed(f, "one");
    one.submission = 5;
    RECADO_OK(f.stores.outbox.append(one));
    OutboxItem two = composed(f, "two");
    two.id = *f.stores.outbox.append(two);
    two.submission = 5;
    QCOMPARE(f.stores.outbox.update(two).error().reason, Reason::StorageFailed);
}

void DeliveryTablesTest::theOutboxIsListedInOrderOfSending() {
    StoreFixture f;
    const OutboxState states[] = {OutboxState::Sealed, OutboxState::Composed, OutboxState::Accepted,
                                  OutboxState::Composed, OutboxState::Failed};
    for (const OutboxState state : states) {
        OutboxItem item = composed(f, QByteArray::number(int(state)));
        item.state = state;
        RECADO_OK(f.stores.outbox.append(item));
    }
    const QVector waiting{OutboxState::Composed, OutboxState::Sealed};
    QCOMPARE(contentsOf(f.stores.outbox.list(waiting, 0, 10)), (QVector<QByteArray>{"1", "0", "0"}));
    QCOMPARE(contentsOf(f.stores.outbox.list(waiting, 0, 2)), (QVector<QByteArray>{"1", "0"}));
    QCOMPARE(contentsOf(f.stores.outbox.list(waiting, 2, 10)), (QVector<QByteArray>{"0"}));
    QVERIFY(f.stores.outbox.list({}, 0, 10)->isEmpty());
}

void DeliveryTablesTest::aMessageFindsItsNewestOwnItem() {
    StoreFixture f;
    f.fill();
    const messaging::NewMessage message = f.outgoing(QStringLiteral("hi"), 1);
    const messaging::LocalId local = f.add(message);
    QVERIFY(!f.stores.outbox.byMessage(local)->has_value());
    OutboxItem first = composed(f, "first");
    first.message = local;
    first.messageId = message.key.id;
    RECADO_OK(f.stores.outbox.append(first));
    OutboxItem retry = first;
    retry.content = "retry";
    RECADO_OK(f.stores.outbox.append(retry));
    OutboxItem edit = composed(f, "edit");
    edit.message = local;
    RECADO_OK(f.stores.outbox.append(edit));
    QCOMPARE((*f.stores.outbox.byMessage(local))->content, QByteArray("retry"));
}

void DeliveryTablesTest::updatingAMissingItemFails() {
    StoreFixture f;
    OutboxItem item = composed(f, "content");
    item.id = 12;
    QCOMPARE(f.stores.outbox.update(item).error().reason, Reason::StorageFailed);
}

void DeliveryTablesTest::acceptedItemsExpire() {
    StoreFixture f;
    const auto append = [&f](OutboxState state, qint64 acceptedMs, base::SubmissionNumber submission) {
        OutboxItem item = composed(f, "content");
        item.state = state;
        item.acceptedMs = acceptedMs;
        item.submission = submission;
        return *f.stores.outbox.append(item);
    };
    const qint64 old = append(OutboxState::Accepted, 100, 1);
    const qint64 delivered = append(OutboxState::Delivered, 100, 2);
    const qint64 recent = append(OutboxState::Accepted, 300, 3);
    const qint64 waiting = append(OutboxState::Sealed, 0, 4);
    RECADO_OK(f.stores.maintenance.expireOutbox(200));
    QVERIFY(!f.stores.outbox.find(old)->has_value());
    QVERIFY(!f.stores.outbox.find(delivered)->has_value());
    QVERIFY(!f.stores.outbox.bySubmission(1)->has_value());
    QVERIFY(f.stores.outbox.find(recent)->has_value());
    QVERIFY(f.stores.outbox.bySubmission(4)->has_value());
    QVERIFY(f.stores.outbox.find(waiting)->has_value());
}

void DeliveryTablesTest::deletedMessagesLeaveTheOutboxOnceTheyArrived_data() {
    QTest::addColumn<int>("deletion");
    QTest::newRow("erased") << 0;
    QTest::newRow("removed") << 1;
    QTest::newRow("with its conversation") << 2;
}

void DeliveryTablesTest::deletedMessagesLeaveTheOutboxOnceTheyArrived() {
    QFETCH(int, deletion);
    StoreFixture f;
    f.fill();
    QVector<OutboxItem> items;
    for (const OutboxState state : {OutboxState::Composed, OutboxState::Sealed, OutboxState::Accepted,
                                    OutboxState::Delivered, OutboxState::Failed}) {
        OutboxItem item = composed(f, "the words");
        item.message = f.add(f.outgoing(QStringLiteral("the words"), quint64(items.size())));
        item.state = state;
        item.submission = quint64(items.size()) + 1;
        item.id = *f.stores.outbox.append(item);
        items.append(item);
    }
    for (const OutboxItem& item : items) {
        if (deletion == 0)
            RECADO_OK(f.stores.changes.erase(item.message));
        else if (deletion == 1)
            RECADO_OK(f.stores.changes.remove(item.message));
    }
    if (deletion == 2)
        RECADO_OK(f.stores.conversations.removeConversation(f.chat));
    // What is still on its way has to be there for the relay and for a resend; the rest is gone with its
    // numbers.
    for (const OutboxItem& item : items) {
        const bool onItsWay = item.state < OutboxState::Delivered;
        QCOMPARE(f.stores.outbox.find(item.id)->has_value(), onItsWay);
        QCOMPARE(f.stores.outbox.bySubmission(item.submission)->has_value(), onItsWay);
    }
    if (deletion != 0)
        return;
    OutboxItem arrived = items[2];
    arrived.state = OutboxState::Delivered;
    RECADO_OK(f.stores.outbox.update(arrived));
    QVERIFY(!f.stores.outbox.find(arrived.id)->has_value());
}

void DeliveryTablesTest::receiptsAreTakenInBatchesOfOneKind() {
    StoreFixture f;
    QCOMPARE(*f.stores.receipts.isEmpty(), true);
    QVERIFY(!f.stores.receipts.take(10)->has_value());
    const auto a = base::MessageId::random(), b = base::MessageId::random(), c = base::MessageId::random(),
               d = base::MessageId::random();
    RECADO_OK(f.stores.receipts.add(f.peer, f.chat, ReceiptKind::Delivered, a));
    RECADO_OK(f.stores.receipts.add(f.peer, f.chat, ReceiptKind::Read, b));
    RECADO_OK(f.stores.receipts.add(f.peer, f.chat, ReceiptKind::Delivered, c));
    RECADO_OK(f.stores.receipts.add(f.peer, f.chat, ReceiptKind::Delivered, d));
    RECADO_OK(f.stores.receipts.add(f.peer, f.chat, ReceiptKind::Delivered, d));
    const auto batch = *f.stores.receipts.take(2);
    QCOMPARE(batch->peer, f.peer);
    QCOMPARE(batch->conversation, f.chat);
    QCOMPARE(batch->kind, ReceiptKind::Delivered);
    QCOMPARE(batch->messages, (QVector{a, c}));
    QCOMPARE((*f.stores.receipts.take(2))->messages, QVector{b});
    QCOMPARE((*f.stores.receipts.take(2))->messages, QVector{d});
    QCOMPARE(*f.stores.receipts.isEmpty(), true);
}

void DeliveryTablesTest::aReadReceiptReplacesADeliveredOne() {
    StoreFixture f;
    const auto message = base::MessageId::random();
    RECADO_OK(f.stores.receipts.add(f.peer, f.chat, ReceiptKind::Delivered, message));
    RECADO_OK(f.stores.receipts.add(f.peer, f.chat, ReceiptKind::Read, message));
    RECADO_OK(f.stores.receipts.add(f.peer, f.chat, ReceiptKind::Delivered, message));
    QCOMPARE((*f.stores.receipts.take(9))->kind, ReceiptKind::Read);
    QVERIFY(!f.stores.receipts.take(9)->has_value());
}

void DeliveryTablesTest::receiptsOfARemovedConversationGo() {
    StoreFixture f;
    const auto kept = base::ConversationId::random();
    RECADO_OK(f.stores.receipts.add(f.peer, f.chat, ReceiptKind::Read, base::MessageId::random()));
    RECADO_OK(f.stores.receipts.add(f.peer, kept, ReceiptKind::Read, base::MessageId::random()));
    RECADO_OK(f.stores.receipts.clear(f.chat));
    QCOMPARE((*f.stores.receipts.take(9))->conversation, kept);
    QCOMPARE(*f.stores.receipts.isEmpty(), true);
}

void DeliveryTablesTest::quarantineIsReadAsItWasWritten() {
    StoreFixture f;
    messaging::QuarantinedEnvelope envelope;
    envelope.sender = {f.peer, 2};
    envelope.submission = 8;
    envelope.senderListVersion = 3;
    envelope.prekeyMessage = true;
    envelope.sealedHeader = "header";
    envelope.ciphertext = QByteArray(5000, '\x01');
    envelope.body = QByteArray(70'000, '\x02');
    envelope.receivedMs = 44;
    envelope.id = *f.stores.quarantine.add(envelope);
    envelope.cause = QuarantineCause::IdentityChanged;
    envelope.placeholder = 6;
    envelope.resendRequests = 2;
    RECADO_OK(f.stores.quarantine.update(envelope));
    QVERIFY(f.stores.quarantine.list(f.peer, QuarantineCause::Undecryptable, 0, 9)->isEmpty());
    QCOMPARE(f.stores.quarantine.list(f.peer, QuarantineCause::IdentityChanged, 0, 9)->size(), 1);
    const auto found = *f.stores.quarantine.find({f.peer, 2}, 8);
    QCOMPARE(found->id, envelope.id);
    QCOMPARE(found->sender, envelope.sender);
    QCOMPARE(found->senderListVersion, 3u);
    QCOMPARE(found->prekeyMessage, true);
    QCOMPARE(found->sealedHeader, envelope.sealedHeader);
    QCOMPARE(found->ciphertext, envelope.ciphertext);
    QCOMPARE(found->body, envelope.body);
    QCOMPARE(found->placeholder, 6);
    QCOMPARE(found->receivedMs, 44);
    QCOMPARE(found->resendRequests, 2);
    QVERIFY(!f.stores.quarantine.find({f.peer, 1}, 8)->has_value());
    RECADO_OK(f.stores.quarantine.remove(envelope.id));
    RECADO_OK(f.stores.quarantine.remove(envelope.id));
    QCOMPARE(f.stores.quarantine.update(envelope).error().reason, Reason::StorageFailed);
}

void DeliveryTablesTest::sendersAreAskedUntilTheLimit() {
    StoreFixture f;
    messaging::QuarantinedEnvelope envelope;
    RECADO_OK(f.stores.quarantine.add(envelope)); // its header could not be opened: nobody to ask
    envelope.sender = {f.me, 1};
    envelope.cause = QuarantineCause::IdentityChanged;
    RECADO_OK(f.stores.quarantine.add(envelope));
    envelope.sender = {f.peer, 1};
    envelope.cause = QuarantineCause::Undecryptable;
    RECADO_OK(f.stores.quarantine.add(envelope));
    envelope.id = *f.stores.quarantine.add(envelope);
    QCOMPARE(*f.stores.quarantine.sendersToAsk(3), QVector{f.peer});
    const auto all = *f.stores.quarantine.list(f.peer, QuarantineCause::Undecryptable, 0, 9);
    for (messaging::QuarantinedEnvelope each : all) {
        each.resendRequests = 3;
        RECADO_OK(f.stores.quarantine.update(each));
    }
    QVERIFY(f.stores.quarantine.sendersToAsk(3)->isEmpty());
}

void DeliveryTablesTest::onlyUndecryptableEnvelopesExpire() {
    StoreFixture f;
    f.fill();
    messaging::NewMessage placeholder = f.incoming(QString(), 1);
    placeholder.placeholder = true;
    messaging::QuarantinedEnvelope envelope;
    envelope.sender = {f.peer, 1};
    envelope.receivedMs = 100;
    envelope.placeholder = f.add(placeholder);
    RECADO_OK(f.stores.quarantine.add(envelope));
    envelope.cause = QuarantineCause::IdentityChanged;
    RECADO_OK(f.stores.quarantine.add(envelope));
    RECADO_OK(f.stores.maintenance.expireQuarantine(100));
    QCOMPARE(f.stores.quarantine.list(f.peer, QuarantineCause::Undecryptable, 0, 9)->size(), 1);
    RECADO_OK(f.stores.maintenance.expireQuarantine(101));
    QVERIFY(f.stores.quarantine.list(f.peer, QuarantineCause::Undecryptable, 0, 9)->isEmpty());
    QCOMPARE(f.stores.quarantine.list(f.peer, QuarantineCause::IdentityChanged, 0, 9)->size(), 1);
    QCOMPARE(f.history.page({f.chat})->messages.first().placeholder, true);
}

void DeliveryTablesTest::theQuarantineOfOneSenderIsBounded() {
    StoreFixture f;
    messaging::QuarantinedEnvelope envelope;
    envelope.sender = {f.peer, 1};
    envelope.ciphertext = QByteArray(60, 'c');
    envelope.body = QByteArray(40, 'b');
    for (int number = 1; number <= 6; ++number) {
        envelope.submission = quint64(number);
        envelope.placeholder = 10 + number;
        RECADO_OK(f.stores.quarantine.add(envelope));
    }
    envelope.cause = QuarantineCause::IdentityChanged;
    envelope.submission = 7;
    RECADO_OK(f.stores.quarantine.add(envelope));
    QCOMPARE(*f.stores.quarantine.newestPlaceholderOf(f.peer, 6), 16);
    QCOMPARE(*f.stores.quarantine.newestPlaceholderOf(f.peer, 7), 0);
    QCOMPARE(*f.stores.quarantine.isPlaceholderOf(f.peer, 11), true);

    RECADO_OK(f.stores.quarantine.trim(f.me, {0, 0})); // somebody else's
    RECADO_OK(f.stores.quarantine.trim(f.peer, {4, 250}));
    const auto use = *f.stores.quarantine.use(f.peer, QuarantineCause::Undecryptable);
    QCOMPARE(use.rows, 4);
    QCOMPARE(use.bytes, 200);
    const auto first = *f.stores.quarantine.list(f.peer, QuarantineCause::Undecryptable, 0, 3);
    QCOMPARE(first.size(), 3);
    QCOMPARE(first[0].submission, 3U); // the oldest rows are gone, then the oldest bytes
    QCOMPARE(first[0].placeholder, 13);
    QVERIFY(first[0].ciphertext.isEmpty() && first[0].body.isEmpty());
    QVERIFY(first[1].ciphertext.isEmpty() && first[1].body.isEmpty());
    QCOMPARE(first[2].ciphertext, envelope.ciphertext);
    const auto rest = *f.stores.quarantine.list(f.peer, QuarantineCause::Undecryptable, first[2].id, 3);
    QCOMPARE(rest.size(), 1);
    QCOMPARE(rest[0].body, envelope.body);
    QCOMPARE(*f.stores.quarantine.isPlaceholderOf(f.peer, 11), false);
    QCOMPARE(f.stores.quarantine.use(f.peer, QuarantineCause::IdentityChanged)->bytes, 100);
}

void DeliveryTablesTest::whatNobodySeesIsBoundedTogether() {
    StoreFixture f;
    messaging::QuarantinedEnvelope envelope;
    envelope.ciphertext = QByteArray(100, 'c');
    for (int number = 0; number < 5; ++number) {
        envelope.sender = {base::AccountId::random(), 1};
        RECADO_OK(f.stores.quarantine.add(envelope));
    }
    envelope.sender = {f.me, 2};
    RECADO_OK(f.stores.quarantine.add(envelope));
    envelope.sender = {f.peer, 1};
    envelope.placeholder = 5;
    RECADO_OK(f.stores.quarantine.add(envelope));
    RECADO_OK(f.stores.quarantine.trimUnseen(f.me, {3, 200}));
    auto row = f.temporary.writer().query("SELECT count(*), sum(length(ciphertext)) FROM quarantine");
    QVERIFY(row.ok() && *row->step());
    QCOMPARE(row->int64(0), 3 + 2);
    QCOMPARE(row->int64(1), 200 + 200);
}

void DeliveryTablesTest::failedItemsWithoutAMessageExpire() {
    StoreFixture f;
    f.fill();
    messaging::OutboxItem item;
    item.receiver = f.peer;
    item.conversation = f.chat;
    item.messageId = base::MessageId::random();
    item.createdMs = 100;
    item.id = *f.stores.outbox.append(item);
    item.state = messaging::OutboxState::Failed;
    RECADO_OK(f.stores.outbox.update(item));
    messaging::OutboxItem shown = item;
    shown.message = f.add(f.incoming(QStringLiteral("to be retried"), 1));
    shown.state = messaging::OutboxState::Composed;
    shown.id = *f.stores.outbox.append(shown);
    shown.state = messaging::OutboxState::Failed;
    RECADO_OK(f.stores.outbox.update(shown));
    RECADO_OK(f.stores.maintenance.expireOutbox(100));
    QVERIFY(f.stores.outbox.find(item.id)->has_value());
    RECADO_OK(f.stores.maintenance.expireOutbox(101));
    QVERIFY(!f.stores.outbox.find(item.id)->has_value());
    QVERIFY(f.stores.outbox.find(shown.id)->has_value());
}

} // namespace recado::tests

RECADO_TEST(recado::tests::DeliveryTablesTest)
#include "DeliveryTablesTest.moc"
