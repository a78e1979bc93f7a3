#include "crypto/SessionCipher.h"

#include "crypto/PreKeyBinding.h"
#include "crypto/SessionCipherPrivate.h"

#include <session_builder.h>
#include <session_cipher.h>

namespace recado::crypto {

namespace {

base::Error identityError() {
    return base::makeError(base::Reason::IdentityChanged,
                           QStringLiteral("the account's identity key is not the trusted one"));
}

} // namespace

SessionCipher::SessionCipher(std::unique_ptr<Private> d)
    : m_d(std::move(d)) {}

SessionCipher::~SessionCipher() {
    // The bridge's store context refers to the global one.
    m_d->bridge.reset();
}

base::Result<std::unique_ptr<SessionCipher>> SessionCipher::create(SessionStore& sessions,
                                                                   PreKeyStore& preKeys,
                                                                   IdentityStore& identities,
                                                                   SeenBaseKeyStore& seenBaseKeys) {
    auto d = std::make_unique<Private>(sessions, preKeys, identities, seenBaseKeys);
    RECADO_TRY(d->context, SignalContext::create());
    RECADO_TRY(d->bridge, StoreBridge::create(d->context->get(), preKeys, identities));
    return std::unique_ptr<SessionCipher>(new SessionCipher(std::move(d)));
}

base::Result<bool> SessionCipher::hasSession(const base::DeviceAddress& address) {
    const Private::Entry entry(*m_d);
    RECADO_CHECK(entry.check());
    RECADO_TRY(const Private::Peer peer, m_d->peer(address));
    return peer.canSend() && peer.isTrusted();
}

base::Status SessionCipher::startSession(const base::DeviceAddress& address, const PreKeyBundle& bundle) {
    const Private::Entry entry(*m_d);
    RECADO_CHECK(entry.check());
    if (!isValidBundle(bundle))
        return base::makeError(base::Reason::CryptoFailed, QStringLiteral("the prekey bundle is not valid"));
    RECADO_TRY(Private::Peer peer, m_d->peer(address));
    if (peer.trusted.has_value() && *peer.trusted != bundle.identityKey)
        return identityError();
    signal_context* context = m_d->context->get();
    const auto identity = decodePublicKey(bundle.identityKey, context);
    const auto signedKey = decodePublicKey(bundle.signedPreKey, context);
    SignalPointer<ec_public_key> oneTime;
    if (bundle.oneTime.has_value())
        oneTime = decodePublicKey(bundle.oneTime->publicKey, context);

    StagedCall call = m_d->stage(peer, bundle.identityKey);
    const StoreBridge::Scope scope(*m_d->bridge, call);
    SignalPointer<session_pre_key_bundle> libraryBundle;
    Handle<session_builder, session_builder_free> builder;
    const bool started = session_pre_key_bundle_create(
                             libraryBundle.out(), bundle.registrationId, int(address.device),
                             oneTime != nullptr ? bundle.oneTime->id : 0, oneTime.get(),
                             bundle.signedPreKeyId, signedKey.get(), asBytes(bundle.signedPreKeySignature),
                             std::size_t(bundle.signedPreKeySignature.size()), identity.get()) >= 0 &&
                         session_builder_create(builder.out(), m_d->bridge->get(), &anyPeer, context) >= 0 &&
                         session_builder_process_pre_key_bundle(builder.get(), libraryBundle.get()) >= 0;
    if (call.storeError.has_value())
        return *call.storeError;
    if (!started)
        return base::makeError(base::Reason::CryptoFailed, QStringLiteral("the session cannot begin"));
    return m_d->flush(peer, call);
}

base::Result<SealedMessage> SessionCipher::encrypt(const base::DeviceAddress& address,
                                                   QByteArrayView plaintext) {
    const Private::Entry entry(*m_d);
    RECADO_CHECK(entry.check());
    RECADO_TRY(Private::Peer peer, m_d->peer(address));
    if (!peer.canSend())
        return base::makeError(base::Reason::NoSession,
                               QStringLiteral("there is no session with the device"));
    if (!peer.isTrusted())
        return identityError();
    StagedCall call = m_d->stage(peer, *peer.trusted);
    const StoreBridge::Scope scope(*m_d->bridge, call);
    QByteArray bound = bindOuterFields(peer.record->pendingOuterFields(), plaintext);
    Handle<session_cipher, session_cipher_free> cipher;
    SignalPointer<ciphertext_message> message;
    const bool sealed =
        session_cipher_create(cipher.out(), m_d->bridge->get(), &anyPeer, m_d->context->get()) >= 0 &&
        session_cipher_encrypt(cipher.get(), asBytes(bound), std::size_t(bound.size()), message.out()) >= 0;
    base::wipe(bound);
    if (call.storeError.has_value())
        return *call.storeError;
    if (!sealed)
        return base::makeError(base::Reason::CryptoFailed, QStringLiteral("the message cannot be sealed"));
    RECADO_CHECK(m_d->flush(peer, call));
    const auto kind = ciphertext_message_get_type(message.get()) == CIPHERTEXT_PREKEY_TYPE
                          ? MessageKind::PreKey
                          : MessageKind::Normal;
    return SealedMessage{kind, toByteArray(ciphertext_message_get_serialized(message.get()))};
}

DecryptResult SessionCipher::decrypt(const base::DeviceAddress& address, MessageKind kind,
                                     QByteArrayView bytes) {
    const Private::Entry entry(*m_d);
    if (auto entered = entry.check(); !entered.ok())
        return storageRefusal(std::move(entered).error());
    const auto incoming = IncomingMessage::parse(kind, bytes, m_d->context->get());
    if (!incoming.has_value())
        return refusal(DecryptOutcome::InvalidMessage);
    auto peer =
        m_d->peer(address, SkippedKeys::Wanted{serialized(incoming->ratchetKey()), incoming->counter()});
    if (!peer.ok())
        return storageRefusal(std::move(peer).error());
    if (kind == MessageKind::PreKey) {
        const QByteArray& claimed = incoming->outer()->identityKey;
        if (peer->trusted.has_value() && *peer->trusted != claimed)
            return m_d->decryptChanged(*incoming);
        return m_d->decryptKnown(*peer, *incoming, claimed);
    }
    if (peer->canSend() && !peer->isTrusted())
        return changedIdentity(peer->record->remoteIdentity());
    if (!peer->trusted.has_value())
        return refusal(DecryptOutcome::NoSession);
    return m_d->decryptKnown(*peer, *incoming, *peer->trusted);
}

base::Status SessionCipher::resetSession(const base::DeviceAddress& address) {
    const Private::Entry entry(*m_d);
    RECADO_CHECK(entry.check());
    RECADO_TRY(Private::Peer peer, m_d->peer(address));
    if (!peer.record.has_value())
        return {};
    peer.record->archiveCurrent();
    QByteArray bytes = peer.record->bytes();
    return bytes.isEmpty() ? m_d->sessions.removeSession(address) : m_d->storeRecord(peer, std::move(bytes));
}

} // namespace recado::crypto
