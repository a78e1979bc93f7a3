#pragma once

#include "messaging/ConversationDesk.h"

namespace recado::messaging {

/// What the person does to messages: writes, changes, deletes, reacts, reads, tries again. Each function is
/// one unit of work and has committed when it returns; the caller wakes the outbox. Errors as in Client.
/// Engine thread.
class Composer {
public:
    /// All borrowed.
    Composer(EngineContext& context, OutboxLedger& ledger, ConversationDesk& conversations,
             PeerAcceptance& acceptance);

    /// One text to be sent.
    struct Draft {
        base::ConversationId conversation;
        QString text;
        std::optional<LocalId> replyTo;
    };
    /// All drafts in one unit of work, in order; each has its own result. One that fails takes none of the
    /// others along, unless the work as a whole cannot be committed.
    QVector<base::Result<Message>> sendTexts(const QVector<Draft>& drafts, FollowUps& followUps);
    base::Status edit(LocalId message, const QString& text, FollowUps& followUps);
    base::Status remove(LocalId message, bool forEveryone, FollowUps& followUps);
    base::Status react(LocalId message, const QString& emoji, FollowUps& followUps);
    base::Status markRead(LocalId message, FollowUps& followUps);
    base::Status retry(LocalId message, FollowUps& followUps);

private:
    struct Peer {
        ConversationRecord conversation;
        ContactRecord contact;
    };

    base::Result<Message> compose(const Draft& draft, FollowUps& followUps);
    base::Result<Peer> peerOf(const base::ConversationId& conversation);
    base::Result<StoredMessage> load(LocalId message);
    base::Status mayChange(const StoredMessage& message) const;
    base::Status checkText(const QString& text) const;
    base::Status tellOwnDevicesRead(const base::ConversationId& conversation,
                                    const QVector<StoredMessage>& seen, FollowUps& followUps);
    base::Status tellChanged(LocalId message);
    /// Appends a change of `target` to the outbox; its clock is already its own.
    base::Status appendChange(const StoredMessage& target, content::Content content, FollowUps& followUps);
    base::Status eraseLocally(const StoredMessage& message);

    EngineContext& m_context;
    OutboxLedger& m_ledger;
    ConversationDesk& m_conversations;
    PeerAcceptance& m_acceptance;
};

} // namespace recado::messaging
