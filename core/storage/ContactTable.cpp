#include "storage/ContactTable.h"

#include "storage/Rows.h"

namespace recado::storage {

using messaging::ContactRecord;

#define RECADO_CONTACT_COLUMNS                                                                               \
    "SELECT account, address, display_name, accepted, identity_trusted, identity_pending, trust, "           \
    "list_bytes, list_signature, list_version, typing_key_id, typing_key, typing_expires_ms, "               \
    "sent_typing_key_id FROM contact "

namespace {

base::Result<std::optional<ContactRecord>> readContact(sql::Statement& row) {
    RECADO_TRY(const bool found, row.step());
    if (!found)
        return std::optional<ContactRecord>();
    ContactRecord contact;
    contact.account = row.id<base::AccountId>(0);
    contact.address = row.text(1);
    contact.displayName = row.text(2);
    contact.accepted = row.integer(3) != 0;
    contact.identity = {row.bytes(4), row.bytes(5), messaging::Trust(row.integer(6))};
    contact.deviceList = {row.bytes(7), row.bytes(8)};
    contact.deviceListVersion = row.uint64(9);
    contact.typingKey = {row.bytes(10), row.bytes(11), row.int64(12)};
    contact.sentTypingKeyId = row.bytes(13);
    return std::optional<ContactRecord>(std::move(contact));
}

} // namespace

base::Result<std::optional<ContactRecord>> ContactTable::contact(const base::AccountId& account) {
    RECADO_TRY(sql::Statement row, m_database.query(RECADO_CONTACT_COLUMNS "WHERE account = ?1", account));
    return readContact(row);
}

base::Result<std::optional<ContactRecord>> ContactTable::contactByAddress(const QString& address) {
    RECADO_TRY(sql::Statement row,
               m_database.query(RECADO_CONTACT_COLUMNS "WHERE address = ?1 AND holds_address = 1", address));
    return readContact(row);
}

base::Result<std::optional<ContactRecord>> ContactTable::contactByTypingKey(const QByteArray& keyId) {
    if (keyId.isEmpty()) // what contacts without a key have
        return std::optional<ContactRecord>();
    RECADO_TRY(
        sql::Statement row,
        m_database.query(RECADO_CONTACT_COLUMNS "WHERE typing_key_id = ?1 AND typing_key_id <> x''", keyId));
    return readContact(row);
}

base::Status ContactTable::saveContact(const ContactRecord& contact) {
    RECADO_CHECK(takeAddress(contact.account, contact.address));
    return m_database.run(
        "UPDATE contact SET display_name = ?2, accepted = ?3, list_bytes = ?4, list_signature = ?5, "
        "list_version = ?6, typing_key_id = ?7, typing_key = ?8, typing_expires_ms = ?9, "
        "sent_typing_key_id = ?10 WHERE account = ?1",
        contact.account, contact.displayName, contact.accepted, contact.deviceList.bytes,
        contact.deviceList.signature, contact.deviceListVersion, contact.typingKey.keyId,
        contact.typingKey.key, contact.typingKey.expiresAtMs, contact.sentTypingKeyId);
}

/// Leaves a row for the account, with that address.
base::Status ContactTable::takeAddress(const base::AccountId& account, const QString& address) {
    RECADO_CHECK(m_database.run("INSERT INTO contact (account) VALUES (?1) ON CONFLICT DO NOTHING", account));
    RECADO_TRY(
        sql::Statement unchanged,
        m_database.query("SELECT 1 FROM contact WHERE account = ?1 AND address = ?2", account, address));
    RECADO_TRY(const bool had, unchanged.step());
    if (had)
        return {};
    RECADO_CHECK(m_database.run(
        "UPDATE contact SET holds_address = 0 WHERE address = ?1 AND holds_address = 1", address));
    return m_database.run("UPDATE contact SET address = ?2, holds_address = ?3 WHERE account = ?1", account,
                          address, !address.isEmpty());
}

base::Status ContactTable::setIdentity(const base::AccountId& account,
                                       const messaging::IdentityRecord& identity) {
    return m_database.run(
        "INSERT INTO contact (account, identity_trusted, identity_pending, trust) VALUES (?1, ?2, ?3, ?4) "
        "ON CONFLICT (account) DO UPDATE SET identity_trusted = excluded.identity_trusted, "
        "identity_pending = excluded.identity_pending, trust = excluded.trust",
        account, identity.trusted, identity.pending, identity.trust);
}

base::Result<QVector<base::AccountId>> ContactTable::acceptedContacts() {
    RECADO_TRY(sql::Statement row,
               m_database.prepare("SELECT account FROM contact WHERE accepted = 1 AND identity_pending = "
                                  "x'' ORDER BY account"));
    return everyRow<base::AccountId>(row, [](const sql::Statement& at) { return at.id<base::AccountId>(0); });
}

#undef RECADO_CONTACT_COLUMNS

} // namespace recado::storage
