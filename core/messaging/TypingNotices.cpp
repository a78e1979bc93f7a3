#include "messaging/TypingNotices.h"

#include "content.pb.h"
#include "crypto/EphemeralCipher.h"
#include "messaging/ConversationIds.h"
#include "protocol/FrameCodec.h"

namespace recado::messaging {

using protocol::fromBytes;
using protocol::toBytes;

namespace {

constexpr qsizetype noticeKeyIdSize = 8;

QByteArray noticeContext(const base::AccountId& sender, const base::AccountId& receiver) {
    return QByteArrayLiteral("recado typing v1") + sender.toBytes() + receiver.toBytes();
}

} // namespace

TypingNotices::TypingNotices(EngineContext& context, OwnTypingKey& typingKey)
    : m_context(context)
    , m_typingKey(typingKey) {
    m_expiry.setSingleShot(true);
    connect(&m_expiry, &QTimer::timeout, this, [this] { expire(); });
}

base::Status TypingNotices::setTyping(const base::ConversationId& conversation, bool typing) {
    RECADO_TRY(const std::optional<ConversationRecord> record,
               m_context.stores.conversations.conversation(conversation));
    if (!record)
        return base::makeError(base::Reason::UnknownChat, QStringLiteral("there is no such conversation"));
    if (!m_context.state.online || !m_context.state.privacy.sendTyping || record->request)
        return {};
    const qint64 now = m_context.clock.monotonicMs();
    const auto last = m_sentAtMs.constFind(conversation);
    if (typing && last != m_sentAtMs.constEnd() && now - *last < m_context.timing.typingIntervalMs)
        return {};
    if (!typing && last == m_sentAtMs.constEnd())
        return {};
    RECADO_TRY(const std::optional<ContactRecord> contact, m_context.stores.contacts.contact(record->peer));
    if (!contact || !contact->accepted || !contact->identity.pending.isEmpty())
        return {};
    if (typing)
        m_sentAtMs[conversation] = now;
    else
        m_sentAtMs.remove(conversation);
    return send(*contact, conversation, typing);
}

base::Status TypingNotices::send(const ContactRecord& contact, const base::ConversationId& conversation,
                                 bool typing) {
    TypingKeyRecord key;
    const base::Status written = inWork(m_context, [&]() -> base::Status {
        RECADO_TRY(key, m_typingKey.current());
        return {};
    });
    RECADO_CHECK(written);
    if (contact.sentTypingKeyId != key.keyId)
        return {}; // the peer could not read it; the next message brings the key
    content::TypingNotice notice;
    notice.set_conversation_id(fromBytes(conversation.toBytes()));
    notice.set_typing(typing);
    notice.set_sent_at_ms(quint64(m_context.relayNowMs()));
    RECADO_TRY(const QByteArray sealed,
               crypto::sealEphemeral(key.key, noticeContext(m_context.ownAccount(), contact.account),
                                     toBytes(notice.SerializeAsString())));
    wire::ClientFrame frame;
    frame.mutable_ephemeral()->set_account_id(fromBytes(contact.account.toBytes()));
    frame.mutable_ephemeral()->set_payload(fromBytes(key.keyId + sealed));
    m_context.link.send({std::move(frame)});
    return {};
}

void TypingNotices::received(const wire::EphemeralDelivery& delivery) {
    const QByteArray payload = toBytes(delivery.payload());
    if (payload.size() <= noticeKeyIdSize)
        return;
    const auto contact = m_context.stores.contacts.contactByTypingKey(payload.left(noticeKeyIdSize));
    if (!contact)
        return m_context.storageFailed(contact.error());
    if (!*contact || !(*contact)->accepted || !(*contact)->identity.pending.isEmpty() ||
        (*contact)->typingKey.expiresAtMs + m_context.timing.typingLateMs < m_context.relayNowMs())
        return;
    const ContactRecord& from = **contact;
    const auto bytes =
        crypto::openEphemeral(from.typingKey.key, noticeContext(from.account, m_context.ownAccount()),
                              QByteArrayView(payload).sliced(noticeKeyIdSize));
    content::TypingNotice notice;
    if (!bytes || !notice.ParseFromArray(bytes->constData(), int(bytes->size())))
        return;
    const base::ConversationId conversation = directConversationId(m_context.ownAccount(), from.account);
    const qint64 age = m_context.relayNowMs() - qint64(notice.sent_at_ms());
    if (toBytes(notice.conversation_id()) != conversation.toBytes() ||
        qAbs(age) > m_context.timing.typingLateMs)
        return;
    show(conversation, personOf(from), notice.typing());
}

void TypingNotices::show(const base::ConversationId& conversation, const Person& person, bool typing) {
    const bool before = m_shown.contains(conversation);
    if (typing)
        m_shown[conversation] = {person, m_context.clock.monotonicMs() + m_context.timing.typingShownMs};
    else
        m_shown.remove(conversation);
    if (before != typing) {
        m_context.changes.typingChanged(conversation, person, typing);
        m_context.changes.publish();
    }
    if (typing && !m_expiry.isActive())
        m_expiry.start(m_context.timing.typingShownMs);
}

void TypingNotices::stopped(const base::ConversationId& conversation) {
    const auto shown = m_shown.constFind(conversation);
    if (shown != m_shown.constEnd())
        show(conversation, Person(shown->person), false);
}

void TypingNotices::expire() {
    const qint64 now = m_context.clock.monotonicMs();
    const auto conversations = m_shown.keys();
    for (const base::ConversationId& conversation : conversations) {
        if (m_shown[conversation].untilMs <= now)
            stopped(conversation);
    }
    if (!m_shown.isEmpty())
        m_expiry.start(m_context.timing.typingShownMs);
}

} // namespace recado::messaging
