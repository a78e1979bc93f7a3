#include "messaging/Composer.h"

#include "messaging/ChangeApplier.h"
#include "messaging/ConversationClock.h"
#include "messaging/Emoji.h"
#include "protocol/FrameCodec.h"

namespace recado::messaging {

using base::makeError;
using base::Reason;
using protocol::fromBytes;

namespace {

base::Error unknownMessage() {
    return makeError(Reason::UnknownMessage, QStringLiteral("there is no such message"));
}

void fillReference(content::MessageRef& reference, const MessageKey& key) {
    reference.set_author_account(fromBytes(key.author.toBytes()));
    reference.set_message_id(fromBytes(key.id.toBytes()));
}

} // namespace

Composer::Composer(EngineContext& context, OutboxLedger& ledger, ConversationDesk& conversations,
                   PeerAcceptance& acceptance)
    : m_context(context)
    , m_ledger(ledger)
    , m_conversations(conversations)
    , m_acceptance(acceptance) {}

base::Result<Composer::Peer> Composer::peerOf(const base::ConversationId& conversation) {
    RECADO_TRY(ConversationRecord record, m_conversations.find(conversation));
    RECADO_TRY(std::optional<ContactRecord> contact, m_context.stores.contacts.contact(record.peer));
    if (!contact)
        return makeError(Reason::StorageCorrupt, QStringLiteral("a conversation without its contact"));
    if (!contact->identity.pending.isEmpty())
        return makeError(Reason::IdentityChanged,
                         QStringLiteral("the other side's key changed and waits for a decision"));
    return Peer{std::move(record), std::move(*contact)};
}

base::Result<StoredMessage> Composer::load(LocalId message) {
    RECADO_TRY(std::optional<StoredMessage> stored, m_context.stores.messages.load(message));
    if (!stored)
        return unknownMessage();
    return std::move(*stored);
}

base::Status Composer::checkText(const QString& text) const {
    if (text.trimmed().isEmpty())
        return makeError(Reason::InvalidArgument, QStringLiteral("a message needs a text"));
    if (text.toUtf8().size() > qsizetype(m_context.state.limits.textBytes))
        return makeError(Reason::MessageTooLong, QStringLiteral("the text is too long"));
    return {};
}

base::Status Composer::mayChange(const StoredMessage& message) const {
    const bool inTime = m_context.nowMs() - message.timestampMs <= ChangeApplier::changeableMs;
    if (!message.outgoing || message.deleted || !inTime)
        return makeError(Reason::NotPermitted,
                         QStringLiteral("only an own message, and within 48 hours of it"));
    return {};
}

base::Status Composer::tellChanged(LocalId message) {
    RECADO_TRY(std::optional<Message> view, m_context.stores.messages.view(message));
    if (!view)
        return {};
    m_context.changes.conversationChanged(view->conversation);
    m_context.changes.messageChanged(std::move(*view));
    return {};
}

QVector<base::Result<Message>> Composer::sendTexts(const QVector<Draft>& drafts, FollowUps& followUps) {
    QVector<base::Result<Message>> sent;
    const base::Status written = inWork(m_context, [&]() -> base::Status {
        for (const Draft& draft : drafts) {
            const std::size_t mark = m_context.changes.mark();
            RECADO_TRY(SavepointScope savepoint, SavepointScope::begin(m_context.stores.work));
            sent.push_back(compose(draft, followUps));
            if (sent.back()) {
                RECADO_CHECK(savepoint.release());
            } else {
                RECADO_CHECK(savepoint.rollback());
                m_context.changes.rollBackTo(mark);
            }
        }
        return {};
    });
    if (!written)
        sent.fill(written.error(), drafts.size());
    return sent;
}

base::Result<Message> Composer::compose(const Draft& draft, FollowUps& followUps) {
    if (!m_context.state.isRegistered())
        return makeError(Reason::NotRegistered, QStringLiteral("this profile has no account yet"));
    RECADO_CHECK(checkText(draft.text));
    RECADO_TRY(Peer peer, peerOf(draft.conversation));
    RECADO_CHECK(m_acceptance.accept(peer.contact, peer.conversation, followUps));
    NewMessage row;
    row.key = {draft.conversation, m_context.ownAccount(), base::MessageId::random()};
    row.senderDevice = m_context.state.account->device;
    row.outgoing = true;
    row.text = draft.text;
    row.timestampMs = m_context.nowMs();
    row.clock = conversation_clock::next(peer.conversation.clock, m_context.relayNowMs());
    row.status = MessageStatus::Pending;
    content::Content content;
    content.mutable_text()->set_text(draft.text.toStdString());
    content.set_sent_at_ms(quint64(row.timestampMs));
    if (draft.replyTo) {
        RECADO_TRY(const StoredMessage quoted, load(*draft.replyTo));
        if (quoted.key.conversation != draft.conversation || quoted.placeholder)
            return unknownMessage();
        row.quoted = QuotedMessage{quoted.key.author, quoted.key.id};
        fillReference(*content.mutable_text()->mutable_reply_to(), quoted.key);
    }
    RECADO_TRY(const LocalId local, m_context.stores.messages.insert(row));
    RECADO_CHECK(m_ledger.append(peer.contact.account, row.key.id, local, std::move(content)));
    RECADO_TRY(std::optional<Message> view, m_context.stores.messages.view(local));
    if (!view)
        return makeError(Reason::StorageCorrupt, QStringLiteral("a new row is not there"));
    m_context.changes.messageSent(*view);
    m_context.changes.conversationChanged(draft.conversation);
    return std::move(*view);
}

base::Status Composer::appendChange(const StoredMessage& target, content::Content content,
                                    FollowUps& followUps) {
    RECADO_TRY(Peer peer, peerOf(target.key.conversation));
    RECADO_CHECK(m_acceptance.accept(peer.contact, peer.conversation, followUps));
    RECADO_CHECK(m_context.stores.conversations.saveClock(target.key.conversation, content.clock(),
                                                          peer.conversation.ownSequence));
    content.set_sent_at_ms(quint64(m_context.nowMs()));
    return m_ledger.append(peer.contact.account, base::MessageId::random(), 0, std::move(content));
}

base::Status Composer::edit(LocalId message, const QString& text, FollowUps& followUps) {
    return inWork(m_context, [&]() -> base::Status {
        RECADO_TRY(const StoredMessage target, load(message));
        RECADO_CHECK(mayChange(target));
        RECADO_CHECK(checkText(text));
        RECADO_TRY(const ConversationRecord record, m_conversations.find(target.key.conversation));
        content::Content content;
        content.set_clock(conversation_clock::next(record.clock, m_context.relayNowMs()));
        content.mutable_edit()->set_text(text.toStdString());
        fillReference(*content.mutable_edit()->mutable_target(), target.key);
        RECADO_CHECK(m_context.stores.changes.edit(message, text, content.clock()));
        RECADO_CHECK(appendChange(target, std::move(content), followUps));
        return tellChanged(message);
    });
}

base::Status Composer::remove(LocalId message, bool forEveryone, FollowUps& followUps) {
    return inWork(m_context, [&]() -> base::Status {
        RECADO_TRY(const StoredMessage target, load(message));
        if (!forEveryone)
            return eraseLocally(target);
        RECADO_CHECK(mayChange(target));
        RECADO_TRY(const ConversationRecord record, m_conversations.find(target.key.conversation));
        content::Content content;
        content.set_clock(conversation_clock::next(record.clock, m_context.relayNowMs()));
        fillReference(*content.mutable_delete_message()->mutable_target(), target.key);
        RECADO_CHECK(m_context.stores.changes.erase(message));
        RECADO_CHECK(appendChange(target, std::move(content), followUps));
        return tellChanged(message);
    });
}

base::Status Composer::eraseLocally(const StoredMessage& message) {
    RECADO_TRY(std::optional<Message> view, m_context.stores.messages.view(message.local));
    RECADO_TRY(const std::optional<ConversationRecord> record,
               m_context.stores.conversations.conversation(message.key.conversation));
    if (record && record->request && !message.outgoing && !message.placeholder)
        RECADO_CHECK(m_acceptance.remember(message));
    RECADO_CHECK(m_context.stores.changes.remove(message.local));
    m_context.changes.conversationChanged(message.key.conversation);
    if (view) {
        view->deleted = true;
        view->text.clear();
        view->quote.reset();
        view->reactions.clear();
        m_context.changes.messageChanged(std::move(*view));
    }
    return {};
}

base::Status Composer::react(LocalId message, const QString& emoji, FollowUps& followUps) {
    if (!emoji.isEmpty() && !isEmoji(emoji))
        return makeError(Reason::InvalidArgument, QStringLiteral("a reaction is one emoji"));
    return inWork(m_context, [&]() -> base::Status {
        RECADO_TRY(const StoredMessage target, load(message));
        if (target.deleted || target.placeholder)
            return unknownMessage();
        RECADO_TRY(const ConversationRecord record, m_conversations.find(target.key.conversation));
        if (record.request)
            return makeError(Reason::NotPermitted,
                             QStringLiteral("nothing goes back before the chat is accepted"));
        content::Content content;
        content.set_clock(conversation_clock::next(record.clock, m_context.relayNowMs()));
        content.mutable_reaction()->set_emoji(emoji.toStdString());
        fillReference(*content.mutable_reaction()->mutable_target(), target.key);
        RECADO_TRY(const bool changed,
                   m_context.stores.changes.react(message, m_context.ownAccount(), emoji, content.clock()));
        if (!changed)
            return {};
        RECADO_CHECK(appendChange(target, std::move(content), followUps));
        return tellChanged(message);
    });
}

base::Status Composer::markRead(LocalId message, FollowUps& followUps) {
    return inWork(m_context, [&]() -> base::Status {
        RECADO_TRY(const StoredMessage target, load(message));
        RECADO_TRY(const QVector<StoredMessage> seen, m_context.stores.statuses.markSeen(message));
        RECADO_TRY(const ConversationRecord record, m_conversations.find(target.key.conversation));
        RECADO_TRY(const std::optional<ContactRecord> contact,
                   m_context.stores.contacts.contact(record.peer));
        m_context.changes.conversationChanged(target.key.conversation);
        // A receipt that says so reaches the own other devices as well.
        if (!contact || !contact->accepted || !m_context.state.privacy.sendReceipts)
            return tellOwnDevicesRead(record.id, seen, followUps);
        for (const StoredMessage& one : seen) {
            followUps.receiptsWait = true;
            RECADO_CHECK(
                m_context.stores.receipts.add(contact->account, record.id, ReceiptKind::Read, one.key.id));
        }
        return {};
    });
}

base::Status Composer::tellOwnDevicesRead(const base::ConversationId& conversation,
                                          const QVector<StoredMessage>& seen, FollowUps& followUps) {
    if (!m_context.state.hasOtherDevices())
        return {};
    for (const StoredMessage& one : seen) {
        followUps.receiptsWait = true;
        RECADO_CHECK(m_context.stores.receipts.add(m_context.ownAccount(), conversation, ReceiptKind::Read,
                                                   one.key.id));
    }
    return {};
}

base::Status Composer::retry(LocalId message, FollowUps& followUps) {
    return inWork(m_context, [&]() -> base::Status {
        RECADO_TRY(const StoredMessage target, load(message));
        RECADO_TRY(std::optional<OutboxItem> item, m_context.stores.outbox.byMessage(message));
        if (target.status != MessageStatus::Failed || !item)
            return makeError(Reason::NotPermitted, QStringLiteral("this message has not failed"));
        RECADO_CHECK(m_ledger.composeAnew(*item));
        RECADO_CHECK(m_context.stores.statuses.setStatus(message, MessageStatus::Pending, std::nullopt));
        RECADO_TRY(const std::optional<ContactRecord> contact,
                   m_context.stores.contacts.contact(item->receiver));
        m_context.changes.statusChanged(message, target.key.conversation, MessageStatus::Pending,
                                        contact ? personOf(*contact) : Person{});
        followUps.requeue.append(std::move(*item));
        return {};
    });
}

} // namespace recado::messaging
