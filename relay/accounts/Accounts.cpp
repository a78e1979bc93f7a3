#include "relay/accounts/Accounts.h"

#include "protocol/FrameCodec.h"
#include "routing/Address.h"

#include <algorithm>

namespace recado::relay {

namespace {

constexpr char lookUpLimit = 'u';
constexpr qsizetype accountListSignatureSize = 64;

wire::RelayFrame toAccountFrame(const AccountRecord& record) {
    wire::RelayFrame frame;
    wire::Account* account = frame.mutable_account();
    account->set_account_id(protocol::fromBytes(record.id.toBytes()));
    account->set_username(record.username.toStdString());
    account->mutable_device_list()->set_device_list(protocol::fromBytes(record.list.bytes));
    account->mutable_device_list()->set_signature(protocol::fromBytes(record.list.signature));
    return frame;
}

wire::RelayFrame toAnswer(const StoreAnswer<std::optional<AccountRecord>>& answer, int retryMs) {
    if (!answer.committed())
        return errorAnswer(base::Reason::Busy, u"the directory is busy", retryMs);
    if (!answer.value)
        return errorAnswer(base::Reason::UnknownRecipient, u"there is no such account");
    return toAccountFrame(*answer.value);
}

/// What a list may not do whatever its version; null when it is nothing of that kind.
const char16_t* refusalOf(DeviceListOutcome outcome) {
    switch (outcome) {
    case DeviceListOutcome::IdentityChanged:
        return u"the identity key changes only when a device is removed, or by recovery";
    case DeviceListOutcome::DeviceReturned:
        return u"device numbers are not used again";
    case DeviceListOutcome::RecoveryOpen:
        return u"the account is about to be recovered";
    case DeviceListOutcome::Stored:
    case DeviceListOutcome::NotHigher:
    case DeviceListOutcome::UnknownAccount:
        break;
    }
    return nullptr;
}

} // namespace

Accounts::Accounts(const RelayPolicy& policy, Parts parts)
    : m_policy(policy)
    , m_parts(parts)
    , m_unknownUsernames(*parts.clock, policy.unknownUsernamesAnHour) {
    if (parts.limits == nullptr)
        return;
    const qint64 now = parts.clock->wallMs();
    for (const LimitStore::Event& event : parts.limits->recall(now - m_unknownUsernames.hourMs)) {
        if (event.key.startsWith(lookUpLimit))
            m_unknownUsernames.restore(event.key, now - event.atMs);
    }
}

void Accounts::find(base::AccountId requester, const wire::GetAccount& request, StoreCall call,
                    FrameAnswer answer) {
    if (const qint64 waitMs = m_parts.rate->take(requester); waitMs > 0)
        return answer(errorAnswer(base::Reason::RateLimited, u"too many requests", waitMs));
    if (request.by_case() == wire::GetAccount::kUsername) {
        const QString username = QString::fromStdString(request.username());
        if (!routing::isValidUsername(username))
            return answer(errorAnswer(base::Reason::InvalidArgument, u"this is no username"));
        return findByUsername(requester, username, call, std::move(answer));
    }
    // An account id is random: who knows one was given it, so that guessing needs no limit of its own.
    const auto account = base::AccountId::fromBytes(protocol::toBytes(request.account_id()));
    if (!account || account->isNull())
        return answer(errorAnswer(base::Reason::InvalidArgument, u"neither a username nor an account id"));
    m_parts.directory->findAccount(
        *account, call, [retryMs = m_policy.busyRetryMs, answer = std::move(answer)](const auto& found) {
            answer(toAnswer(found, retryMs));
        });
}

// The miss is counted before the look-up and given back after a hit, so that requests sent together cannot
// all pass before the first miss is known.
void Accounts::findByUsername(base::AccountId requester, const QString& username, StoreCall call,
                              FrameAnswer answer) {
    const QByteArray key = limitKey(lookUpLimit, requester);
    qint64 waitMs = 0;
    {
        const std::lock_guard lock(m_mutex);
        if (!m_unknownUsernames.take(key))
            waitMs = std::max<qint64>(m_unknownUsernames.waitMs(key), 1);
    }
    if (waitMs > 0)
        return answer(errorAnswer(base::Reason::RateLimited, u"too many unknown usernames", waitMs));
    m_parts.directory->findAccount(
        username, call, [weak = weak_from_this(), key, answer = std::move(answer)](const auto& found) {
            const auto self = weak.lock();
            if (!self)
                return;
            if (!found.committed() || found.value) {
                const std::lock_guard lock(self->m_mutex);
                self->m_unknownUsernames.giveBack(key);
            } else if (self->m_parts.limits != nullptr) {
                self->m_parts.limits->record({key, self->m_parts.clock->wallMs()});
            }
            answer(toAnswer(found, self->m_policy.busyRetryMs));
        });
}

void Accounts::setDeviceList(base::DeviceAddress requester, const wire::SetDeviceList& request,
                             StoreCall call, FrameAnswer answer) {
    if (const qint64 waitMs = m_parts.rate->take(requester.account); waitMs > 0)
        return answer(errorAnswer(base::Reason::RateLimited, u"too many requests", waitMs));
    const routing::SignedDeviceList signedList{protocol::toBytes(request.device_list().device_list()),
                                               protocol::toBytes(request.device_list().signature())};
    const auto list = routing::DeviceList::parse(signedList.bytes, m_policy.limits.devices);
    if (!list)
        return answer(
            protocol::errorFrame(0, base::makeError(base::Reason::InvalidArgument, list.error().message)));
    if (signedList.signature.size() != accountListSignatureSize)
        return answer(errorAnswer(base::Reason::InvalidArgument, u"the device list is not signed"));
    if (list->account != requester.account)
        return answer(errorAnswer(base::Reason::NotPermitted, u"this is another account's device list"));
    m_parts.directory->setDeviceList(
        *list, signedList, m_parts.clock->wallMs(), call,
        [weak = weak_from_this(), list = *list, answer = std::move(answer)](const auto& stored) {
            const auto self = weak.lock();
            if (!self)
                return;
            if (!stored.committed()) {
                return answer(
                    errorAnswer(base::Reason::Busy, u"the directory is busy", self->m_policy.busyRetryMs));
            }
            if (stored.value == DeviceListOutcome::UnknownAccount)
                return answer(errorAnswer(base::Reason::UnknownRecipient, u"there is no such account"));
            if (const char16_t* why = refusalOf(stored.value); why != nullptr)
                return answer(errorAnswer(base::Reason::NotPermitted, why));
            if (stored.value == DeviceListOutcome::NotHigher) {
                return answer(
                    errorAnswer(base::Reason::StaleDevices, u"a list of this or a higher version exists"));
            }
            self->m_parts.submitter->listChanged(list);
            self->m_parts.router->listChanged(list);
            answer(doneAnswer());
        });
}

void Accounts::tidy() {
    const std::lock_guard lock(m_mutex);
    m_unknownUsernames.tidy();
}

} // namespace recado::relay
