#include "storage/IdentityTable.h"

#include "storage/Rows.h"

namespace recado::storage {

using base::makeError;
using base::Reason;

namespace {

base::Error noOwnAccount() {
    return makeError(Reason::NotRegistered, QStringLiteral("this profile has no account yet"));
}

} // namespace

base::Result<crypto::IdentityKeyPair> IdentityTable::localIdentity() {
    RECADO_TRY(sql::Statement row,
               m_database.prepare("SELECT identity_public, identity_private FROM own_account"));
    RECADO_TRY(const bool found, row.step());
    if (!found)
        return noOwnAccount();
    return crypto::IdentityKeyPair{row.bytes(0), secretColumn(row, 1)};
}

base::Result<std::uint32_t> IdentityTable::registrationId() {
    RECADO_TRY(sql::Statement row, m_database.prepare("SELECT registration_id FROM own_account"));
    RECADO_TRY(const bool found, row.step());
    if (!found)
        return noOwnAccount();
    return std::uint32_t(row.int64(0));
}

base::Result<std::optional<QByteArray>> IdentityTable::trustedIdentity(const base::AccountId& account) {
    RECADO_TRY(sql::Statement row,
               m_database.query("SELECT identity_public FROM own_account WHERE account = ?1 UNION ALL "
                                "SELECT identity_trusted FROM contact WHERE account = ?1 AND "
                                "identity_trusted <> x''",
                                account));
    return optionalBytes(row);
}

base::Status IdentityTable::saveIdentity(const base::AccountId& account, QByteArrayView publicKey) {
    RECADO_TRY(const std::optional<QByteArray> known, trustedIdentity(account));
    if (known) {
        if (*known == publicKey)
            return {};
        return makeError(Reason::UntrustedIdentity, QStringLiteral("another identity is trusted already"));
    }
    return m_database.run("INSERT INTO contact (account, identity_trusted) VALUES (?1, ?2) "
                          "ON CONFLICT (account) DO UPDATE SET identity_trusted = excluded.identity_trusted",
                          account, publicKey);
}

} // namespace recado::storage
