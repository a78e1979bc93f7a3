#pragma once

#include "crypto/PreKeys.h"
#include "crypto/SessionCipher.h"
#include "crypto/Stores.h"

#include <functional>
#include <map>
#include <memory>
#include <set>

namespace recado::tests {

/// Everything a device's stores hold. A plain value, so that a test can take a copy and put it back: what a
/// savepoint does in the database.
struct CryptoTables {
    std::map<base::DeviceAddress, QByteArray> sessions;
    std::map<std::uint32_t, QByteArray> preKeys;
    std::map<std::uint32_t, QByteArray> signedPreKeys;
    std::map<base::AccountId, QByteArray> identities;
    std::set<std::pair<base::DeviceAddress, QByteArray>> seenBaseKeys;

    bool operator==(const CryptoTables&) const = default;
};

/// All store interfaces of crypto in memory, with a failure a test can arm and a count of writes.
class MemoryCryptoStores final : public crypto::SessionStore,
                                 public crypto::PreKeyStore,
                                 public crypto::IdentityStore,
                                 public crypto::SeenBaseKeyStore {
public:
    MemoryCryptoStores(crypto::IdentityKeyPair identity, std::uint32_t registrationId)
        : m_identity(std::move(identity))
        , m_registrationId(registrationId) {}

    CryptoTables tables;
    int writes = 0;
    /// The store calls (of any kind) until one fails; negative: never.
    int callsUntilFailure = -1;
    /// Runs inside every store call: what a careless store might do there.
    std::function<void()> whileAsked;

    base::Result<std::optional<QByteArray>> loadSession(const base::DeviceAddress& address) override {
        return find(tables.sessions, address);
    }
    base::Status storeSession(const base::DeviceAddress& address, QByteArrayView record) override {
        return write([&] { tables.sessions[address] = record.toByteArray(); });
    }
    base::Status removeSession(const base::DeviceAddress& address) override {
        return write([&] { tables.sessions.erase(address); });
    }
    base::Result<std::optional<QByteArray>> loadPreKey(std::uint32_t id) override {
        return find(tables.preKeys, id);
    }
    base::Status storePreKey(std::uint32_t id, QByteArrayView record) override {
        return write([&] { tables.preKeys[id] = record.toByteArray(); });
    }
    base::Status removePreKey(std::uint32_t id) override {
        return write([&] { tables.preKeys.erase(id); });
    }
    base::Result<std::optional<QByteArray>> loadSignedPreKey(std::uint32_t id) override {
        return find(tables.signedPreKeys, id);
    }
    base::Status storeSignedPreKey(std::uint32_t id, QByteArrayView record, qint64) override {
        return write([&] { tables.signedPreKeys[id] = record.toByteArray(); });
    }
    base::Result<crypto::IdentityKeyPair> localIdentity() override {
        if (failsNow())
            return failure();
        return m_identity.clone();
    }
    base::Result<std::uint32_t> registrationId() override {
        if (failsNow())
            return failure();
        return m_registrationId;
    }
    base::Result<std::optional<QByteArray>> trustedIdentity(const base::AccountId& account) override {
        return find(tables.identities, account);
    }
    base::Status saveIdentity(const base::AccountId& account, QByteArrayView publicKey) override {
        return write([&] { tables.identities[account] = publicKey.toByteArray(); });
    }
    base::Result<bool> insertIfNew(const base::DeviceAddress& address, QByteArrayView baseKey) override {
        if (failsNow())
            return failure();
        const bool inserted = tables.seenBaseKeys.emplace(address, baseKey.toByteArray()).second;
        writes += inserted ? 1 : 0;
        return inserted;
    }

private:
    static base::Error failure() {
        return base::makeError(base::Reason::StorageFailed, QStringLiteral("armed by the test"));
    }
    bool failsNow() {
        if (whileAsked)
            whileAsked();
        if (callsUntilFailure < 0)
            return false;
        return callsUntilFailure-- == 0;
    }
    template <typename Table, typename Key>
    base::Result<std::optional<QByteArray>> find(const Table& table, const Key& key) {
        if (failsNow())
            return failure();
        const auto row = table.find(key);
        return row == table.end() ? std::optional<QByteArray>() : row->second;
    }
    template <typename Change>
    base::Status write(const Change& change) {
        if (failsNow())
            return failure();
        change();
        ++writes;
        return {};
    }

    crypto::IdentityKeyPair m_identity;
    std::uint32_t m_registrationId;
};

/// One device with its stores, cipher and prekeys, enough to write to and to be written to.
class CryptoDevice {
public:
    explicit CryptoDevice(std::uint32_t device = 1)
        : CryptoDevice(base::AccountId::random(), *crypto::generateIdentity(), device) {}
    CryptoDevice(const base::AccountId& account, crypto::IdentityKeyPair identity, std::uint32_t device)
        : address{account, device}
        , identityKeys(identity.clone())
        , stores(std::move(identity), *crypto::generateRegistrationId())
        , cipher(*crypto::SessionCipher::create(stores, stores, stores, stores)) {
        rotateSignedPreKey(1);
    }

    const base::DeviceAddress address;
    const crypto::IdentityKeyPair identityKeys;
    MemoryCryptoStores stores;
    const std::unique_ptr<crypto::SessionCipher> cipher;

    void rotateSignedPreKey(std::uint32_t id) {
        m_signed = *crypto::PreKeyGenerator::signedPreKey(identityKeys, id, 1'750'000'000'000);
        stores.tables.signedPreKeys[id] = m_signed.record.view().toByteArray();
    }

    /// A bundle as the relay would hand it out; with a fresh one-time prekey unless they "ran out".
    crypto::PreKeyBundle bundle(bool withOneTime = true) {
        crypto::PreKeyBundle bundle;
        bundle.registrationId = *stores.registrationId();
        bundle.identityKey = identityKeys.publicKey;
        bundle.signedPreKeyId = m_signed.id;
        bundle.signedPreKey = m_signed.publicKey;
        bundle.signedPreKeySignature = m_signed.signature;
        if (withOneTime) {
            auto keys = crypto::PreKeyGenerator::oneTimePreKeys(m_nextPreKey, 1);
            const crypto::OneTimePreKey& key = keys->front();
            stores.tables.preKeys[key.id] = key.record.view().toByteArray();
            bundle.oneTime = {key.id, key.publicKey};
            m_nextPreKey = crypto::PreKeyGenerator::nextId(m_nextPreKey);
        }
        return bundle;
    }

    /// decrypt() as the pipeline calls it: what did not decrypt leaves no trace.
    crypto::DecryptResult receive(const CryptoDevice& sender, const crypto::SealedMessage& message) {
        const CryptoTables savepoint = stores.tables;
        crypto::DecryptResult result = cipher->decrypt(sender.address, message.kind, message.bytes);
        if (result.outcome != crypto::DecryptOutcome::Decrypted)
            stores.tables = savepoint;
        return result;
    }

private:
    crypto::SignedPreKey m_signed;
    std::uint32_t m_nextPreKey = 1;
};

} // namespace recado::tests
