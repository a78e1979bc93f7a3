#include "messaging/PeerAcceptance.h"

#include "messaging/ProfileValues.h"

namespace recado::messaging {

namespace {

/// A conversation, a message, and whether it was seen.
constexpr qsizetype owedRowSize = base::ConversationId::size + base::MessageId::size + 1;

} // namespace

base::Status PeerAcceptance::accept(ContactRecord& contact, const ConversationRecord& conversation,
                                    FollowUps& followUps) {
    if (conversation.request) {
        RECADO_CHECK(m_context.stores.conversations.setRequest(conversation.id, false));
        m_context.changes.conversationChanged(conversation.id);
    }
    if (contact.accepted)
        return {};
    contact.accepted = true;
    followUps.acceptedChanged = true;
    followUps.resendsToAsk = true; // what a stranger's request could not show
    RECADO_CHECK(m_context.stores.contacts.saveContact(contact));
    RECADO_TRY(const QVector<StoredMessage> received,
               m_context.stores.statuses.newestIncoming(conversation.id, receiptsOnAccept));
    for (const StoredMessage& message : received)
        RECADO_CHECK(
            owe(contact, conversation.id, message.status == MessageStatus::Seen, message.key.id, followUps));
    RECADO_TRY(const QVector<Owed> deleted, load());
    for (const Owed& one : deleted) {
        if (one.conversation == conversation.id)
            RECADO_CHECK(owe(contact, conversation.id, one.seen, one.message, followUps));
    }
    return forget(conversation.id);
}

base::Status PeerAcceptance::owe(const ContactRecord& contact, const base::ConversationId& conversation,
                                 bool seen, const base::MessageId& message, FollowUps& followUps) {
    followUps.receiptsWait = true;
    const bool read = seen && m_context.state.privacy.sendReceipts;
    return m_context.stores.receipts.add(contact.account, conversation,
                                         read ? ReceiptKind::Read : ReceiptKind::Delivered, message);
}

base::Status PeerAcceptance::remember(const StoredMessage& deleted) {
    RECADO_TRY(QVector<Owed> owed, load());
    owed.append({deleted.key.conversation, deleted.key.id, deleted.status == MessageStatus::Seen});
    if (owed.size() > receiptsOnAccept)
        owed.remove(0, owed.size() - receiptsOnAccept);
    return save(owed);
}

base::Status PeerAcceptance::forget(const base::ConversationId& conversation) {
    RECADO_TRY(QVector<Owed> owed, load());
    const bool found = owed.removeIf([&](const Owed& one) { return one.conversation == conversation; }) > 0;
    return found ? save(owed) : base::Status();
}

base::Result<QVector<PeerAcceptance::Owed>> PeerAcceptance::load() {
    RECADO_TRY(const std::optional<QByteArray> bytes,
               m_context.stores.profile.value(profile_value::owedReceipts));
    QVector<Owed> owed;
    for (qsizetype at = 0; bytes && at + owedRowSize <= bytes->size(); at += owedRowSize) {
        const auto conversation = base::ConversationId::fromBytes(bytes->mid(at, base::ConversationId::size));
        const auto message =
            base::MessageId::fromBytes(bytes->mid(at + base::ConversationId::size, base::MessageId::size));
        if (conversation && message)
            owed.append({*conversation, *message, bytes->at(at + owedRowSize - 1) != 0});
    }
    return owed;
}

base::Status PeerAcceptance::save(const QVector<Owed>& owed) {
    QByteArray bytes;
    for (const Owed& one : owed)
        bytes += one.conversation.toBytes() + one.message.toBytes() + char(one.seen);
    return m_context.stores.profile.setValue(profile_value::owedReceipts, bytes);
}

} // namespace recado::messaging
