#pragma once

#include "content.pb.h"
#include "messaging/EngineContext.h"
#include "messaging/OwnTypingKey.h"
#include "routing/DeviceList.h"

namespace recado::messaging {

/// Turns one composed content into the exact bytes of a submission: one envelope for each device of the
/// receiver, and one for each other device of the own account when it concerns them. Engine thread, always
/// inside a work and a savepoint.
class OutboxSealer {
public:
    /// Both are borrowed.
    OutboxSealer(EngineContext& context, OwnTypingKey& typingKey);

    /// Gives the item its place in the conversation (first time only) and a submission number, seals it,
    /// and stores it as Sealed. There is a session with every listed device, the own other ones included.
    /// NoSession (also when nobody is left to seal it for), IdentityChanged, MessageTooLong, CryptoFailed,
    /// StorageFailed, StorageCorrupt.
    base::Status seal(OutboxItem& item, const ContactRecord& contact);

private:
    base::Status placeInConversation(OutboxItem& item, content::Content& content);
    base::Status address(content::Content& content, const OutboxItem& item, const ContactRecord& contact);
    base::Status sealFor(const routing::DeviceList& list, content::Content& content, wire::Submit& submit);
    base::Result<wire::Envelope> envelopeFor(const base::AccountId& account,
                                             const routing::ListedDevice& device, content::Content& content,
                                             bool hasBody);

    EngineContext& m_context;
    OwnTypingKey& m_typingKey;
};

} // namespace recado::messaging
