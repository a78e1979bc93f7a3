#include "relay/accounts/Registration.h"

#include "base/SigningKey.h"
#include "protocol/FrameCodec.h"
#include "protocol/RecoveryToken.h"
#include "relay/keys/PrekeyRules.h"
#include "routing/Address.h"

#include <QCryptographicHash>

#include <algorithm>

namespace recado::relay {

namespace {

constexpr qint64 dayMs = 24LL * 3'600 * 1'000;
constexpr qsizetype listSignatureSize = 64;

base::Error badRegistration(const QString& what) {
    return base::makeError(base::Reason::InvalidArgument, what);
}

bool isRecovery(const wire::Register& requested) {
    return protocol::RecoveryToken::isMeant(QString::fromStdString(requested.invite()));
}

QByteArray sha256(const std::string& bytes) {
    return QCryptographicHash::hash(QByteArrayView(bytes.data(), qsizetype(bytes.size())),
                                    QCryptographicHash::Sha256);
}

} // namespace

QByteArray registrationMessage(const protocol::AuthTranscript& transcript, const wire::Register& requested) {
    wire::Register unsignedRequest = requested;
    unsignedRequest.clear_signature();
    return transcript.toBytes() + sha256(unsignedRequest.SerializeAsString());
}

QByteArray invitationHash(const std::string& token) {
    return sha256(token);
}

Registration::Registration(const RelayPolicy& policy, RegistrationMode mode, QString relayName, Parts parts)
    : m_policy(policy)
    , m_mode(mode)
    , m_relayName(std::move(relayName))
    , m_parts(parts)
    , m_rate(*parts.clock, policy.registrationBurst, policy.registrationsPerSecond) {}

void Registration::registerAccount(const protocol::AuthTranscript& transcript,
                                   const wire::Register& requested, StoreCall call, FrameAnswer answer) {
    if (m_mode == RegistrationMode::Closed && !isRecovery(requested))
        return answer(errorAnswer(base::Reason::RegistrationClosed, u"this relay takes no registrations"));
    const auto account = read(transcript, requested);
    if (!account)
        return answer(protocol::errorFrame(0, account.error()));
    if (const qint64 waitMs = takeTurn(); waitMs > 0)
        return answer(errorAnswer(base::Reason::RateLimited, u"too many registrations", waitMs));
    if (isRecovery(requested))
        return recover(*account, requested.invite(), call, std::move(answer));
    m_parts.directory->createAccount(
        *account, call,
        [weak = weak_from_this(), wanted = *account, answer = std::move(answer)](const auto& stored) {
            if (const auto self = weak.lock())
                answer(self->toFrame(wanted, stored));
        });
}

void Registration::recover(NewAccount account, const std::string& invite, StoreCall call,
                           FrameAnswer answer) {
    const auto token = protocol::RecoveryToken::fromText(QString::fromStdString(invite));
    if (!token || token->account != account.account.id)
        return answer(errorAnswer(base::Reason::InvalidInvite, u"this recovery invitation is not valid"));
    account.recoveryHash = token->secretHash();
    m_parts.directory->recoverAccount(
        account, call, [weak = weak_from_this(), account, answer = std::move(answer)](const auto& stored) {
            if (const auto self = weak.lock())
                answer(self->recovered(account, stored));
        });
}

wire::RelayFrame Registration::recovered(const NewAccount& account,
                                         const StoreAnswer<RecoveryOutcome>& answer) const {
    if (!answer.committed())
        return errorAnswer(base::Reason::Busy, u"the directory is busy", m_policy.busyRetryMs);
    if (answer.value == RecoveryOutcome::Invalid)
        return errorAnswer(base::Reason::InvalidInvite, u"this recovery invitation is not valid");
    // The list was read before it was stored. After a repetition it is told again: the first time may have
    // been committed without anybody knowing.
    const auto list = routing::DeviceList::parse(account.account.list.bytes, m_policy.limits.devices);
    if (list) {
        m_parts.submitter->listChanged(*list);
        m_parts.router->listChanged(*list);
    }
    return registered(account);
}

qint64 Registration::takeTurn() {
    const std::lock_guard lock(m_mutex);
    return m_rate.take() ? 0 : std::max<qint64>(m_rate.waitMs(), 1);
}

base::Result<NewAccount> Registration::read(const protocol::AuthTranscript& transcript,
                                            const wire::Register& requested) const {
    const QString username = QString::fromStdString(requested.username());
    if (!routing::isValidUsername(username))
        return badRegistration(QStringLiteral("a username has 3 to 32 characters of a-z, 0-9, dot and _"));
    const QByteArray listBytes = protocol::toBytes(requested.device_list().device_list());
    const QByteArray listSignature = protocol::toBytes(requested.device_list().signature());
    auto list = routing::DeviceList::parse(listBytes, m_policy.limits.devices);
    if (!list)
        return badRegistration(list.error().message);
    const routing::ListedDevice* device = list->find(transcript.deviceId);
    if (list->account.toBytes() != transcript.accountId || device == nullptr)
        return badRegistration(QStringLiteral("the device list is not about this device"));
    if (listSignature.size() != listSignatureSize)
        return badRegistration(QStringLiteral("the device list is not signed"));
    if (!base::verifySignature(device->authKey, QByteArrayView(protocol::deviceRegistrationLabel),
                               registrationMessage(transcript, requested),
                               protocol::toBytes(requested.signature()))) {
        return base::makeError(base::Reason::AuthenticationFailed,
                               QStringLiteral("the registration is not signed by the device's key"));
    }
    RECADO_TRY(PrekeyBatch prekeys, parsePrekeys(requested.prekeys(), m_policy.limits.prekeysStored));
    if (!prekeys.signedPrekey)
        return badRegistration(QStringLiteral("a registration brings a signed prekey"));
    if (isRecovery(requested) && list->devices.size() != 1)
        return badRegistration(QStringLiteral("a recovered account begins with one device"));
    if (m_mode == RegistrationMode::Invite && requested.invite().empty())
        return base::makeError(base::Reason::InvalidInvite, QStringLiteral("an invitation is needed"));
    if (routing::isReservedUsername(username) && !isRecovery(requested))
        return base::makeError(base::Reason::UsernameTaken, QStringLiteral("this username is taken"));

    NewAccount account;
    account.account = AccountRecord{list->account, username, {listBytes, listSignature}};
    account.skeleton = routing::lookAlikeSkeleton(username);
    account.listVersion = list->version;
    account.device = {list->account, transcript.deviceId};
    account.prekeys = std::move(prekeys);
    if (m_mode == RegistrationMode::Invite)
        account.invitationHash = invitationHash(requested.invite());
    account.nowMs = m_parts.clock->wallMs();
    account.usernameRestMs = m_policy.usernameRestDays * dayMs;
    return account;
}

wire::RelayFrame Registration::toFrame(const NewAccount& wanted,
                                       const StoreAnswer<RegistrationAnswer>& answer) const {
    if (!answer.committed())
        return errorAnswer(base::Reason::Busy, u"the directory is busy", m_policy.busyRetryMs);
    switch (answer.value.outcome) {
    case RegistrationOutcome::InvalidInvitation:
        return errorAnswer(base::Reason::InvalidInvite, u"this invitation is not valid");
    case RegistrationOutcome::UsernameTaken:
        return errorAnswer(base::Reason::UsernameTaken, u"this username is taken");
    case RegistrationOutcome::AccountExists: {
        // The same list means the same keys, and the request was signed with one of them.
        const auto& existing = answer.value.existing;
        if (!existing || existing->username != wanted.account.username ||
            existing->list != wanted.account.list)
            return errorAnswer(base::Reason::AlreadyRegistered, u"this account is registered already");
        break;
    }
    case RegistrationOutcome::Created:
        ++m_parts.metrics->registrations;
        break;
    }
    return registered(wanted);
}

wire::RelayFrame Registration::registered(const NewAccount& account) const {
    wire::RelayFrame frame;
    wire::Registered* registered = frame.mutable_registered();
    registered->set_account_id(protocol::fromBytes(account.account.id.toBytes()));
    registered->set_device_id(account.device.device);
    registered->set_address(routing::Address{account.account.username, m_relayName}.toString().toStdString());
    return frame;
}

} // namespace recado::relay
