#include "messaging/SessionSetup.h"

#include "protocol/FrameCodec.h"

namespace recado::messaging {

using base::makeError;
using base::Reason;

namespace {

crypto::PreKeyBundle toPreKeyBundle(const wire::Bundle& bundle, const QByteArray& identityKey) {
    crypto::PreKeyBundle result;
    result.registrationId = bundle.registration_id();
    result.identityKey = identityKey;
    result.signedPreKeyId = bundle.signed_prekey().id();
    result.signedPreKey = protocol::toBytes(bundle.signed_prekey().key());
    result.signedPreKeySignature = protocol::toBytes(bundle.signed_prekey().signature());
    if (bundle.has_prekey())
        result.oneTime = {bundle.prekey().id(), protocol::toBytes(bundle.prekey().key())};
    return result;
}

} // namespace

SessionSetup::SessionSetup(EngineContext& context, PeerDirectory& directory)
    : m_context(context)
    , m_directory(directory) {}

base::Result<bool> SessionSetup::isReady(const ContactRecord& contact) {
    if (contact.deviceListVersion == 0 || contact.identity.trusted.isEmpty())
        return false;
    RECADO_TRY(const QVector<quint32> missing, devicesWithoutSession(contact.account));
    return missing.isEmpty();
}

base::Result<bool> SessionSetup::areOwnDevicesReady() {
    if (!m_context.state.hasOtherDevices())
        return true;
    RECADO_TRY(const QVector<quint32> missing, devicesWithoutSession(m_context.ownAccount()));
    return missing.isEmpty();
}

base::Result<QVector<quint32>> SessionSetup::devicesWithoutSession(const base::AccountId& account) {
    RECADO_TRY(const std::optional<ContactRecord> contact, m_context.stores.contacts.contact(account));
    if (!contact)
        return makeError(Reason::NoSession, QStringLiteral("no device list is known"));
    RECADO_TRY(const routing::DeviceList list, PeerDirectory::listOf(*contact));
    QVector<quint32> missing;
    for (const routing::ListedDevice& device : list.devices) {
        if (m_context.isOwnDevice({account, device.deviceId}))
            continue;
        RECADO_TRY(const bool there, m_context.cipher.hasSession({account, device.deviceId}));
        if (!there)
            missing.append(device.deviceId);
    }
    return missing;
}

void SessionSetup::prepare(const base::AccountId& account, bool refetch, Done done) {
    auto& waiting = m_waiting[account];
    waiting.push_back(std::move(done));
    if (waiting.size() > 1)
        return;
    const auto contact = m_context.stores.contacts.contact(account);
    if (!contact)
        return finish(account, contact.error());
    if (!refetch && *contact && (*contact)->deviceListVersion != 0)
        return fetchBundles(account);
    m_directory.fetch(account, [this, account](const base::Result<base::AccountId>& found) {
        if (!found)
            return finish(account, found.error());
        fetchBundles(account);
    });
}

void SessionSetup::fetchBundles(const base::AccountId& account) {
    const auto contact = m_context.stores.contacts.contact(account);
    if (!contact)
        return finish(account, contact.error());
    if (*contact && !(*contact)->identity.pending.isEmpty())
        return finish(account, makeError(Reason::IdentityChanged, QStringLiteral("the identity changed")));
    const auto missing = devicesWithoutSession(account);
    if (!missing)
        return finish(account, missing.error());
    if (missing->isEmpty())
        return finish(account, {});
    wire::ClientFrame frame;
    frame.mutable_get_bundles()->set_account_id(protocol::fromBytes(account.toBytes()));
    for (const quint32 device : *missing)
        frame.mutable_get_bundles()->add_device_ids(device);
    m_context.link.request(std::move(frame), [this, account](const base::Result<wire::RelayFrame>& answer) {
        if (!answer)
            return finish(account, answer.error());
        finish(account, inWork(m_context, [&] { return startSessions(account, answer->bundles()); }));
    });
}

base::Status SessionSetup::startSessions(const base::AccountId& account, const wire::Bundles& bundles) {
    RECADO_CHECK(m_directory.takeIn(account, bundles.device_list(), {}));
    RECADO_TRY(const std::optional<ContactRecord> contact, m_context.stores.contacts.contact(account));
    if (!contact)
        return makeError(Reason::StorageCorrupt, QStringLiteral("a list was taken in, its account was not"));
    if (!contact->identity.pending.isEmpty()) {
        // Committed all the same: the change is news. finish() finds no session and says why.
        return {};
    }
    RECADO_TRY(const routing::DeviceList list, PeerDirectory::listOf(*contact));
    for (const wire::Bundle& bundle : bundles.bundles()) {
        const routing::ListedDevice* device = list.find(bundle.device_id());
        if (!device || device->registrationId != bundle.registration_id())
            continue;
        RECADO_TRY(SavepointScope savepoint, SavepointScope::begin(m_context.stores.work));
        const base::Status started = m_context.cipher.startSession({account, device->deviceId},
                                                                   toPreKeyBundle(bundle, list.identityKey));
        if (started)
            RECADO_CHECK(savepoint.release());
        else if (base::isStoreFailure(started.error().reason))
            return started;
    }
    return {};
}

void SessionSetup::finish(const base::AccountId& account, const base::Status& status) {
    base::Status result = status;
    if (result) {
        const auto contact = m_context.stores.contacts.contact(account);
        if (!contact)
            result = contact.error();
        else if (*contact && !(*contact)->identity.pending.isEmpty())
            result = makeError(Reason::IdentityChanged, QStringLiteral("the identity changed"));
        else if (const auto missing = devicesWithoutSession(account); !missing)
            result = missing.error();
        else if (!missing->isEmpty())
            result = makeError(Reason::NoSession, QStringLiteral("a device has no usable prekey bundle"));
    }
    for (const Done& done : m_waiting.take(account))
        done(result);
}

} // namespace recado::messaging
