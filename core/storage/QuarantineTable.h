#pragma once

#include "messaging/QuarantineStore.h"

namespace recado::sql {
class Database;
}

namespace recado::storage {

/// Table `quarantine`.
class QuarantineTable final : public messaging::QuarantineStore {
public:
    explicit QuarantineTable(sql::Database& database)
        : m_database(database) {}

    base::Result<qint64> add(const messaging::QuarantinedEnvelope& envelope) override;
    base::Result<QVector<messaging::QuarantinedEnvelope>>
    list(const base::AccountId& sender, messaging::QuarantineCause cause, qint64 after, int limit) override;
    base::Result<messaging::QuarantineUse> use(const base::AccountId& sender,
                                               messaging::QuarantineCause cause) override;
    base::Status trim(const base::AccountId& sender, const messaging::QuarantineUse& limit) override;
    base::Status trimUnseen(const base::AccountId& own, const messaging::QuarantineUse& limit) override;
    base::Result<messaging::LocalId> newestPlaceholderOf(const base::AccountId& sender, int count) override;
    base::Result<bool> isPlaceholderOf(const base::AccountId& sender,
                                       messaging::LocalId placeholder) override;
    /// The first to arrive, when several claim the same number.
    base::Result<std::optional<messaging::QuarantinedEnvelope>>
    find(const base::DeviceAddress& sender, base::SubmissionNumber submission) override;
    /// StorageFailed when there is no such envelope.
    base::Status update(const messaging::QuarantinedEnvelope& envelope) override;
    /// Removing what is not there is success.
    base::Status remove(qint64 id) override;
    base::Result<QVector<base::AccountId>> sendersToAsk(int requests) override;
    base::Result<QVector<base::AccountId>> sendersOf(messaging::QuarantineCause cause) override;

    /// Forgets undecryptable envelopes received before; what waits for a look-up or a
    /// person's decision stays.
    base::Status expire(qint64 receivedBeforeMs);

private:
    sql::Database& m_database;
};

} // namespace recado::storage
