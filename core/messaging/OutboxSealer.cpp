#include "messaging/OutboxSealer.h"

#include "content/Padding.h"
#include "crypto/BodyCipher.h"
#include "crypto/HeaderSeal.h"
#include "messaging/ConversationClock.h"
#include "messaging/OutboxLedger.h"
#include "messaging/PeerDirectory.h"
#include "protocol/FrameCodec.h"

namespace recado::messaging {

using base::makeError;
using base::Reason;
using protocol::fromBytes;
using protocol::toBytes;

namespace {

QByteArray paddedContent(const content::Content& content) {
    return content::pad(toBytes(content.SerializeAsString()));
}

/// More than naming the peer in a copy adds to a content.
constexpr std::size_t copyOverhead = 32;

/// What the own other devices have to know to show the same: what was said, changed, read and accepted here.
bool concernsOwnDevices(const content::Content& content) {
    switch (content.body_case()) {
    case content::Content::kText:
    case content::Content::kEdit:
    case content::Content::kDeleteMessage:
    case content::Content::kReaction:
        return true;
    case content::Content::kReceipt:
        return content.receipt().kind() == content::Receipt::KIND_READ;
    case content::Content::kGreeting:
        return content.greeting().accepted();
    default:
        return false;
    }
}

/// The small content that stands in an envelope for a detached body.
content::Content detachedStub(const content::Content& whole, const crypto::SealedBody& body) {
    content::Content stub;
    stub.set_message_id(whole.message_id());
    stub.set_conversation_id(whole.conversation_id());
    stub.set_sender_account(whole.sender_account());
    stub.set_sender_device(whole.sender_device());
    stub.set_receiver_account(whole.receiver_account());
    stub.set_peer_account(whole.peer_account());
    stub.set_submission(whole.submission());
    stub.set_sender_device_list_version(whole.sender_device_list_version());
    stub.mutable_detached_body()->set_key(fromBytes(body.key.view()));
    stub.mutable_detached_body()->set_digest(fromBytes(body.digest));
    return stub;
}

} // namespace

OutboxSealer::OutboxSealer(EngineContext& context, OwnTypingKey& typingKey)
    : m_context(context)
    , m_typingKey(typingKey) {}

base::Status OutboxSealer::seal(OutboxItem& item, const ContactRecord& contact) {
    content::Content content;
    if (!content.ParseFromArray(item.content.constData(), int(item.content.size())))
        return makeError(Reason::StorageCorrupt, QStringLiteral("an outbox item cannot be read"));
    RECADO_TRY(const routing::DeviceList list, PeerDirectory::listOf(contact));
    RECADO_CHECK(placeInConversation(item, content));
    RECADO_TRY(item.submission, m_context.stores.profile.takeNumbers(NumberSeries::Submission, 1));
    RECADO_CHECK(address(content, item, contact));

    const bool own = item.receiver == m_context.ownAccount();
    const bool copied = !own && m_context.state.hasOtherDevices() && concernsOwnDevices(content);
    wire::Submit submit;
    submit.set_submission(item.submission);
    if (content.ByteSizeLong() + (copied ? copyOverhead : 0) > m_context.state.limits.inlineBodyBytes) {
        const crypto::SealedBody body = crypto::sealBody(paddedContent(content));
        submit.set_body(fromBytes(body.ciphertext));
        content = detachedStub(content, body);
    }
    RECADO_CHECK(sealFor(list, content, submit));
    if (copied) {
        content.set_receiver_account(content.sender_account());
        content.set_peer_account(fromBytes(contact.account.toBytes()));
        content.clear_typing_key();
        RECADO_CHECK(sealFor(*m_context.state.ownList, content, submit));
    }
    item.sealed = toBytes(submit.SerializeAsString());
    if (item.sealed.size() + 64 > qsizetype(m_context.state.limits.messageBytes))
        return makeError(Reason::MessageTooLong, QStringLiteral("too long for this relay"));
    item.state = OutboxState::Sealed;
    return m_context.stores.outbox.update(item);
}

/// One recipient with an envelope for each of its devices but this one.
base::Status OutboxSealer::sealFor(const routing::DeviceList& list, content::Content& content,
                                   wire::Submit& submit) {
    wire::Recipient* recipient = submit.add_recipients();
    recipient->set_account_id(fromBytes(list.account.toBytes()));
    recipient->set_device_list_version(list.version);
    for (const routing::ListedDevice& device : list.devices) {
        if (!m_context.isOwnDevice({list.account, device.deviceId})) {
            RECADO_TRY(*recipient->add_envelopes(),
                       envelopeFor(list.account, device, content, !submit.body().empty()));
        }
    }
    if (recipient->envelopes_size() == 0)
        return makeError(Reason::NoSession, QStringLiteral("there is no device to seal for"));
    return {};
}

base::Status OutboxSealer::placeInConversation(OutboxItem& item, content::Content& content) {
    // Only what is shown has a place, and it keeps it however often it is sealed.
    if (!content.has_text() || content.sequence() != 0)
        return {};
    RECADO_TRY(const std::optional<ConversationRecord> record,
               m_context.stores.conversations.conversation(item.conversation));
    if (!record)
        return makeError(Reason::UnknownChat, QStringLiteral("the conversation was removed"));
    const quint64 clock = conversation_clock::next(record->clock, m_context.relayNowMs());
    const quint64 sequence = record->ownSequence + 1;
    RECADO_CHECK(m_context.stores.conversations.saveClock(item.conversation, clock, sequence));
    content.set_clock(clock);
    content.set_sequence(sequence);
    item.content = toBytes(content.SerializeAsString());
    RECADO_TRY(const std::optional<StoredMessage> row, m_context.stores.messages.load(item.message));
    if (!row)
        return {}; // removed from this device meanwhile; it is sent all the same
    RECADO_CHECK(m_context.stores.statuses.setOrder(item.message, clock, sequence));
    if (record->clock <= row->clock)
        return {};
    // Something arrived between composing and sealing: the message moves below it.
    RECADO_TRY(std::optional<Message> view, m_context.stores.messages.view(item.message));
    if (view)
        m_context.changes.messageChanged(std::move(*view));
    return {};
}

base::Status OutboxSealer::address(content::Content& content, const OutboxItem& item,
                                   const ContactRecord& contact) {
    const OwnAccount& own = *m_context.state.account;
    content.set_sender_account(fromBytes(own.account.toBytes()));
    content.set_sender_device(own.device);
    content.set_receiver_account(fromBytes(contact.account.toBytes()));
    content.set_submission(item.submission);
    content.set_sender_device_list_version(m_context.state.ownListVersion());
    content.mutable_profile()->set_display_name(own.displayName.toStdString());
    const auto& earlier = item.earlierSubmissions;
    for (qsizetype at = std::max<qsizetype>(0, earlier.size() - OutboxLedger::earlierKept);
         at < earlier.size(); ++at)
        content.add_earlier_submissions(earlier[at]);
    if (!contact.accepted || !m_context.state.privacy.sendTyping)
        return {};
    RECADO_TRY(const TypingKeyRecord key, m_typingKey.current());
    content.mutable_typing_key()->set_key_id(fromBytes(key.keyId));
    content.mutable_typing_key()->set_key(fromBytes(key.key));
    content.mutable_typing_key()->set_expires_at_ms(quint64(key.expiresAtMs));
    if (contact.sentTypingKeyId == key.keyId)
        return {};
    ContactRecord told = contact;
    told.sentTypingKeyId = key.keyId;
    return m_context.stores.contacts.saveContact(told);
}

base::Result<wire::Envelope> OutboxSealer::envelopeFor(const base::AccountId& account,
                                                       const routing::ListedDevice& device,
                                                       content::Content& content, bool hasBody) {
    content.set_receiver_device(device.deviceId);
    RECADO_TRY(const crypto::SealedMessage sealed,
               m_context.cipher.encrypt({account, device.deviceId}, paddedContent(content)));
    content::EnvelopeHeader header;
    header.set_kind(sealed.kind == crypto::MessageKind::PreKey ? content::EnvelopeHeader::KIND_PREKEY_MESSAGE
                                                               : content::EnvelopeHeader::KIND_MESSAGE);
    header.set_sender_account(content.sender_account());
    header.set_sender_device(content.sender_device());
    header.set_submission(content.submission());
    header.set_sender_device_list_version(content.sender_device_list_version());
    RECADO_TRY(const QByteArray sealedHeader,
               crypto::sealHeader(toBytes(header.SerializeAsString()), device.headerKey));
    wire::Envelope envelope;
    envelope.set_device_id(device.deviceId);
    envelope.set_registration_id(device.registrationId);
    envelope.set_sealed_header(fromBytes(sealedHeader));
    envelope.set_ciphertext(fromBytes(sealed.bytes));
    envelope.set_has_body(hasBody);
    return envelope;
}

} // namespace recado::messaging
