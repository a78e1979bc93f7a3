#include "storage/ProfileTable.h"

#include "sql/Database.h"
#include "storage/Rows.h"

namespace recado::storage {

using messaging::OwnAccount;

base::Result<std::optional<OwnAccount>> ProfileTable::account() {
    RECADO_TRY(sql::Statement row,
               m_database.prepare("SELECT account, device, registered, relay_url, relay_name, username, "
                                  "display_name, invite, registration_id, identity_public, identity_private, "
                                  "auth_seed, header_public, header_private FROM own_account"));
    RECADO_TRY(const bool found, row.step());
    if (!found)
        return std::optional<OwnAccount>();
    OwnAccount account;
    account.account = row.id<base::AccountId>(0);
    account.device = quint32(row.int64(1));
    account.registered = row.integer(2) != 0;
    account.relayUrl = row.text(3);
    account.relayName = row.text(4);
    account.username = row.text(5);
    account.displayName = row.text(6);
    account.invite = row.text(7);
    account.registrationId = quint32(row.int64(8));
    account.identity.publicKey = row.bytes(9);
    account.identity.privateKey = secretColumn(row, 10);
    account.authSeed = secretColumn(row, 11);
    account.headerKeys.publicKey = row.bytes(12);
    account.headerKeys.privateKey = secretColumn(row, 13);
    return std::optional<OwnAccount>(std::move(account));
}

base::Status ProfileTable::saveAccount(const OwnAccount& account) {
    return m_database.run(
        "INSERT OR REPLACE INTO own_account (id, account, device, registered, relay_url, relay_name, "
        "username, display_name, invite, registration_id, identity_public, identity_private, auth_seed, "
        "header_public, header_private) VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, "
        "?14)",
        account.account, account.device, account.registered, account.relayUrl, account.relayName,
        account.username, account.displayName, account.invite, account.registrationId,
        account.identity.publicKey, account.identity.privateKey.view(), account.authSeed.view(),
        account.headerKeys.publicKey, account.headerKeys.privateKey.view());
}

base::Result<std::optional<QByteArray>> ProfileTable::value(QLatin1String name) {
    RECADO_TRY(sql::Statement statement,
               m_database.query("SELECT value FROM setting WHERE name = ?1", QString(name)));
    return optionalBytes(statement);
}

base::Status ProfileTable::setValue(QLatin1String name, const QByteArray& value) {
    return m_database.run("INSERT OR REPLACE INTO setting (name, value) VALUES (?1, ?2)", QString(name),
                          value);
}

base::Result<quint64> ProfileTable::takeNumbers(messaging::NumberSeries series, quint64 count) {
    if (count == 0)
        return base::makeError(base::Reason::InvalidArgument, QStringLiteral("no numbers were asked for"));
    RECADO_CHECK(m_database.run("INSERT INTO number_series (series, next) VALUES (?1, 1 + ?2) "
                                "ON CONFLICT (series) DO UPDATE SET next = next + ?2",
                                series, count));
    RECADO_TRY(sql::Statement statement,
               m_database.query("SELECT next FROM number_series WHERE series = ?1", series));
    RECADO_TRY(const bool found, statement.step());
    if (!found)
        return base::makeError(base::Reason::StorageFailed, QStringLiteral("a number series is gone"));
    return statement.uint64(0) - count;
}

} // namespace recado::storage
