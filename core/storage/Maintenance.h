#pragma once

#include "messaging/MaintenanceStore.h"
#include "storage/MessageChangeTable.h"
#include "storage/OutboxTable.h"
#include "storage/QuarantineTable.h"
#include "storage/Work.h"

namespace recado::storage {

/// What time takes away from a profile; the log is emptied with it.
class Maintenance final : public messaging::MaintenanceStore {
public:
    Maintenance(sql::Database& database, Work& work, OutboxTable& outbox, QuarantineTable& quarantine,
                MessageChangeTable& changes)
        : m_database(database)
        , m_work(work)
        , m_outbox(outbox)
        , m_quarantine(quarantine)
        , m_changes(changes) {}

    /// The newest signed prekey always stays. A seen base key goes when besides all signed prekeys of its
    /// time are gone: until then it could be replayed.
    base::Status expireKeys(qint64 madeBeforeMs, qint64 seenBeforeMs) override;
    base::Status expireOutbox(qint64 acceptedBeforeMs) override { return m_outbox.expire(acceptedBeforeMs); }
    base::Status expireQuarantine(qint64 receivedBeforeMs) override {
        return m_quarantine.expire(receivedBeforeMs);
    }
    base::Status expireEarlyChanges(qint64 receivedBeforeMs) override {
        return m_changes.expireEarly(receivedBeforeMs);
    }

private:
    sql::Database& m_database;
    Work& m_work;
    OutboxTable& m_outbox;
    QuarantineTable& m_quarantine;
    MessageChangeTable& m_changes;
};

} // namespace recado::storage
