#include "messaging/OwnDevices.h"

namespace recado::messaging {

OwnDevices::OwnDevices(EngineContext& context, DeviceKeys& keys, PeerDirectory& directory,
                       OutboxLedger& ledger, Outbox& outbox)
    : m_context(context)
    , m_keys(keys)
    , m_directory(directory)
    , m_ledger(ledger)
    , m_outbox(outbox) {}

base::Status OwnDevices::load() {
    RECADO_TRY(const std::optional<ContactRecord> own,
               m_context.stores.contacts.contact(m_context.ownAccount()));
    if (own && own->deviceListVersion != 0) {
        RECADO_TRY(m_context.state.ownList, PeerDirectory::listOf(*own));
    }
    return {};
}

void OwnDevices::wentOnline(quint64 version) {
    m_context.state.announcedListVersion = std::max<quint64>(version, 1);
    if (m_context.state.ownList && m_context.state.ownList->version >= version)
        return;
    const auto enough = isStoredListEnough(version);
    if (!enough)
        return m_context.storageFailed(enough.error());
    if (*enough)
        return;
    m_outbox.ownDevicesChanged();
    m_directory.fetch(m_context.ownAccount(), [this](const base::Result<base::AccountId>& found) {
        // Not answered: the next connection asks again, and so does a refusal that names own devices.
        if (found && m_context.state.hasOtherDevices())
            greet();
    });
}

/// The list that this device made when it registered needs no question.
base::Result<bool> OwnDevices::isStoredListEnough(quint64 version) {
    const auto stored = m_keys.ownList();
    if (stored) {
        const base::Status taken =
            inWork(m_context, [&] { return m_directory.takeIn(m_context.ownAccount(), *stored, {}); });
        if (!taken && base::isStoreFailure(taken.error().reason))
            return taken.error();
    } else if (base::isStoreFailure(stored.error().reason)) {
        return stored.error();
    }
    return m_context.state.ownList && m_context.state.ownList->version >= version;
}

/// Whoever reads it learns of this device and looks at the list again.
void OwnDevices::greet() {
    const base::Status written = inWork(m_context, [&]() -> base::Status {
        content::Content greeting;
        greeting.mutable_greeting();
        return m_ledger.append(m_context.ownAccount(), base::MessageId::random(), 0, std::move(greeting));
    });
    if (!written)
        return m_context.storageFailed(written.error());
    m_outbox.wake();
}

} // namespace recado::messaging
