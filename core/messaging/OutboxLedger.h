#pragma once

#include "content.pb.h"
#include "messaging/EngineContext.h"

namespace recado::messaging {

/// What the outbox writes about its contents: composed, accepted, given up, taken up again, together with the
/// status of the message that a content carries. Engine thread, always inside a work.
class OutboxLedger {
public:
    /// Numbers of earlier submissions that a content names (PROTOCOL.md, "Content").
    static constexpr int earlierKept = 8;

    explicit OutboxLedger(EngineContext& context)
        : m_context(context) {}

    /// Puts a content for `receiver` at the end. `message` is the row whose status follows it, or 0. Follow
    /// the commit with Outbox::wake().
    base::Status append(const base::AccountId& receiver, const base::MessageId& id, LocalId message,
                        content::Content content);
    /// The same for the own other devices alone: what this device did in the conversation with `peer`.
    /// Nothing when there is no other device.
    base::Status appendForOwnDevices(const base::AccountId& peer, content::Content content);

    /// An item that was accepted, or failed, is to be sealed anew under another number. Follow the commit
    /// with Outbox::requeue().
    base::Status composeAnew(OutboxItem& item);
    /// The relay refused what was sealed for devices that are no longer the right ones.
    base::Status sealAgain(OutboxItem& item);
    base::Status accept(OutboxItem& item);
    base::Status fail(OutboxItem& item, base::Reason reason);

private:
    base::Status insert(OutboxItem& item, content::Content& content);
    base::Status tellStatus(const OutboxItem& item, MessageStatus status,
                            std::optional<base::Reason> failure);

    EngineContext& m_context;
};

} // namespace recado::messaging
