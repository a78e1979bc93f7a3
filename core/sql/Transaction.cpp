#include "sql/Transaction.h"

#include "sql/Database.h"

#include <utility>

namespace recado::sql {

Transaction::Transaction(Database& database)
    : m_database(&database) {}

Transaction::Transaction(Transaction&& other) noexcept
    : m_database(std::exchange(other.m_database, nullptr)) {}

base::Result<Transaction> Transaction::begin(Database& database) {
    RECADO_CHECK(database.run("BEGIN IMMEDIATE"));
    return Transaction(database);
}

base::Result<Transaction> Transaction::beginRead(Database& database) {
    RECADO_CHECK(database.run("BEGIN DEFERRED"));
    return Transaction(database);
}

base::Status Transaction::commit() {
    if (m_database == nullptr)
        return base::makeError(base::Reason::StorageFailed, QStringLiteral("the transaction is over"));
    Database& database = *std::exchange(m_database, nullptr);
    const base::Status committed = database.run("COMMIT");
    if (committed)
        return {};
    database.rolledBack(0);
    if (!database.inTransaction()) {
        // Given up half-way: the mark that makes it a commit may have reached the log all the same.
        return base::makeError(base::Reason::IoFailed, committed.error().message);
    }
    if (const base::Status undone = database.run("ROLLBACK"); !undone)
        return undone;
    return committed;
}

Transaction::~Transaction() {
    if (m_database == nullptr)
        return;
    // An error here means that the engine rolled back already.
    if (m_database->inTransaction())
        (void)m_database->run("ROLLBACK");
    m_database->rolledBack(0);
}

Savepoint::Savepoint(Database& database)
    : m_database(&database)
    , m_number(database.savepointBegins()) {}

Savepoint::Savepoint(Savepoint&& other) noexcept
    : m_database(std::exchange(other.m_database, nullptr))
    , m_number(other.m_number) {}

// One name serves all: the innermost savepoint of that name is the one meant.
base::Result<Savepoint> Savepoint::begin(Database& database) {
    RECADO_CHECK(database.run("SAVEPOINT part"));
    return Savepoint(database);
}

base::Status Savepoint::release() {
    if (m_database == nullptr)
        return base::makeError(base::Reason::StorageFailed, QStringLiteral("the savepoint is over"));
    RECADO_CHECK(m_database->run("RELEASE part"));
    m_database = nullptr;
    return {};
}

Savepoint::~Savepoint() {
    if (m_database == nullptr)
        return;
    m_database->rolledBack(m_number);
    // Gone with its transaction when the engine rolled that back by itself.
    if (!m_database->inTransaction())
        return;
    if (m_database->run("ROLLBACK TO part"))
        (void)m_database->run("RELEASE part");
}

} // namespace recado::sql
