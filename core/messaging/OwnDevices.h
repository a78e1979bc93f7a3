#pragma once

#include "messaging/DeviceKeys.h"
#include "messaging/Outbox.h"

namespace recado::messaging {

/// The other devices of the own account: keeps their list current and makes oneself known to them. Engine
/// thread.
class OwnDevices {
public:
    /// All borrowed.
    OwnDevices(EngineContext& context, DeviceKeys& keys, PeerDirectory& directory, OutboxLedger& ledger,
               Outbox& outbox);

    /// Reads what is known. Once the account is there, outside any work.
    base::Status load();
    /// The relay has this version of the own list.
    void wentOnline(quint64 version);

private:
    base::Result<bool> isStoredListEnough(quint64 version);
    void greet();

    EngineContext& m_context;
    DeviceKeys& m_keys;
    PeerDirectory& m_directory;
    OutboxLedger& m_ledger;
    Outbox& m_outbox;
};

} // namespace recado::messaging
