#include "relay/storage/RelayMeta.h"

#include "base/Ids.h"
#include "sql/Database.h"

namespace recado::relay {

using base::makeError;
using base::Reason;

namespace {

constexpr qint64 bootEpochs = 1 << 24;
constexpr int incarnationSize = 16;

} // namespace

base::Result<RelayMeta> startNewEpoch(sql::Database& database) {
    QByteArray incarnation(incarnationSize, '\0');
    base::fillRandom(incarnation.data(), std::size_t(incarnation.size()));
    RECADO_TRY(sql::Statement statement,
               database.query("INSERT INTO meta (id, incarnation, boot_epoch) VALUES (1, ?1, 1)"
                              " ON CONFLICT (id) DO UPDATE SET boot_epoch = boot_epoch + 1"
                              " RETURNING public_name, incarnation, boot_epoch",
                              incarnation));
    RECADO_TRY(const bool row, statement.step());
    if (!row)
        return makeError(Reason::StorageCorrupt, QStringLiteral("the store does not know its epoch"));
    const qint64 epoch = statement.int64(2);
    if (epoch < 1 || epoch >= bootEpochs)
        return makeError(Reason::StorageFailed, QStringLiteral("this store has used up its boot epochs"));
    return RelayMeta{statement.text(0), statement.bytes(1), quint32(epoch)};
}

base::Status storePublicName(sql::Database& database, const QString& name) {
    if (name.isEmpty())
        return makeError(Reason::Configuration, QStringLiteral("name: must not be empty"));
    RECADO_TRY(sql::Statement statement,
               database.query("UPDATE meta SET public_name = coalesce(public_name, ?1) RETURNING public_name",
                              name));
    RECADO_TRY(const bool row, statement.step());
    if (!row || statement.text(0) != name)
        return makeError(Reason::Configuration,
                         QStringLiteral("name: this relay has been another one since its first start"));
    return {};
}

} // namespace recado::relay
