#include "TestProfile.h"

#include "base/SigningKey.h"
#include "crypto/PreKeys.h"
#include "messaging/ConversationIds.h"

namespace recado::tests {

using protocol::fromBytes;

routing::SignedDeviceList signedList(const base::AccountId& account, quint64 version,
                                     const crypto::IdentityKeyPair& identity,
                                     const QVector<routing::ListedDevice>& devices) {
    routing::DeviceList list{account, version, 1'700'000'000'000, identity.publicKey, devices};
    const QByteArray bytes = list.serialise();
    return {bytes, *crypto::sign(identity, crypto::label::deviceList, bytes)};
}

void TestProfile::adopt(const base::AccountId& account, const QString& name, quint32 device,
                        const crypto::IdentityKeyPair& identity) {
    messaging::OwnAccount own;
    own.account = account;
    own.device = device;
    own.registered = true;
    own.relayUrl = QStringLiteral("ws://127.0.0.1:1");
    own.relayName = QStringLiteral("test");
    own.username = name;
    own.displayName = name.toUpper();
    own.registrationId = *crypto::generateRegistrationId();
    own.identity = identity.clone();
    const base::SigningKey auth = base::SigningKey::generate();
    own.authSeed = auth.seed();
    own.headerKeys = crypto::generateHeaderKeyPair();
    listing = {device, own.registrationId, auth.publicKey(), own.headerKeys.publicKey};

    const auto signedPrekey = *crypto::PreKeyGenerator::signedPreKey(identity, 1, 1'700'000'000'000);
    const auto prekeys = *crypto::PreKeyGenerator::oneTimePreKeys(1, 100);
    wire::PrekeyUpload upload;
    upload.mutable_signed_prekey()->set_id(1);
    upload.mutable_signed_prekey()->set_key(fromBytes(signedPrekey.publicKey));
    upload.mutable_signed_prekey()->set_signature(fromBytes(signedPrekey.signature));
    messaging::Stores all = stores();
    must(all.work.begin());
    must(all.profile.saveAccount(own));
    must(all.preKeys.storeSignedPreKey(1, signedPrekey.record.view(), signedPrekey.createdMs));
    for (const auto& prekey : prekeys) {
        must(all.preKeys.storePreKey(prekey.id, prekey.record.view()));
        upload.add_prekeys()->set_id(prekey.id);
        upload.mutable_prekeys()->rbegin()->set_key(fromBytes(prekey.publicKey));
    }
    // What DeviceKeys keeps beside the private halves, so that the engine takes these keys for its own.
    must(all.profile.setValue(QLatin1String("signed-prekey"),
                              protocol::toBytes(upload.signed_prekey().SerializeAsString())));
    must(all.profile.setValue(QLatin1String("signed-prekey-created"),
                              QByteArray::number(base::SystemClock().wallMs())));
    must(all.profile.setValue(QLatin1String("privacy"), QByteArray("\1\1\1\1", 4)));
    must(all.profile.takeNumbers(messaging::NumberSeries::PreKey, 100));
    must(all.profile.takeNumbers(messaging::NumberSeries::SignedPreKey, 1));
    must(all.work.commit());
    m_relay.putPrekeys({account, device}, upload);
}

void TestProfile::smuggle(const base::AccountId& to, content::Content content) {
    messaging::OutboxItem item;
    item.receiver = to;
    item.conversation = messaging::directConversationId(self.account, to);
    item.messageId = base::MessageId::random();
    item.createdMs = clock.wallMs();
    content.set_message_id(fromBytes(item.messageId.toBytes()));
    content.set_conversation_id(fromBytes(item.conversation.toBytes()));
    content.set_sent_at_ms(quint64(item.createdMs));
    content.set_clock(quint64(item.createdMs) << 16);
    item.content = protocol::toBytes(content.SerializeAsString());
    must(stores().work.begin());
    must(stores().outbox.append(item));
    must(stores().work.commit());
    link->cut(); // the outbox looks into its table when it is back
}

} // namespace recado::tests
