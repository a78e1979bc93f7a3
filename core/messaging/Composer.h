#pragma once

#include "messaging/ConversationDesk.h"

namespace recado::messaging {

/// What the person does to messages: writes, changes, deletes, reacts, reads, tries again. Each function is
/// one unit of work and has committed when it returns; the caller wakes the outbox. Errors as in Client.
/// Engine thread.
class Composer {
public:
    /// All borrowed.
    Composer(EngineContext& context, Outbox& outbox, ConversationDesk& conversations);

    base::Result<Message> sendText(const base::ConversationId& conversation, const QString& text,
                                   std::optional<LocalId> replyTo, FollowUps& followUps);
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

    base::Result<Peer> peerOf(const base::ConversationId& conversation);
    base::Result<StoredMessage> load(LocalId message);
    base::Status mayChange(const StoredMessage& message) const;
    base::Status checkText(const QString& text) const;
    base::Status tellChanged(LocalId message);
    /// Appends a change of `target` to the outbox; its clock is already its own.
    base::Status appendChange(const StoredMessage& target, content::Content content, FollowUps& followUps);
    base::Status eraseLocally(const StoredMessage& message);

    EngineContext& m_context;
    Outbox& m_outbox;
    ConversationDesk& m_conversations;
};

} // namespace recado::messaging
