#include "messaging/DeviceKeys.h"

#include "base/SigningKey.h"
#include "crypto/PreKeys.h"
#include "messaging/ProfileValues.h"
#include "protocol/FrameCodec.h"
#include "routing/DeviceList.h"

namespace recado::messaging {

using base::makeError;
using base::Reason;
using protocol::fromBytes;
using protocol::toBytes;

base::Result<wire::SignedDeviceList> DeviceKeys::makeFirstList(const OwnAccount& account) {
    RECADO_TRY(const base::SigningKey authKey, base::SigningKey::fromSeed(account.authSeed.view()));
    routing::DeviceList list;
    list.account = account.account;
    list.version = 1;
    list.issuedAtMs = m_context.nowMs();
    list.identityKey = account.identity.publicKey;
    list.devices = {
        {account.device, account.registrationId, authKey.publicKey(), account.headerKeys.publicKey}};
    const QByteArray bytes = list.serialise();
    RECADO_TRY(const QByteArray signature, crypto::sign(account.identity, crypto::label::deviceList, bytes));
    RECADO_CHECK(m_context.stores.profile.setValue(profile_value::deviceList, bytes));
    RECADO_CHECK(m_context.stores.profile.setValue(profile_value::deviceListSignature, signature));
    return ownList();
}

base::Result<wire::SignedDeviceList> DeviceKeys::ownList() {
    RECADO_TRY(const std::optional<QByteArray> bytes,
               m_context.stores.profile.value(profile_value::deviceList));
    RECADO_TRY(const std::optional<QByteArray> signature,
               m_context.stores.profile.value(profile_value::deviceListSignature));
    if (!bytes || !signature)
        return makeError(Reason::StorageCorrupt, QStringLiteral("the own device list is not stored"));
    wire::SignedDeviceList list;
    list.set_device_list(fromBytes(*bytes));
    list.set_signature(fromBytes(*signature));
    return list;
}

base::Result<bool> DeviceKeys::isRotationDue() {
    RECADO_TRY(const std::optional<QByteArray> created,
               m_context.stores.profile.value(profile_value::signedPrekeyCreated));
    return !created || m_context.nowMs() - created->toLongLong() >= rotationMs;
}

base::Result<wire::PrekeyUpload> DeviceKeys::makeUpload(const crypto::IdentityKeyPair& identity, int count,
                                                        bool newSigned) {
    wire::PrekeyUpload upload;
    RECADO_TRY(const std::optional<QByteArray> inUse,
               m_context.stores.profile.value(profile_value::signedPrekey));
    RECADO_TRY(const bool due, isRotationDue());
    if (newSigned || due || !inUse) {
        RECADO_TRY(*upload.mutable_signed_prekey(), makeSignedPrekey(identity));
    } else if (!upload.mutable_signed_prekey()->ParseFromArray(inUse->constData(), int(inUse->size()))) {
        return makeError(Reason::StorageCorrupt, QStringLiteral("the signed prekey cannot be read"));
    }
    if (count == 0)
        return upload;
    RECADO_TRY(const std::vector<crypto::OneTimePreKey> prekeys, makeOneTimePrekeys(count));
    for (const crypto::OneTimePreKey& prekey : prekeys) {
        wire::Prekey* out = upload.add_prekeys();
        out->set_id(prekey.id);
        out->set_key(fromBytes(prekey.publicKey));
    }
    return upload;
}

base::Result<wire::SignedPrekey> DeviceKeys::makeSignedPrekey(const crypto::IdentityKeyPair& identity) {
    RECADO_TRY(const quint64 number, m_context.stores.profile.takeNumbers(NumberSeries::SignedPreKey, 1));
    const auto id = std::uint32_t((number - 1) % crypto::maximumPreKeyId + 1);
    RECADO_TRY(const crypto::SignedPreKey made,
               crypto::PreKeyGenerator::signedPreKey(identity, id, m_context.nowMs()));
    RECADO_CHECK(m_context.stores.preKeys.storeSignedPreKey(made.id, made.record.view(), made.createdMs));
    wire::SignedPrekey prekey;
    prekey.set_id(made.id);
    prekey.set_key(fromBytes(made.publicKey));
    prekey.set_signature(fromBytes(made.signature));
    RECADO_CHECK(
        m_context.stores.profile.setValue(profile_value::signedPrekey, toBytes(prekey.SerializeAsString())));
    RECADO_CHECK(m_context.stores.profile.setValue(profile_value::signedPrekeyCreated,
                                                   QByteArray::number(made.createdMs)));
    return prekey;
}

base::Result<std::vector<crypto::OneTimePreKey>> DeviceKeys::makeOneTimePrekeys(int count) {
    RECADO_TRY(const quint64 number,
               m_context.stores.profile.takeNumbers(NumberSeries::PreKey, quint64(count)));
    const auto first = std::uint32_t((number - 1) % crypto::maximumPreKeyId + 1);
    RECADO_TRY(std::vector<crypto::OneTimePreKey> prekeys,
               crypto::PreKeyGenerator::oneTimePreKeys(first, count));
    for (const crypto::OneTimePreKey& prekey : prekeys)
        RECADO_CHECK(m_context.stores.preKeys.storePreKey(prekey.id, prekey.record.view()));
    return prekeys;
}

} // namespace recado::messaging
