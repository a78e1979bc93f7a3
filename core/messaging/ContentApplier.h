#pragma once

#include "messaging/CopyApplier.h"
#include "messaging/EnvelopeOpener.h"
#include "messaging/StatusUpdater.h"

namespace recado::messaging {

/// What an opened content means for this profile. Engine thread, inside a work and a savepoint.
class ContentApplier {
public:
    /// All borrowed.
    ContentApplier(EngineContext& context, ResendDesk& resends, PeerAcceptance& acceptance);

    /// Stores what it says and notes what there is to do afterwards. MalformedFrame for a content that breaks
    /// the protocol (the caller treats it as unreadable); other errors are the store's.
    base::Status apply(const OpenedEnvelope& opened, const Envelope& envelope, FollowUps& followUps);

private:
    base::Status learnAbout(ContactRecord& contact, const content::Content& content);
    base::Status applyText(ContactRecord& contact, const content::Content& content, const Envelope& envelope,
                           LocalId placeholder, FollowUps& followUps);
    base::Result<ConversationRecord> openConversation(ContactRecord& contact, FollowUps& followUps);
    base::Result<LocalId> healPlaceholders(const content::Content& content, const Envelope& envelope,
                                           bool keepOne);
    base::Status tell(LocalId message, bool filled, bool changed, const NewMessage& row,
                      const ContactRecord& contact);

    EngineContext& m_context;
    ResendDesk& m_resends;
    PeerAcceptance& m_acceptance;
    MessagePlacer m_placer;
    ChangeApplier m_changes;
    StatusUpdater m_statuses;
    CopyApplier m_copies;
};

} // namespace recado::messaging
