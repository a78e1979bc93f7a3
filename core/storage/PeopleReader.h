#pragma once

#include "base/Ids.h"
#include "base/Result.h"
#include "messaging/Types.h"

#include <QHash>

namespace recado::sql {
class Database;
}

namespace recado::storage {

/// Who an account is, as people see it: from the own account or the contacts. Remembers its answers, so one
/// lives no longer than one view of the database.
class PeopleReader {
public:
    explicit PeopleReader(sql::Database& database)
        : m_database(database) {}

    /// An account nobody knows has neither address nor name.
    base::Result<messaging::Person> person(const base::AccountId& account);
    /// Spares the question for somebody who was read on another way.
    void remember(const messaging::Person& person) { m_known.insert(person.account, person); }

private:
    sql::Database& m_database;
    QHash<base::AccountId, messaging::Person> m_known;
};

} // namespace recado::storage
