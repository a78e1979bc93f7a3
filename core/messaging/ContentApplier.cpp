#include "messaging/ContentApplier.h"

#include "messaging/ConversationIds.h"
#include "messaging/MessageTexts.h"
#include "protocol/FrameCodec.h"

namespace recado::messaging {

using base::makeError;
using base::Reason;
using protocol::toBytes;

ContentApplier::ContentApplier(EngineContext& context, ResendDesk& resends, PeerAcceptance& acceptance)
    : m_context(context)
    , m_resends(resends)
    , m_acceptance(acceptance)
    , m_placer(context)
    , m_changes(context, m_placer)
    , m_statuses(context)
    , m_copies(context, resends, acceptance, m_changes, m_placer) {}

base::Status ContentApplier::apply(const OpenedEnvelope& opened, const Envelope& envelope,
                                   FollowUps& followUps) {
    const content::Content& content = opened.content;
    ContactRecord contact = opened.contact;
    const base::MessageId id = *base::MessageId::fromBytes(toBytes(content.message_id()));
    RECADO_TRY(const bool fresh, m_context.stores.arrivals.markMessage(contact.account, id));
    RECADO_TRY(const LocalId placeholder, healPlaceholders(content, envelope, fresh && content.has_text()));
    if (!fresh)
        return {};
    if (contact.account == m_context.ownAccount())
        return m_copies.apply(content, contact, envelope.sender, followUps);
    RECADO_CHECK(learnAbout(contact, content));
    switch (content.body_case()) {
    case content::Content::kText:
        return applyText(contact, content, envelope, placeholder, followUps);
    case content::Content::kReceipt:
        return m_statuses.apply(content.receipt(),
                                directConversationId(m_context.ownAccount(), contact.account), contact);
    case content::Content::kEdit:
    case content::Content::kDeleteMessage:
    case content::Content::kReaction:
        return m_changes.apply(content, contact);
    case content::Content::kResendRequest:
        return m_resends.answer(content.resend_request(), contact, followUps);
    case content::Content::kGreeting:
    case content::Content::BODY_NOT_SET: // a later version's content: it is taken in, and shows nothing
        return {};
    }
    return {};
}

base::Status ContentApplier::learnAbout(ContactRecord& contact, const content::Content& content) {
    bool changed = false;
    const QString name = cleanDisplayName(QString::fromStdString(content.profile().display_name()));
    if (!name.isEmpty() && name != contact.displayName) {
        contact.displayName = name;
        changed = true;
        m_context.changes.conversationChanged(directConversationId(m_context.ownAccount(), contact.account));
    }
    const content::TypingKey& key = content.typing_key();
    if (key.key_id().size() == 8 && key.key().size() == 32 &&
        toBytes(key.key_id()) != contact.typingKey.keyId) {
        contact.typingKey = {toBytes(key.key_id()), toBytes(key.key()), qint64(key.expires_at_ms())};
        changed = true;
    }
    return changed ? m_context.stores.contacts.saveContact(contact) : base::Status();
}

base::Status ContentApplier::applyText(ContactRecord& contact, const content::Content& content,
                                       const Envelope& envelope, LocalId placeholder, FollowUps& followUps) {
    if (!isUsableText(content.text().text(), m_context.state.limits))
        return makeError(Reason::MalformedFrame, QStringLiteral("a message without a usable text"));
    RECADO_TRY(const ConversationRecord conversation, openConversation(contact, followUps));
    NewMessage message = newMessage(content, conversation.id, contact.account);
    message.senderDevice = envelope.sender.device;
    RECADO_CHECK(m_placer.place(message, conversation, content, envelope.sender));

    LocalId local = placeholder;
    if (placeholder != 0) {
        RECADO_CHECK(m_context.stores.messages.fillPlaceholder(placeholder, message));
    } else {
        RECADO_TRY(local, m_context.stores.messages.insert(message));
    }
    const std::size_t mark = m_context.changes.mark();
    RECADO_CHECK(m_changes.applyEarly(message.key));
    const bool changed = m_context.changes.mark() != mark;
    m_context.changes.rollBackTo(mark); // a message that is edited or deleted by now is told as that
    RECADO_CHECK(tell(local, placeholder != 0, changed, message, contact));
    m_context.changes.conversationChanged(conversation.id);
    followUps.messagesIn.insert(conversation.id);
    if (!contact.accepted)
        return {};
    followUps.receiptsWait = true;
    return m_context.stores.receipts.add(contact.account, conversation.id, ReceiptKind::Delivered,
                                         message.key.id);
}

base::Result<ConversationRecord> ContentApplier::openConversation(ContactRecord& contact,
                                                                  FollowUps& followUps) {
    const base::ConversationId id = directConversationId(m_context.ownAccount(), contact.account);
    const bool welcome =
        contact.accepted || m_context.state.privacy.acceptRequests == AcceptRequests::Automatically;
    RECADO_TRY(std::optional<ConversationRecord> record, m_context.stores.conversations.conversation(id));
    if (!record) {
        ConversationRecord fresh;
        fresh.id = id;
        fresh.peer = contact.account;
        fresh.request = !welcome;
        RECADO_CHECK(m_context.stores.conversations.insertConversation(fresh));
        // It may have been removed before; then its clock goes on where it was.
        RECADO_TRY(record, m_context.stores.conversations.conversation(id));
    }
    if (welcome) {
        RECADO_CHECK(m_acceptance.accept(contact, *record, followUps));
        record->request = false;
    }
    return std::move(*record);
}

base::Result<LocalId> ContentApplier::healPlaceholders(const content::Content& content,
                                                       const Envelope& envelope, bool keepOne) {
    LocalId kept = 0;
    QVector<base::SubmissionNumber> submissions{envelope.submission};
    for (int index = 0; index < std::min(content.earlier_submissions_size(), 16); ++index)
        submissions.append(content.earlier_submissions(index));
    for (const base::SubmissionNumber submission : std::as_const(submissions)) {
        RECADO_TRY(const std::optional<QuarantinedEnvelope> lost,
                   m_context.stores.quarantine.find(envelope.sender, submission));
        if (!lost || lost->cause != QuarantineCause::Undecryptable)
            continue;
        RECADO_CHECK(m_context.stores.quarantine.remove(lost->id));
        RECADO_TRY([[maybe_unused]] const bool fresh,
                   m_context.stores.arrivals.markSubmission(envelope.sender, submission));
        if (lost->placeholder == 0)
            continue;
        RECADO_TRY(std::optional<Message> row, m_context.stores.messages.view(lost->placeholder));
        if (!row || !row->placeholder)
            continue;
        RECADO_TRY(const bool shared,
                   m_context.stores.quarantine.isPlaceholderOf(envelope.sender.account, lost->placeholder));
        if (shared)
            continue; // it stands for others, too
        if (keepOne && kept == 0) {
            kept = lost->placeholder;
            continue;
        }
        // What was lost shows nothing (a receipt, say), or is shown elsewhere already.
        RECADO_CHECK(m_context.stores.changes.remove(lost->placeholder));
        row->deleted = true;
        m_context.changes.conversationChanged(row->conversation);
        m_context.changes.messageChanged(std::move(*row));
    }
    return kept;
}

base::Status ContentApplier::tell(LocalId local, bool filled, bool changed, const NewMessage& row,
                                  const ContactRecord& contact) {
    Message message;
    if (row.quoted || filled || changed) {
        RECADO_TRY(std::optional<Message> view, m_context.stores.messages.view(local));
        if (!view)
            return makeError(Reason::StorageCorrupt, QStringLiteral("a new row is not there"));
        message = std::move(*view);
    } else {
        message.id = local;
        message.conversation = row.key.conversation;
        message.sender = personOf(contact);
        message.text = row.text;
        message.timestampMs = row.timestampMs;
        message.status = row.status;
        message.gapBefore = row.missingBefore > 0;
    }
    if (filled)
        m_context.changes.messageChanged(std::move(message));
    else
        m_context.changes.messageReceived(std::move(message));
    return {};
}

} // namespace recado::messaging
