#include "crypto/SessionCipherPrivate.h"

#include "crypto/PreKeyBinding.h"
#include "crypto/RecordBounds.h"

#include <session_cipher.h>

#include <algorithm>

namespace recado::crypto {

namespace {

// Messages that may be missing at the start of a new chain for archived sessions to be tried with it, too.
// Each try derives every skipped key, so that a forged message with a high counter would cost eleven times
// 700.
constexpr std::uint32_t maximumGapInArchived = 64;

/// What the decryption callback is to do: undo the binding, or refuse before anything is stored.
struct Opening {
    const std::optional<OuterFields>& outer;
    std::optional<QByteArray> plaintext;
};

int takePlaintext(session_cipher*, signal_buffer* opened, void* user) {
    auto* opening = static_cast<Opening*>(user);
    opening->plaintext =
        unbindOuterFields(opening->outer, QByteArrayView(signal_buffer_const_data(opened),
                                                         qsizetype(signal_buffer_len(opened))));
    return opening->plaintext.has_value() ? SG_SUCCESS : SG_ERR_INVALID_MESSAGE;
}

DecryptOutcome outcomeOf(int status) {
    switch (status) {
    case SG_ERR_DUPLICATE_MESSAGE:
        return DecryptOutcome::Duplicate;
    case SG_ERR_INVALID_KEY_ID:
        return DecryptOutcome::UnknownPreKey;
    case SG_ERR_NO_SESSION:
        return DecryptOutcome::NoSession;
    case SG_ERR_UNTRUSTED_IDENTITY:
        return DecryptOutcome::IdentityChanged;
    case SG_ERR_NOMEM:
        return DecryptOutcome::StorageFailed;
    default:
        return status >= 0 ? DecryptOutcome::Decrypted : DecryptOutcome::InvalidMessage;
    }
}

} // namespace

DecryptResult refusal(DecryptOutcome outcome) {
    DecryptResult result;
    result.outcome = outcome;
    return result;
}

DecryptResult storageRefusal(base::Error error) {
    DecryptResult result = refusal(DecryptOutcome::StorageFailed);
    result.storageError = std::move(error);
    return result;
}

DecryptResult changedIdentity(const QByteArray& identity) {
    DecryptResult result = refusal(DecryptOutcome::IdentityChanged);
    result.newIdentity = identity;
    return result;
}

base::Status SessionCipher::Private::Entry::check() const {
    if (m_first)
        return {};
    return base::makeError(base::Reason::Internal,
                           QStringLiteral("a store called back into the cipher that was asking it"));
}

base::Result<SessionCipher::Private::Peer>
SessionCipher::Private::peer(const base::DeviceAddress& address,
                             const std::optional<SkippedKeys::Wanted>& wanted) {
    Peer peer;
    peer.address = address;
    RECADO_TRY(peer.trusted, identities.trustedIdentity(address.account));
    RECADO_TRY(std::optional<QByteArray> stored, sessions.loadSession(address));
    if (stored.has_value()) {
        peer.slim = peer.skipped.takeFrom(*stored, wanted);
        base::wipe(*stored);
        RECADO_TRY(peer.record, SessionRecord::parse(peer.slim, context->get()));
    }
    return peer;
}

StagedCall SessionCipher::Private::stage(Peer& peer, const QByteArray& identity) {
    StagedCall call;
    call.trusted = identity;
    if (!peer.record.has_value())
        return call;
    if (!peer.record->keepOnly(identity))
        call.record = peer.slim;
    else if (const QByteArray kept = peer.record->bytes(); !kept.isEmpty())
        call.record = kept;
    return call;
}

SessionCipher::Private::Target SessionCipher::Private::targetOf(const Peer& peer,
                                                                const IncomingMessage& incoming) {
    Target target;
    target.opensSession = incoming.preKeyMessage() != nullptr;
    target.gap = incoming.counter(); // a new chain begins at 0
    if (!peer.record.has_value())
        return target;
    const auto chain = peer.record->findChain(incoming.ratchetKey());
    if (target.opensSession) {
        const auto session =
            peer.record->findSession(pre_key_signal_message_get_base_key(incoming.preKeyMessage()));
        target.opensSession = !session.has_value();
        target.state = session.value_or(0);
    } else if (chain.has_value()) {
        target.state = chain->state;
    } else if (incoming.counter() > maximumGapInArchived) {
        target.state = 0;
    }
    if (!target.opensSession && chain.has_value() && chain->state == target.state)
        target.gap = incoming.counter() - std::min(chain->next, incoming.counter());
    return target;
}

base::Status SessionCipher::Private::flush(const Peer& peer, const StagedCall& call) {
    if (call.newIdentity.has_value() && !peer.trusted.has_value())
        RECADO_CHECK(identities.saveIdentity(peer.address.account, *call.newIdentity));
    if (call.newRecord.has_value())
        RECADO_CHECK(storeRecord(peer, *call.newRecord + call.others));
    if (call.removedPreKey.has_value())
        RECADO_CHECK(preKeys.removePreKey(*call.removedPreKey));
    return {};
}

base::Status SessionCipher::Private::storeRecord(const Peer& peer, QByteArray record) {
    QByteArray whole = peer.skipped.backIn(record);
    QByteArray bounded = boundedRecord(whole, maximumRecordSize, maximumArchivedStates);
    base::Status stored = sessions.storeSession(peer.address, bounded);
    for (QByteArray* bytes : {&bounded, &whole, &record})
        base::wipe(*bytes);
    return stored;
}

/// Lets libsignal decrypt against the staged record; nothing is written to a store.
DecryptResult SessionCipher::Private::run(const IncomingMessage& incoming, StagedCall& call) {
    const StoreBridge::Scope scope(*bridge, call);
    Handle<session_cipher, session_cipher_free> cipher;
    if (session_cipher_create(cipher.out(), bridge->get(), &anyPeer, context->get()) < 0)
        return refusal(DecryptOutcome::StorageFailed);
    session_cipher_set_decryption_callback(cipher.get(), takePlaintext);
    Opening opening{incoming.outer(), std::nullopt};
    SignalBuffer plaintext;
    const int status = incoming.preKeyMessage() != nullptr
                           ? session_cipher_decrypt_pre_key_signal_message(
                                 cipher.get(), incoming.preKeyMessage(), &opening, plaintext.out())
                           : session_cipher_decrypt_signal_message(cipher.get(), incoming.message(), &opening,
                                                                   plaintext.out());
    if (call.storeError.has_value())
        return storageRefusal(*call.storeError);
    DecryptResult result = refusal(outcomeOf(status));
    if (result.outcome == DecryptOutcome::Decrypted)
        result.plaintext = *std::move(opening.plaintext);
    result.consumedPreKey = call.removedPreKey;
    return result;
}

DecryptResult SessionCipher::Private::decryptKnown(Peer& peer, const IncomingMessage& incoming,
                                                   const QByteArray& identity) {
    StagedCall call = stage(peer, identity);
    const bool hasStates = peer.record.has_value() && peer.record->hasAnyState();
    if (incoming.preKeyMessage() == nullptr && !hasStates)
        return refusal(DecryptOutcome::NoSession);
    const Target target = targetOf(peer, incoming);
    if (target.gap > maximumGap)
        return refusal(DecryptOutcome::GapTooLarge);
    if (call.record.has_value() && target.state.has_value()) {
        IsolatedState isolated = isolatedState(*call.record, *target.state);
        call.record = std::move(isolated.record);
        call.others = std::move(isolated.others);
    }

    DecryptResult result = run(incoming, call);
    if (result.outcome != DecryptOutcome::Decrypted)
        return result;
    if (target.opensSession && !incoming.outer()->preKeyId.has_value()) {
        // A one-time prekey is gone after use; without one, only this table stops a replay.
        const auto isNew = seenBaseKeys.insertIfNew(peer.address, incoming.outer()->baseKey);
        if (!isNew.ok())
            return storageRefusal(isNew.error());
        if (!*isNew)
            return refusal(DecryptOutcome::ReplayedPreKey);
    }
    if (auto flushed = flush(peer, call); !flushed.ok())
        return storageRefusal(std::move(flushed).error());
    result.sessionEstablished = target.opensSession;
    return result;
}

/// A prekey message under another identity than the trusted one: reported as a change only if it really was
/// made with that identity, so that a damaged message alarms nobody. Nothing is stored, and the one-time
/// prekey stays for the second attempt after the person has decided.
DecryptResult SessionCipher::Private::decryptChanged(const IncomingMessage& incoming) {
    if (incoming.counter() > maximumGap)
        return refusal(DecryptOutcome::GapTooLarge);
    StagedCall call;
    call.trusted = incoming.outer()->identityKey;
    DecryptResult result = run(incoming, call);
    base::wipe(result.plaintext);
    if (result.outcome == DecryptOutcome::Decrypted)
        return changedIdentity(incoming.outer()->identityKey);
    result.consumedPreKey.reset();
    return result;
}

} // namespace recado::crypto
