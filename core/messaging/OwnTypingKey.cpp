#include "messaging/OwnTypingKey.h"

#include "crypto/EphemeralCipher.h"

#include <QtEndian>

namespace recado::messaging {

namespace {

constexpr QLatin1String typingKeyValue("typing-key");
constexpr int typingKeyIdSize = 8;
constexpr int typingKeySize = 32;
constexpr int typingKeyRowSize = typingKeyIdSize + typingKeySize + 8;

} // namespace

base::Status OwnTypingKey::load() {
    RECADO_TRY(const std::optional<QByteArray> row, m_context.stores.profile.value(typingKeyValue));
    if (!row || row->size() != typingKeyRowSize)
        return {};
    m_key.keyId = row->left(typingKeyIdSize);
    m_key.key = row->mid(typingKeyIdSize, typingKeySize);
    m_key.expiresAtMs = qFromBigEndian<qint64>(row->constData() + typingKeyIdSize + typingKeySize);
    return {};
}

base::Result<TypingKeyRecord> OwnTypingKey::current() {
    if (m_key.keyId.isEmpty())
        RECADO_CHECK(load());
    if (!m_key.keyId.isEmpty() && m_key.expiresAtMs > m_context.nowMs())
        return m_key;
    TypingKeyRecord fresh;
    fresh.keyId.resize(typingKeyIdSize);
    base::fillRandom(fresh.keyId.data(), typingKeyIdSize);
    fresh.key = crypto::generateEphemeralKey().view().toByteArray();
    fresh.expiresAtMs = m_context.nowMs() + lifetimeMs;
    QByteArray row = fresh.keyId + fresh.key + QByteArray(8, '\0');
    qToBigEndian(fresh.expiresAtMs, row.data() + typingKeyIdSize + typingKeySize);
    RECADO_CHECK(m_context.stores.profile.setValue(typingKeyValue, row));
    m_key = fresh;
    return fresh;
}

} // namespace recado::messaging
