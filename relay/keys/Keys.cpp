#include "relay/keys/Keys.h"

#include "protocol/FrameCodec.h"
#include "relay/delivery/RecipientLoader.h"
#include "relay/keys/PrekeyRules.h"

#include <algorithm>

namespace recado::relay {

namespace {

constexpr char prekeyLimit = 'p';

void addBundle(wire::Bundles& bundles, const TakenPrekeys& taken, quint32 registrationId) {
    wire::Bundle* bundle = bundles.add_bundles();
    bundle->set_device_id(taken.deviceId);
    bundle->set_registration_id(registrationId);
    wire::SignedPrekey* signedPrekey = bundle->mutable_signed_prekey();
    signedPrekey->set_id(taken.signedPrekey.id);
    signedPrekey->set_key(protocol::fromBytes(taken.signedPrekey.key));
    signedPrekey->set_signature(protocol::fromBytes(taken.signedPrekey.signature));
    if (taken.oneTime) {
        bundle->mutable_prekey()->set_id(taken.oneTime->id);
        bundle->mutable_prekey()->set_key(protocol::fromBytes(taken.oneTime->key));
    }
}

} // namespace

struct Keys::Wanted {
    base::DeviceAddress requester;
    base::AccountId account;
    QVector<quint32> devices; // empty: all
};

Keys::Keys(const RelayPolicy& policy, Parts parts)
    : m_policy(policy)
    , m_parts(parts)
    , m_handedOut(*parts.clock, policy.oneTimePrekeysAnHour) {
    if (parts.limits == nullptr)
        return;
    const qint64 now = parts.clock->wallMs();
    for (const LimitStore::Event& event : parts.limits->recall(now - m_handedOut.hourMs)) {
        if (event.key.startsWith(prekeyLimit))
            m_handedOut.restore(event.key, now - event.atMs);
    }
}

void Keys::getBundles(base::DeviceAddress requester, const wire::GetBundles& request, StoreCall call,
                      FrameAnswer answer) {
    if (const qint64 waitMs = m_parts.rate->take(requester.account); waitMs > 0)
        return answer(errorAnswer(base::Reason::RateLimited, u"too many requests", waitMs));
    const auto account = base::AccountId::fromBytes(protocol::toBytes(request.account_id()));
    if (!account || account->isNull() || quint32(request.device_ids_size()) > m_policy.limits.devices)
        return answer(errorAnswer(base::Reason::InvalidArgument, u"no account id, or too many devices"));
    const Wanted wanted{requester, *account,
                        QVector<quint32>(request.device_ids().begin(), request.device_ids().end())};
    m_parts.directory->findAccount(
        *account, call,
        [weak = weak_from_this(), wanted, call, answer = std::move(answer)](const auto& record) {
            if (const auto self = weak.lock())
                self->found(wanted, record, call, answer);
        });
}

void Keys::found(const Wanted& wanted, const StoreAnswer<std::optional<AccountRecord>>& record,
                 StoreCall call, FrameAnswer answer) {
    if (!record.committed())
        return answer(errorAnswer(base::Reason::Busy, u"the directory is busy", m_policy.busyRetryMs));
    if (!record.value)
        return answer(errorAnswer(base::Reason::UnknownRecipient, u"there is no such account"));
    const auto list = routing::DeviceList::parse(record.value->list.bytes, anyNumberOfDevices);
    if (!list)
        return answer(errorAnswer(base::Reason::StorageCorrupt, u"the stored device list is unreadable"));
    const QVector<PrekeyRequest> requests = requestsFor(wanted, *list);
    m_parts.prekeys->takePrekeys(wanted.account, requests, call,
                                 [weak = weak_from_this(), wanted, record = *record.value, list = *list,
                                  requests, answer = std::move(answer)](const auto& keys) {
                                     if (const auto self = weak.lock())
                                         self->taken(wanted, record, list, requests, keys, answer);
                                 });
}

QVector<PrekeyRequest> Keys::requestsFor(const Wanted& wanted, const routing::DeviceList& list) {
    QVector<PrekeyRequest> requests;
    const std::lock_guard lock(m_mutex);
    for (const routing::ListedDevice& device : list.devices) {
        const base::DeviceAddress target{wanted.account, device.deviceId};
        const bool asked = wanted.devices.isEmpty() || wanted.devices.contains(device.deviceId);
        if (asked && target != wanted.requester) {
            requests.push_back(
                {device.deviceId, m_handedOut.take(limitKey(prekeyLimit, wanted.requester.account, target))});
        }
    }
    return requests;
}

void Keys::taken(const Wanted& wanted, const AccountRecord& record, const routing::DeviceList& list,
                 const QVector<PrekeyRequest>& requests, const StoreAnswer<QVector<TakenPrekeys>>& answer,
                 const FrameAnswer& done) {
    if (!answer.committed()) {
        // After Unknown the keys may be gone, so the share stays used up.
        if (answer.result != StoreResult::Unknown)
            settleShares(wanted, requests, {});
        return done(errorAnswer(base::Reason::Busy, u"the directory is busy", m_policy.busyRetryMs));
    }
    settleShares(wanted, requests, answer.value);
    wire::RelayFrame frame;
    wire::Bundles* bundles = frame.mutable_bundles();
    bundles->set_account_id(protocol::fromBytes(wanted.account.toBytes()));
    bundles->mutable_device_list()->set_device_list(protocol::fromBytes(record.list.bytes));
    bundles->mutable_device_list()->set_signature(protocol::fromBytes(record.list.signature));
    for (const TakenPrekeys& keys : answer.value) {
        if (const routing::ListedDevice* device = list.find(keys.deviceId))
            addBundle(*bundles, keys, device->registrationId);
    }
    done(frame);
    warnOwners(wanted.account, answer.value);
}

/// What was handed out counts, over restarts as well; what was not is given back.
void Keys::settleShares(const Wanted& wanted, const QVector<PrekeyRequest>& requests,
                        const QVector<TakenPrekeys>& taken) {
    const std::lock_guard lock(m_mutex);
    for (const PrekeyRequest& request : requests) {
        const bool used = std::any_of(taken.begin(), taken.end(), [&](const TakenPrekeys& keys) {
            return keys.deviceId == request.deviceId && keys.oneTime.has_value();
        });
        if (!request.takeOneTime)
            continue;
        const QByteArray key =
            limitKey(prekeyLimit, wanted.requester.account, {wanted.account, request.deviceId});
        if (!used)
            m_handedOut.giveBack(key);
        else if (m_parts.limits != nullptr)
            m_parts.limits->record({key, m_parts.clock->wallMs()});
    }
}

void Keys::warnOwners(base::AccountId account, const QVector<TakenPrekeys>& taken) {
    for (const TakenPrekeys& keys : taken) {
        if (!keys.oneTime || keys.remaining >= m_policy.limits.prekeysLow)
            continue;
        wire::RelayFrame frame;
        frame.mutable_prekeys_low()->set_remaining(keys.remaining);
        m_parts.router->push({account, keys.deviceId}, frame, PushKind::Needed);
    }
}

void Keys::upload(base::DeviceAddress owner, const wire::UploadPrekeys& request, StoreCall call,
                  FrameAnswer answer) {
    // Each key is a row to write.
    const double price = 1 + double(request.prekeys().prekeys_size());
    if (const qint64 waitMs = m_parts.rate->take(owner.account, price); waitMs > 0)
        return answer(errorAnswer(base::Reason::RateLimited, u"too many requests", waitMs));
    auto batch = parsePrekeys(request.prekeys(), m_policy.limits.prekeysStored);
    if (!batch)
        return answer(protocol::errorFrame(0, batch.error()));
    m_parts.prekeys->storePrekeys(
        owner, *std::move(batch), m_policy.limits.prekeysStored, call,
        [retryMs = m_policy.busyRetryMs, answer = std::move(answer)](const auto& stored) {
            answer(stored.committed() ? doneAnswer()
                                      : errorAnswer(base::Reason::Busy, u"the directory is busy", retryMs));
        });
}

void Keys::tidy() {
    const std::lock_guard lock(m_mutex);
    m_handedOut.tidy();
}

} // namespace recado::relay
