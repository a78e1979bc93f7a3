#pragma once

#include "base/Result.h"

#include <cstdint>

namespace recado::sql {

class Database;

/// A transaction that rolls back unless commit() succeeded. Transactions do not nest; a Savepoint does.
class Transaction {
public:
    /// Takes the write lock at once (BEGIN IMMEDIATE), so that no later statement can fail for want of it.
    static base::Result<Transaction> begin(Database& database);
    /// A consistent view for several reads; on read-only connections too. Ends without commit().
    static base::Result<Transaction> beginRead(Database& database);

    Transaction(Transaction&& other) noexcept;
    Transaction& operator=(Transaction&&) = delete;
    ~Transaction();

    /// Success means fsynced. After `IoFailed` (the engine gave the commit up half-way: a broken disk, or a
    /// full one) nobody knows whether the changes will be there after a crash; after any other error they are
    /// not. Either way the transaction is over.
    base::Status commit();

private:
    explicit Transaction(Database& database);

    Database* m_database = nullptr; // null once over
};

/// A part of a transaction that can fail alone: undone unless release() was called. Nests.
class Savepoint {
public:
    static base::Result<Savepoint> begin(Database& database);

    Savepoint(Savepoint&& other) noexcept;
    Savepoint& operator=(Savepoint&&) = delete;
    ~Savepoint();

    /// Keeps the changes, as part of what encloses it.
    base::Status release();

private:
    explicit Savepoint(Database& database);

    Database* m_database = nullptr; // null once over
    std::uint64_t m_number = 0;
};

} // namespace recado::sql
