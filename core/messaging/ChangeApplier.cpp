#include "messaging/ChangeApplier.h"

#include "messaging/Emoji.h"
#include "messaging/MessageTexts.h"
#include "protocol/FrameCodec.h"

namespace recado::messaging {

using base::makeError;
using base::Reason;
using protocol::toBytes;

namespace {

const content::MessageRef& targetOf(const content::Content& content) {
    if (content.has_edit())
        return content.edit().target();
    if (content.has_delete_message())
        return content.delete_message().target();
    return content.reaction().target();
}

} // namespace

base::Status ChangeApplier::apply(const content::Content& content, const ContactRecord& from) {
    const content::MessageRef& reference = targetOf(content);
    const auto conversation = base::ConversationId::fromBytes(toBytes(content.conversation_id()));
    const auto author = base::AccountId::fromBytes(toBytes(reference.author_account()));
    const auto id = base::MessageId::fromBytes(toBytes(reference.message_id()));
    if (!conversation || !author || !id)
        return makeError(Reason::MalformedFrame, QStringLiteral("a change that names no message"));
    const MessageKey key{*conversation, *author, *id};
    RECADO_TRY(const std::optional<StoredMessage> target, m_context.stores.messages.find(key));
    if (target)
        return applyTo(*target, content, from.account);
    // Strangers do not get to fill the disk with changes of messages that never come; and what only an author
    // may do is nothing to wait with.
    const bool own = from.account == m_context.ownAccount();
    const bool mayCount =
        *author == from.account || (content.has_reaction() && (own || *author == m_context.ownAccount()));
    if ((!from.accepted && !own) || !mayCount)
        return {};
    return m_context.stores.changes.addEarly(
        {key, from.account, toBytes(content.SerializeAsString()), m_context.nowMs()});
}

base::Status ChangeApplier::applyEarly(const MessageKey& target) {
    RECADO_TRY(const QVector<EarlyChange> early, m_context.stores.changes.takeEarly(target));
    for (const EarlyChange& change : early) {
        content::Content content;
        if (!content.ParseFromArray(change.content.constData(), int(change.content.size())))
            return makeError(Reason::StorageCorrupt, QStringLiteral("an early change cannot be read"));
        RECADO_TRY(const std::optional<StoredMessage> message, m_context.stores.messages.find(target));
        if (message)
            RECADO_CHECK(applyTo(*message, content, change.sender));
    }
    return {};
}

base::Status ChangeApplier::applyTo(const StoredMessage& target, const content::Content& content,
                                    const base::AccountId& sender) {
    if (target.deleted || target.placeholder)
        return {};
    if (content.has_reaction()) {
        const QString emoji = QString::fromStdString(content.reaction().emoji());
        if (!emoji.isEmpty() && !isEmoji(emoji))
            return {}; // nothing that could be mistaken for words
        RECADO_TRY(const bool changed,
                   m_context.stores.changes.react(target.local, sender, emoji, content.clock()));
        if (!changed)
            return {};
    } else {
        const bool inTime = m_placer.sentAtMs(content) - target.timestampMs <= changeableMs;
        if (target.key.author != sender || !inTime)
            return {};
        if (content.has_delete_message()) {
            RECADO_CHECK(m_context.stores.changes.erase(target.local));
        } else {
            const std::string& text = content.edit().text();
            if (!isUsableText(text, m_context.state.limits))
                return makeError(Reason::MalformedFrame, QStringLiteral("an edit without a usable text"));
            if (content.clock() <= target.editClock)
                return {};
            RECADO_CHECK(
                m_context.stores.changes.edit(target.local, QString::fromStdString(text), content.clock()));
        }
        m_context.changes.conversationChanged(target.key.conversation);
    }
    RECADO_TRY(std::optional<Message> view, m_context.stores.messages.view(target.local));
    if (view)
        m_context.changes.messageChanged(std::move(*view));
    return {};
}

} // namespace recado::messaging
