#include "crypto/SessionRecord.h"

#include <curve.h>
#include <ratchet.h>
#include <session_record.h>
#include <session_state.h>

namespace recado::crypto {

namespace {

bool hasKeys(const session_state* state) {
    return state != nullptr && session_state_has_sender_chain(state) == 1;
}

/// Calls `visit(state)` for the current and each archived state until it returns true; tells whether it did.
template <typename Visit>
bool anyState(session_record* record, const Visit& visit) {
    if (session_state* current = session_record_get_state(record); current != nullptr && visit(current))
        return true;
    auto* node = session_record_get_previous_states_head(record);
    for (; node != nullptr; node = session_record_get_previous_states_next(node)) {
        if (visit(session_record_get_previous_states_element(node)))
            return true;
    }
    return false;
}

} // namespace

base::Result<SessionRecord> SessionRecord::parse(const QByteArray& bytes, signal_context* context) {
    SignalPointer<session_record> record;
    if (session_record_deserialize(record.out(), asBytes(bytes), std::size_t(bytes.size()), context) < 0)
        return base::makeError(base::Reason::StorageCorrupt, QStringLiteral("a session record is damaged"));
    return SessionRecord(std::move(record));
}

bool SessionRecord::canSend() const {
    return hasKeys(session_record_get_state(m_record.get()));
}

bool SessionRecord::hasAnyState() const {
    return anyState(m_record.get(), [](session_state* state) { return hasKeys(state); });
}

QByteArray SessionRecord::remoteIdentity() const {
    const session_state* state = session_record_get_state(m_record.get());
    return hasKeys(state) ? serialized(session_state_get_remote_identity_key(state)) : QByteArray();
}

std::optional<OuterFields> SessionRecord::pendingOuterFields() const {
    const session_state* state = session_record_get_state(m_record.get());
    if (!hasKeys(state) || session_state_has_unacknowledged_pre_key_message(state) != 1)
        return std::nullopt;
    OuterFields outer;
    outer.registrationId = session_state_get_local_registration_id(state);
    if (session_state_unacknowledged_pre_key_message_has_pre_key_id(state) == 1)
        outer.preKeyId = session_state_unacknowledged_pre_key_message_get_pre_key_id(state);
    outer.signedPreKeyId = session_state_unacknowledged_pre_key_message_get_signed_pre_key_id(state);
    outer.baseKey = serialized(session_state_unacknowledged_pre_key_message_get_base_key(state));
    outer.identityKey = serialized(session_state_get_local_identity_key(state));
    return outer;
}

std::optional<SessionRecord::Chain> SessionRecord::findChain(ec_public_key* ratchetKey) const {
    int number = 0;
    std::optional<Chain> found;
    anyState(m_record.get(), [&](session_state* state) {
        if (const auto* chain = session_state_get_receiver_chain_key(state, ratchetKey); chain != nullptr)
            found = Chain{number, ratchet_chain_key_get_index(chain)};
        ++number;
        return found.has_value();
    });
    return found;
}

std::optional<int> SessionRecord::findSession(const ec_public_key* baseKey) const {
    int number = 0;
    const bool found = anyState(m_record.get(), [&](session_state* state) {
        if (ec_public_key_compare(session_state_get_alice_base_key(state), baseKey) == 0)
            return true;
        ++number;
        return false;
    });
    return found ? std::optional(number) : std::nullopt;
}

bool SessionRecord::keepOnly(const QByteArray& identity) {
    bool changed = false;
    if (!remoteIdentity().isEmpty() && remoteIdentity() != identity) {
        archiveCurrent();
        changed = true;
    }
    auto* node = session_record_get_previous_states_head(m_record.get());
    while (node != nullptr) {
        const session_state* state = session_record_get_previous_states_element(node);
        if (serialized(session_state_get_remote_identity_key(state)) == identity) {
            node = session_record_get_previous_states_next(node);
        } else {
            node = session_record_get_previous_states_remove(m_record.get(), node);
            changed = true;
        }
    }
    return changed;
}

void SessionRecord::archiveCurrent() {
    if (hasKeys(session_record_get_state(m_record.get())) &&
        session_record_archive_current_state(m_record.get()) < 0)
        qFatal("out of memory in a session record");
}

QByteArray SessionRecord::bytes() const {
    if (!hasAnyState())
        return {};
    SignalBuffer buffer;
    if (session_record_serialize(buffer.out(), m_record.get()) < 0)
        qFatal("out of memory in a session record");
    return toByteArray(buffer.get());
}

} // namespace recado::crypto
