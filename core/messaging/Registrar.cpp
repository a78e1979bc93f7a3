#include "messaging/Registrar.h"

#include "base/SigningKey.h"
#include "messaging/MessageTexts.h"
#include "messaging/ProfileValues.h"
#include "protocol/FrameCodec.h"
#include "protocol/RecoveryToken.h"
#include "routing/Address.h"

#include <QUrl>

namespace recado::messaging {

using base::makeError;
using base::Reason;
using protocol::fromBytes;
using protocol::toBytes;

namespace {

OwnAccount copyOf(const OwnAccount& account) {
    OwnAccount copy;
    copy.account = account.account;
    copy.device = account.device;
    copy.registered = account.registered;
    copy.relayUrl = account.relayUrl;
    copy.relayName = account.relayName;
    copy.username = account.username;
    copy.displayName = account.displayName;
    copy.invite = account.invite;
    copy.registrationId = account.registrationId;
    copy.identity = account.identity.clone();
    copy.authSeed = account.authSeed.clone();
    copy.headerKeys = {account.headerKeys.publicKey, account.headerKeys.privateKey.clone()};
    return copy;
}

} // namespace

Registrar::Registrar(EngineContext& context, DeviceKeys& keys)
    : m_context(context)
    , m_keys(keys) {}

void Registrar::registerAccount(const Registration& registration, Done done) {
    if (m_context.state.isRegistered() || m_underWay)
        return done(makeError(Reason::AlreadyRegistered, QStringLiteral("this profile has an account")));
    if (!routing::isValidUsername(registration.username))
        return done(makeError(Reason::InvalidArgument,
                              QStringLiteral("a username has 3 to 32 of a-z, 0-9, dot and underscore")));
    const QUrl url(registration.relayUrl);
    if ((url.scheme() != QLatin1String("ws") && url.scheme() != QLatin1String("wss")) || url.host().isEmpty())
        return done(makeError(Reason::InvalidArgument,
                              QStringLiteral("a relay's address is ws://host:port or wss://host")));
    auto request = prepare(registration);
    if (!request)
        return done(request.error());
    const OwnAccount& account = *m_context.state.account;
    LinkAccount target{account.relayUrl, account.account, account.device, account.authSeed.clone(), {}};
    const quint32 signedPrekey = request->prekeys().signed_prekey().id();
    m_underWay = true;
    m_context.link.registerAccount(
        std::move(target), std::move(*request),
        [this, signedPrekey, done = std::move(done)](const base::Result<RegistrationAnswer>& answer) {
            m_underWay = false;
            if (!answer) {
                const bool silent = answer.error().reason == Reason::Timeout;
                return done(silent ? makeError(Reason::RelayUnreachable, answer.error().message)
                                   : answer.error());
            }
            done(confirm(*answer, signedPrekey));
        });
}

base::Result<wire::Register> Registrar::prepare(const Registration& registration) {
    const std::optional<OwnAccount>& stored = m_context.state.account;
    // An earlier attempt for the same name may have succeeded without our knowing: repeat it, key for key.
    if (!stored || stored->username != registration.username || stored->relayUrl != registration.relayUrl ||
        stored->invite != registration.invite)
        return makeKeys(registration);
    RECADO_TRY(const std::optional<QByteArray> bytes,
               m_context.stores.profile.value(profile_value::registration));
    wire::Register request;
    if (!bytes || !request.ParseFromArray(bytes->constData(), int(bytes->size())))
        return makeKeys(registration);
    return request;
}

base::Result<wire::Register> Registrar::makeKeys(const Registration& registration) {
    const auto recovery = protocol::RecoveryToken::fromText(registration.invite);
    if (!recovery && protocol::RecoveryToken::isMeant(registration.invite))
        return makeError(Reason::InvalidInvite, QStringLiteral("this recovery invitation is not complete"));
    OwnAccount account;
    account.account = recovery ? recovery->account : base::AccountId::random();
    account.device = recovery ? recovery->deviceId : account.device;
    account.relayUrl = registration.relayUrl;
    account.username = registration.username;
    account.displayName = cleanDisplayName(registration.displayName);
    if (account.displayName.isEmpty())
        account.displayName = registration.username;
    account.invite = registration.invite;
    RECADO_TRY(account.registrationId, crypto::generateRegistrationId());
    RECADO_TRY(account.identity, crypto::generateIdentity());
    account.authSeed = base::SigningKey::generate().seed();
    account.headerKeys = crypto::generateHeaderKeyPair();
    wire::Register request;
    const base::Status written = inWork(m_context, [&]() -> base::Status {
        RECADO_CHECK(m_context.stores.profile.saveAccount(account));
        request.set_username(account.username.toStdString());
        request.set_invite(account.invite.toStdString());
        RECADO_TRY(*request.mutable_device_list(),
                   m_keys.makeFirstList(account, recovery ? recovery->listVersion : 1));
        RECADO_TRY(*request.mutable_prekeys(),
                   m_keys.makeUpload(account.identity, DeviceKeys::uploadCount, true));
        return m_context.stores.profile.setValue(profile_value::registration,
                                                 toBytes(request.SerializeAsString()));
    });
    RECADO_CHECK(written);
    m_context.state.account = std::move(account);
    return request;
}

base::Status Registrar::confirm(const RegistrationAnswer& answer, quint32 signedPrekey) {
    OwnAccount account = copyOf(*m_context.state.account);
    if (toBytes(answer.registered.account_id()) != account.account.toBytes() ||
        answer.registered.device_id() != account.device)
        return makeError(Reason::Internal, QStringLiteral("the relay confirmed another account"));
    account.registered = true;
    account.relayName = answer.relay.relayName;
    account.invite.clear();
    const base::Status written = inWork(m_context, [&]() -> base::Status {
        RECADO_CHECK(m_context.stores.profile.saveAccount(account));
        RECADO_CHECK(m_context.stores.profile.setValue(profile_value::relayKey, answer.relay.relayKey));
        RECADO_CHECK(m_keys.confirmUpload(signedPrekey));
        return m_context.stores.profile.setValue(profile_value::registration, {});
    });
    RECADO_CHECK(written);
    m_context.state.account = std::move(account);
    return {};
}

} // namespace recado::messaging
