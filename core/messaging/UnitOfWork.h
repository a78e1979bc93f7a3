#pragma once

#include "base/Result.h"

namespace recado::messaging {

/// One transaction on the writing connection, around everything the stores of messaging and crypto do until
/// it ends. At most one is open at a time; a crash while it is open leaves nothing behind. Engine thread.
class UnitOfWork {
public:
    virtual ~UnitOfWork() = default;

    virtual base::Status begin() = 0;
    /// Returns once the work is durable. After an error nothing of it has happened and no work is open.
    virtual base::Status commit() = 0;
    /// Undoes everything since begin().
    virtual base::Status rollback() = 0;

    /// Savepoints nest inside begin()/commit(); each is ended by exactly one of the two below, innermost
    /// first.
    virtual base::Status beginSavepoint() = 0;
    virtual base::Status releaseSavepoint() = 0;
    /// Undoes everything since the innermost beginSavepoint(), which ends.
    virtual base::Status rollbackSavepoint() = 0;
};

/// Rolls back unless committed.
class WorkScope {
public:
    static base::Result<WorkScope> begin(UnitOfWork& work) {
        RECADO_CHECK(work.begin());
        return WorkScope(work);
    }
    WorkScope(WorkScope&& other) noexcept
        : m_work(std::exchange(other.m_work, nullptr)) {}
    WorkScope(const WorkScope&) = delete;
    WorkScope& operator=(const WorkScope&) = delete;
    WorkScope& operator=(WorkScope&&) = delete;
    ~WorkScope() {
        if (m_work)
            (void)m_work->rollback();
    }

    [[nodiscard]] base::Status commit() { return std::exchange(m_work, nullptr)->commit(); }

private:
    explicit WorkScope(UnitOfWork& work)
        : m_work(&work) {}
    UnitOfWork* m_work;
};

/// Rolls back to where it began unless released.
class SavepointScope {
public:
    static base::Result<SavepointScope> begin(UnitOfWork& work) {
        RECADO_CHECK(work.beginSavepoint());
        return SavepointScope(work);
    }
    SavepointScope(SavepointScope&& other) noexcept
        : m_work(std::exchange(other.m_work, nullptr)) {}
    SavepointScope(const SavepointScope&) = delete;
    SavepointScope& operator=(const SavepointScope&) = delete;
    SavepointScope& operator=(SavepointScope&&) = delete;
    ~SavepointScope() {
        if (m_work)
            (void)m_work->rollbackSavepoint();
    }

    [[nodiscard]] base::Status release() { return std::exchange(m_work, nullptr)->releaseSavepoint(); }
    [[nodiscard]] base::Status rollback() { return std::exchange(m_work, nullptr)->rollbackSavepoint(); }

private:
    explicit SavepointScope(UnitOfWork& work)
        : m_work(&work) {}
    UnitOfWork* m_work;
};

} // namespace recado::messaging
