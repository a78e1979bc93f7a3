#include "storage/PeopleReader.h"

#include "storage/Rows.h"

namespace recado::storage {

base::Result<messaging::Person> PeopleReader::person(const base::AccountId& account) {
    if (const auto known = m_known.constFind(account); known != m_known.constEnd())
        return *known;
    RECADO_TRY(
        sql::Statement row,
        m_database.query("SELECT iif(relay_name = '', '', username || '@' || relay_name), display_name "
                         "FROM own_account WHERE account = ?1 UNION ALL "
                         "SELECT address, display_name FROM contact WHERE account = ?1",
                         account));
    RECADO_TRY(const bool found, row.step());
    messaging::Person person;
    person.account = account;
    if (found) {
        person.address = row.text(0);
        person.displayName = row.text(1);
    }
    m_known.insert(account, person);
    return person;
}

} // namespace recado::storage
