#pragma once

#include "messaging/UnitOfWork.h"
#include "sql/Transaction.h"

#include <optional>
#include <vector>

namespace recado::storage {

/// The one transaction that all tables of a profile write in. Beginning twice, or ending what was not begun,
/// is StorageFailed. Crash points `profile.before_commit` and `profile.after_commit`.
///
/// The log keeps pages as they were before their last changes, deleted words and used keys among them. Who
/// deletes something asks for it to be emptied.
class Work final : public messaging::UnitOfWork {
public:
    explicit Work(sql::Database& database)
        : m_database(database) {}
    ~Work() override;

    base::Status begin() override;
    base::Status commit() override;
    base::Status rollback() override;
    base::Status beginSavepoint() override;
    base::Status releaseSavepoint() override;
    base::Status rollbackSavepoint() override;

    /// Has the log emptied into the database once the next commit has gone through: at once, or, where a
    /// reader stands in the way, after a later one.
    void emptyLogAfterCommit() { m_logIsToBeEmptied = true; }

private:
    void undoSavepoints();

    sql::Database& m_database;
    std::optional<sql::Transaction> m_transaction;
    std::vector<sql::Savepoint> m_savepoints; // the innermost is last
    bool m_logIsToBeEmptied = false;
};

} // namespace recado::storage
