#pragma once

#include "messaging/KeyUpkeep.h"
#include "messaging/Outbox.h"

namespace recado::messaging {

/// Notices that the relay's store was restored from a backup, and gives it again what it may have lost.
/// Engine thread.
class IncarnationWatch {
public:
    /// All borrowed.
    IncarnationWatch(EngineContext& context, OutboxLedger& ledger, Outbox& outbox, KeyUpkeep& keys);

    void welcomed(const QByteArray& incarnation);

private:
    base::Status remember(const QByteArray& incarnation);
    base::Result<QVector<OutboxItem>> composeAcceptedAnew(qint64 after);

    EngineContext& m_context;
    OutboxLedger& m_ledger;
    Outbox& m_outbox;
    KeyUpkeep& m_keys;
};

} // namespace recado::messaging
