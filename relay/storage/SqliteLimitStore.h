#pragma once

#include "relay/delivery/LimitStore.h"
#include "relay/delivery/StoreAnswer.h"

namespace recado::relay {

class RelayDatabase;

/// Hourly limits in the relay's database: a row an event, gone after an hour.
class SqliteLimitStore final : public LimitStore {
public:
    /// Both are borrowed; the inbox's thread runs while recall() waits for it.
    SqliteLimitStore(RelayDatabase& database, base::Inbox& inbox);

    void record(Event event) override;
    QVector<Event> recall(qint64 sinceMs) override;
    void forget(qint64 beforeMs) override;

private:
    RelayDatabase& m_database;
    base::Inbox& m_inbox;
};

} // namespace recado::relay
