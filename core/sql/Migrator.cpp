#include "sql/Migrator.h"

#include "sql/Database.h"
#include "sql/Transaction.h"

#include <string>

namespace recado::sql {

Migrator::Migrator(std::vector<QByteArray> migrations)
    : m_migrations(std::move(migrations)) {}

base::Result<int> Migrator::version(Database& database) {
    RECADO_TRY(Statement statement, database.prepare("PRAGMA user_version"));
    RECADO_TRY(const bool row, statement.step());
    return row ? statement.integer(0) : 0;
}

base::Status Migrator::migrate(Database& database) const {
    RECADO_TRY(const int found, version(database));
    if (found < 0 || found > newest())
        return base::makeError(base::Reason::UnsupportedVersion,
                               QStringLiteral("the database has schema %1, made by a newer version; this one "
                                              "knows schemas up to %2")
                                   .arg(found)
                                   .arg(newest()));
    for (int next = found; next < newest(); ++next) {
        RECADO_TRY(Transaction transaction, Transaction::begin(database));
        const QByteArray& script = m_migrations[std::size_t(next)];
        RECADO_CHECK(database.execute(std::string_view(script.constData(), std::size_t(script.size()))));
        RECADO_CHECK(database.execute("PRAGMA user_version = " + std::to_string(next + 1)));
        RECADO_CHECK(transaction.commit());
    }
    return {};
}

} // namespace recado::sql
