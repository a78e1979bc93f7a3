#include "messaging/EnvelopeOpener.h"

#include "content/Padding.h"
#include "crypto/BodyCipher.h"
#include "crypto/HeaderSeal.h"
#include "messaging/ConversationIds.h"
#include "messaging/PeerDirectory.h"
#include "protocol/FrameCodec.h"

namespace recado::messaging {

using protocol::toBytes;

namespace {

std::optional<content::Content> parsePadded(QByteArrayView padded) {
    const auto bytes = content::unpad(padded);
    content::Content content;
    if (!bytes || !content.ParseFromArray(bytes->constData(), int(bytes->size())))
        return std::nullopt;
    return content;
}

} // namespace

Envelope EnvelopeOpener::openHeader(const wire::Deliver& delivery) const {
    Envelope envelope;
    envelope.delivery = delivery.delivery_id();
    envelope.sealedHeader = toBytes(delivery.sealed_header());
    envelope.ciphertext = toBytes(delivery.ciphertext());
    envelope.body = toBytes(delivery.body());
    const auto bytes = crypto::openHeader(envelope.sealedHeader, m_context.state.account->headerKeys);
    content::EnvelopeHeader header;
    if (!bytes || !header.ParseFromArray(bytes->constData(), int(bytes->size())))
        return envelope;
    const auto account = base::AccountId::fromBytes(toBytes(header.sender_account()));
    if (!account || header.sender_device() == 0 || header.submission() == 0)
        return envelope;
    envelope.headerOpened = true;
    envelope.sender = {*account, header.sender_device()};
    envelope.submission = header.submission();
    envelope.senderListVersion = header.sender_device_list_version();
    envelope.prekeyMessage = header.kind() == content::EnvelopeHeader::KIND_PREKEY_MESSAGE;
    return envelope;
}

base::Result<OpenedEnvelope> EnvelopeOpener::open(const Envelope& envelope) {
    OpenedEnvelope opened;
    if (!envelope.headerOpened || m_context.isOwnDevice(envelope.sender))
        return opened;
    RECADO_TRY(const bool known,
               m_context.stores.arrivals.knowsSubmission(envelope.sender, envelope.submission));
    if (known) {
        opened.outcome = OpenOutcome::Known;
        return opened;
    }
    RECADO_TRY(const bool verified, isFromVerifiedDevice(envelope, opened.contact));
    if (!opened.contact.identity.pending.isEmpty()) {
        opened.outcome = OpenOutcome::Held;
        return opened;
    }
    if (!verified)
        return opened;
    RECADO_TRY(const std::optional<QByteArray> plaintext, decrypt(envelope));
    if (!plaintext)
        return opened;
    std::optional<content::Content> content = parsePadded(*plaintext);
    if (!content || !isAsClaimed(*content, envelope) ||
        content->receiver_device() != m_context.state.account->device)
        return opened;
    if (content->has_detached_body()) {
        content = wholeContent(*content, envelope);
        if (!content)
            return opened;
    }
    RECADO_TRY([[maybe_unused]] const bool fresh,
               m_context.stores.arrivals.markSubmission(envelope.sender, envelope.submission));
    opened.content = std::move(*content);
    opened.outcome = OpenOutcome::Opened;
    return opened;
}

base::Result<bool> EnvelopeOpener::isFromVerifiedDevice(const Envelope& envelope, ContactRecord& contact) {
    RECADO_TRY(std::optional<ContactRecord> known,
               m_context.stores.contacts.contact(envelope.sender.account));
    if (!known || known->deviceListVersion == 0)
        return false;
    contact = std::move(*known);
    RECADO_TRY(const routing::DeviceList list, PeerDirectory::listOf(contact));
    if (!list.find(envelope.sender.device))
        return false;
    if (contact.identity.trusted.isEmpty() && contact.identity.pending.isEmpty()) {
        // First contact: the session must be with the key that the account's own list names, or anybody
        // could open one in this account's name.
        contact.identity = {list.identityKey, {}, Trust::Unverified};
        RECADO_CHECK(m_context.stores.contacts.setIdentity(contact.account, contact.identity));
    }
    return true;
}

base::Result<std::optional<QByteArray>> EnvelopeOpener::decrypt(const Envelope& envelope) {
    crypto::DecryptResult result = m_context.cipher.decrypt(
        envelope.sender, envelope.prekeyMessage ? crypto::MessageKind::PreKey : crypto::MessageKind::Normal,
        envelope.ciphertext);
    if (result.outcome == crypto::DecryptOutcome::StorageFailed)
        return result.storageError.value_or(
            base::makeError(base::Reason::StorageFailed, QStringLiteral("a store of the session failed")));
    // Also a Duplicate: its submission is not known, so whatever it was has never been seen.
    if (result.outcome != crypto::DecryptOutcome::Decrypted)
        return std::optional<QByteArray>();
    return std::optional<QByteArray>(std::move(result.plaintext));
}

/// With whom the conversation is: the sender; or, when an own other device speaks, whom it names. Nothing for
/// a content that claims what is not its own.
std::optional<base::AccountId> EnvelopeOpener::peerOf(const content::Content& content,
                                                      const base::AccountId& sender) const {
    if (content.peer_account().empty())
        return sender;
    const auto peer = base::AccountId::fromBytes(toBytes(content.peer_account()));
    const bool copy = sender == m_context.ownAccount() && peer != sender;
    return copy ? peer : std::nullopt;
}

bool EnvelopeOpener::isAsClaimed(const content::Content& content, const Envelope& envelope) const {
    const base::AccountId& own = m_context.ownAccount();
    const std::optional<base::AccountId> peer = peerOf(content, envelope.sender.account);
    return peer && toBytes(content.receiver_account()) == own.toBytes() && isFromSender(content, envelope) &&
           toBytes(content.conversation_id()) == directConversationId(own, *peer).toBytes();
}

bool EnvelopeOpener::isFromSender(const content::Content& content, const Envelope& envelope) const {
    return toBytes(content.sender_account()) == envelope.sender.account.toBytes() &&
           content.sender_device() == envelope.sender.device && content.submission() == envelope.submission &&
           content.sender_device_list_version() == envelope.senderListVersion &&
           content.message_id().size() == std::size_t(base::MessageId::size);
}

std::optional<content::Content> EnvelopeOpener::wholeContent(const content::Content& stub,
                                                             const Envelope& envelope) const {
    const auto padded = crypto::openBody(toBytes(stub.detached_body().key()),
                                         toBytes(stub.detached_body().digest()), envelope.body);
    if (!padded)
        return std::nullopt;
    std::optional<content::Content> whole = parsePadded(*padded);
    if (!whole || !isFromSender(*whole, envelope) || whole->message_id() != stub.message_id() ||
        whole->conversation_id() != stub.conversation_id() || whole->has_detached_body())
        return std::nullopt;
    // One body serves all receivers: for a copy it names the peer, and the envelope says whose copy it is.
    if (whole->receiver_account() != stub.receiver_account() &&
        whole->receiver_account() != stub.peer_account())
        return std::nullopt;
    whole->set_receiver_account(stub.receiver_account());
    whole->set_peer_account(stub.peer_account());
    return whole;
}

} // namespace recado::messaging
