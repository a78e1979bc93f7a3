#pragma once

#include "messaging/ChangeApplier.h"
#include "messaging/MessagePlacer.h"
#include "messaging/PeerAcceptance.h"
#include "messaging/ResendDesk.h"

namespace recado::messaging {

/// What an own other device said, changed, read or accepted: shown here as if it had happened here. Engine
/// thread, inside a work and a savepoint.
class CopyApplier {
public:
    /// All borrowed.
    CopyApplier(EngineContext& context, ResendDesk& resends, PeerAcceptance& acceptance,
                ChangeApplier& changes, MessagePlacer& placer);

    /// `own` is the own account as it is known. Errors as of ContentApplier::apply().
    base::Status apply(const content::Content& content, const ContactRecord& own,
                       const base::DeviceAddress& sender, FollowUps& followUps);

private:
    base::Status applyText(const content::Content& content, const base::AccountId& peer,
                           const base::DeviceAddress& sender, FollowUps& followUps);
    base::Status applyRead(const content::Receipt& receipt, const base::AccountId& peer);
    base::Status acceptPeer(const base::AccountId& peer, FollowUps& followUps);
    base::Result<ConversationRecord> openConversation(const base::AccountId& peer, FollowUps& followUps);

    EngineContext& m_context;
    ResendDesk& m_resends;
    PeerAcceptance& m_acceptance;
    ChangeApplier& m_changes;
    MessagePlacer& m_placer;
};

} // namespace recado::messaging
