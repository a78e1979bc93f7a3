#include "messaging/DeviceKeys.h"

#include "base/SigningKey.h"
#include "crypto/PreKeys.h"
#include "messaging/ProfileValues.h"
#include "protocol/FrameCodec.h"
#include "routing/DeviceList.h"

#include <QByteArrayList>

#include <algorithm>

namespace recado::messaging {

using base::makeError;
using base::Reason;
using protocol::fromBytes;
using protocol::toBytes;

base::Result<wire::SignedDeviceList> DeviceKeys::makeFirstList(const OwnAccount& account, quint64 version) {
    RECADO_TRY(const base::SigningKey authKey, base::SigningKey::fromSeed(account.authSeed.view()));
    routing::DeviceList list;
    list.account = account.account;
    list.version = version;
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

base::Result<std::optional<wire::SignedPrekey>> DeviceKeys::signedPrekeyInUse() {
    RECADO_TRY(const std::optional<QByteArray> bytes,
               m_context.stores.profile.value(profile_value::signedPrekey));
    if (!bytes)
        return std::optional<wire::SignedPrekey>();
    wire::SignedPrekey prekey;
    if (!prekey.ParseFromArray(bytes->constData(), int(bytes->size())))
        return makeError(Reason::StorageCorrupt, QStringLiteral("the signed prekey cannot be read"));
    return std::optional<wire::SignedPrekey>(std::move(prekey));
}

base::Result<bool> DeviceKeys::isUploadDue() {
    RECADO_TRY(const bool rotation, isRotationDue());
    RECADO_TRY(const std::optional<wire::SignedPrekey> inUse, signedPrekeyInUse());
    if (rotation || !inUse)
        return true;
    RECADO_TRY(const QVector<AtRelay> known, confirmed());
    return known.isEmpty() || known.last().id != inUse->id();
}

base::Status DeviceKeys::confirmUpload(quint32 signedPrekeyId) {
    RECADO_TRY(const std::optional<wire::SignedPrekey> inUse, signedPrekeyInUse());
    RECADO_TRY(const std::optional<QByteArray> made,
               m_context.stores.profile.value(profile_value::signedPrekeyCreated));
    RECADO_TRY(QVector<AtRelay> known, confirmed());
    const bool isOlder = !inUse || inUse->id() != signedPrekeyId;
    if (isOlder || !made || (!known.isEmpty() && known.last().id == signedPrekeyId))
        return {};
    known.append({signedPrekeyId, made->toLongLong(), m_context.nowMs()});
    QByteArrayList lines;
    for (const AtRelay& one : known.mid(std::max<qsizetype>(0, known.size() - confirmedKept)))
        lines.append(QByteArray::number(one.id) + ' ' + QByteArray::number(one.madeMs) + ' ' +
                     QByteArray::number(one.confirmedMs));
    return m_context.stores.profile.setValue(profile_value::signedPrekeysAtRelay, lines.join('\n'));
}

base::Result<QVector<DeviceKeys::AtRelay>> DeviceKeys::confirmed() {
    RECADO_TRY(const std::optional<QByteArray> text,
               m_context.stores.profile.value(profile_value::signedPrekeysAtRelay));
    QVector<AtRelay> known;
    for (const QByteArray& line : text.value_or(QByteArray()).split('\n')) {
        const QByteArrayList fields = line.split(' ');
        if (fields.size() == 3)
            known.append({fields[0].toUInt(), fields[1].toLongLong(), fields[2].toLongLong()});
    }
    return known;
}

base::Result<qint64> DeviceKeys::outOfUseSince(qint64 beforeMs) {
    RECADO_TRY(const QVector<AtRelay> known, confirmed());
    qint64 since = 0;
    for (const AtRelay& one : known) {
        // From then on the relay handed out nothing older.
        if (one.confirmedMs < beforeMs)
            since = one.madeMs;
    }
    return since;
}

base::Result<wire::PrekeyUpload> DeviceKeys::makeUpload(const crypto::IdentityKeyPair& identity, int count,
                                                        bool newSigned) {
    wire::PrekeyUpload upload;
    RECADO_TRY(const std::optional<wire::SignedPrekey> inUse, signedPrekeyInUse());
    RECADO_TRY(const bool due, isRotationDue());
    if (newSigned || due || !inUse) {
        RECADO_TRY(*upload.mutable_signed_prekey(), makeSignedPrekey(identity));
    } else {
        *upload.mutable_signed_prekey() = *inUse;
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
