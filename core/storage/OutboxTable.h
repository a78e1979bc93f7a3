#pragma once

#include "messaging/OutboxStore.h"

namespace recado::sql {
class Database;
class Statement;
} // namespace recado::sql

namespace recado::storage {

/// Tables `outbox` and `outbox_submission`.
class OutboxTable final : public messaging::OutboxStore {
public:
    explicit OutboxTable(sql::Database& database)
        : m_database(database) {}

    base::Result<qint64> append(const messaging::OutboxItem& item) override;
    /// StorageFailed when there is no such item, or a number belongs to another one. An item that becomes
    /// Delivered after its message was deleted is forgotten at once.
    base::Status update(const messaging::OutboxItem& item) override;
    base::Result<std::optional<messaging::OutboxItem>> find(qint64 id) override;
    base::Result<std::optional<messaging::OutboxItem>>
    bySubmission(base::SubmissionNumber submission) override;
    base::Result<std::optional<messaging::OutboxItem>> byMessage(messaging::LocalId message) override;
    base::Result<QVector<messaging::OutboxItem>> list(const QVector<messaging::OutboxState>& states,
                                                      qint64 after, int limit) override;

    /// Forgets items accepted or delivered before `acceptedBeforeMs`, and items made before it that failed
    /// and have no message (any more), with their numbers.
    base::Status expire(qint64 acceptedBeforeMs);

private:
    base::Status addSubmission(qint64 item, base::SubmissionNumber submission);
    base::Status addSubmissions(const messaging::OutboxItem& item, qint64 id);
    base::Result<std::optional<messaging::OutboxItem>> read(sql::Statement& row);

    sql::Database& m_database;
};

} // namespace recado::storage
