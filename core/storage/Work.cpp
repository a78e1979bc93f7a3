#include "storage/Work.h"

#include "base/CrashPoint.h"
#include "sql/Database.h"

namespace recado::storage {

namespace {

base::Error workMisuse(const char* what) {
    return base::makeError(base::Reason::StorageFailed, QString::fromLatin1(what));
}

} // namespace

Work::~Work() {
    undoSavepoints();
}

base::Status Work::begin() {
    if (m_transaction)
        return workMisuse("a unit of work is open already");
    RECADO_TRY(sql::Transaction transaction, sql::Transaction::begin(m_database));
    m_transaction.emplace(std::move(transaction));
    return {};
}

base::Status Work::commit() {
    if (!m_transaction)
        return workMisuse("no unit of work is open");
    if (!m_savepoints.empty()) {
        (void)rollback();
        return workMisuse("a savepoint was left open");
    }
    base::crashPoint("profile.before_commit");
    const base::Status committed = m_transaction->commit();
    m_transaction.reset();
    base::crashPoint("profile.after_commit");
    // What was committed stays so whatever becomes of this.
    if (committed && m_logIsToBeEmptied)
        m_logIsToBeEmptied = !m_database.checkpoint();
    return committed;
}

base::Status Work::rollback() {
    if (!m_transaction)
        return workMisuse("no unit of work is open");
    undoSavepoints();
    m_transaction.reset();
    if (m_database.inTransaction())
        return workMisuse("the unit of work could not be undone");
    return {};
}

base::Status Work::beginSavepoint() {
    if (!m_transaction)
        return workMisuse("a savepoint needs a unit of work");
    RECADO_TRY(sql::Savepoint savepoint, sql::Savepoint::begin(m_database));
    m_savepoints.push_back(std::move(savepoint));
    return {};
}

base::Status Work::releaseSavepoint() {
    if (m_savepoints.empty())
        return workMisuse("no savepoint is open");
    RECADO_CHECK(m_savepoints.back().release());
    m_savepoints.pop_back();
    return {};
}

base::Status Work::rollbackSavepoint() {
    if (m_savepoints.empty())
        return workMisuse("no savepoint is open");
    m_savepoints.pop_back();
    // A full disk, for one, makes the engine give up the whole transaction.
    if (!m_database.inTransaction())
        return workMisuse("the whole unit of work is undone");
    return {};
}

void Work::undoSavepoints() {
    while (!m_savepoints.empty())
        m_savepoints.pop_back();
}

} // namespace recado::storage
