#pragma once

#include "content.pb.h"
#include "messaging/EngineContext.h"
#include "messaging/Envelope.h"

namespace recado::messaging {

enum class OpenOutcome {
    Opened,
    Known,      // this submission was taken in before
    Held,       // the sender's identity changed and the person has not decided
    Unreadable, // roll back, keep the bytes
};

struct OpenedEnvelope {
    OpenOutcome outcome = OpenOutcome::Unreadable;
    content::Content content; // whole and checked, with Opened
    ContactRecord contact;    // the sender, with Opened
};

/// From sealed bytes to a content that is certainly the named device's, for this device, in this
/// conversation, under this number. `peer_account` is set only in what an own other device did. Engine
/// thread.
class EnvelopeOpener {
public:
    explicit EnvelopeOpener(EngineContext& context)
        : m_context(context) {}

    /// Opens the header only; never fails, see Envelope::headerOpened.
    [[nodiscard]] Envelope openHeader(const wire::Deliver& delivery) const;

    /// Inside a work and a savepoint, which the caller rolls back unless Opened. Errors are the store's.
    base::Result<OpenedEnvelope> open(const Envelope& envelope);

private:
    base::Result<bool> isFromVerifiedDevice(const Envelope& envelope, ContactRecord& contact);
    base::Result<std::optional<QByteArray>> decrypt(const Envelope& envelope);
    [[nodiscard]] std::optional<base::AccountId> peerOf(const content::Content& content,
                                                        const base::AccountId& sender) const;
    [[nodiscard]] bool isAsClaimed(const content::Content& content, const Envelope& envelope) const;
    [[nodiscard]] bool isFromSender(const content::Content& content, const Envelope& envelope) const;
    [[nodiscard]] std::optional<content::Content> wholeContent(const content::Content& stub,
                                                               const Envelope& envelope) const;

    EngineContext& m_context;
};

} // namespace recado::messaging
