#include "relay/ops/BackupManifest.h"

#include "relay/ops/DurableFile.h"
#include "relay/storage/RelayMeta.h"
#include "sql/Database.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonDocument>
#include <QJsonObject>

namespace recado::relay {

using base::makeError;
using base::Reason;
using base::Result;
using base::Status;

namespace {

constexpr qint64 largestManifest = 1'024 * 1'024;

base::Error brokenBackup(const QString& what) {
    return makeError(Reason::StorageCorrupt, QStringLiteral("backup: ") + what);
}

QString quotedName(const QString& table) {
    QString name = table;
    return QLatin1Char('"') + name.replace(QLatin1Char('"'), QLatin1String("\"\"")) + QLatin1Char('"');
}

/// A name in a manifest must not lead out of the backup.
bool isPlainName(const QString& name) {
    return !name.isEmpty() && !name.contains(QLatin1Char('/')) && !name.startsWith(QLatin1Char('.'));
}

} // namespace

QByteArray BackupManifest::toJson() const {
    QJsonObject rowsObject;
    for (auto row = rows.cbegin(); row != rows.cend(); ++row)
        rowsObject.insert(row.key(), row.value());
    QJsonObject filesObject;
    for (auto file = files.cbegin(); file != files.cend(); ++file)
        filesObject.insert(
            file.key(), QJsonObject{{QStringLiteral("bytes"), file->bytes},
                                    {QStringLiteral("sha256"), QString::fromLatin1(file->sha256.toHex())}});
    return QJsonDocument(QJsonObject{
                             {QStringLiteral("format"), format},
                             {QStringLiteral("createdAt"), createdAt},
                             {QStringLiteral("program"), program},
                             {QStringLiteral("relay"), relayName},
                             {QStringLiteral("storeIncarnation"), QString::fromLatin1(incarnation.toHex())},
                             {QStringLiteral("schema"), schema},
                             {QStringLiteral("rows"), rowsObject},
                             {QStringLiteral("waitingEnvelopes"), waiting},
                             {QStringLiteral("files"), filesObject},
                         })
        .toJson(QJsonDocument::Indented);
}

Result<BackupManifest> BackupManifest::fromJson(const QByteArray& json) {
    const QJsonDocument document = QJsonDocument::fromJson(json);
    const QJsonObject object = document.object();
    BackupManifest manifest;
    manifest.format = object.value(QStringLiteral("format")).toInt();
    if (manifest.format > currentFormat)
        return makeError(
            Reason::UnsupportedVersion,
            QStringLiteral("backup: its format %1 is newer than this program").arg(manifest.format));
    if (manifest.format < 1)
        return brokenBackup(QStringLiteral("manifest.json is no manifest"));
    manifest.createdAt = object.value(QStringLiteral("createdAt")).toString();
    manifest.program = object.value(QStringLiteral("program")).toString();
    manifest.relayName = object.value(QStringLiteral("relay")).toString();
    manifest.incarnation =
        QByteArray::fromHex(object.value(QStringLiteral("storeIncarnation")).toString().toLatin1());
    manifest.schema = object.value(QStringLiteral("schema")).toInt();
    const QJsonObject rows = object.value(QStringLiteral("rows")).toObject();
    for (auto row = rows.begin(); row != rows.end(); ++row)
        manifest.rows.insert(row.key(), row.value().toInteger());
    const QJsonObject files = object.value(QStringLiteral("files")).toObject();
    for (auto file = files.begin(); file != files.end(); ++file) {
        if (!isPlainName(file.key()))
            return brokenBackup(QStringLiteral("manifest.json names %1").arg(file.key()));
        const QJsonObject said = file.value().toObject();
        manifest.files.insert(
            file.key(), {said.value(QStringLiteral("bytes")).toInteger(),
                         QByteArray::fromHex(said.value(QStringLiteral("sha256")).toString().toLatin1())});
    }
    return manifest;
}

Result<RowCounts> countRowsOf(sql::Database& database) {
    QStringList tables;
    {
        RECADO_TRY(sql::Statement statement,
                   database.query("SELECT name FROM sqlite_schema WHERE type = 'table'"
                                  " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"));
        while (true) {
            RECADO_TRY(const bool row, statement.step());
            if (!row)
                break;
            tables.append(statement.text(0));
        }
    }
    RowCounts rows;
    for (const QString& table : std::as_const(tables)) {
        RECADO_TRY(
            sql::Statement statement,
            database.query(QStringLiteral("SELECT count(*) FROM %1").arg(quotedName(table)).toStdString()));
        RECADO_TRY(const bool row, statement.step());
        rows.insert(table, row ? qint64(statement.int64(0)) : 0);
    }
    return rows;
}

Result<qint64> verifyDatabase(const QString& path, const RowCounts& rows) {
    sql::DatabaseOptions options;
    options.path = path;
    options.encryption = sql::Encryption::Plain;
    options.access = sql::Access::ReadOnly;
    RECADO_TRY(const std::unique_ptr<sql::Database> database, sql::Database::openExisting(options));
    RECADO_CHECK(database->checkIntegrity());
    {
        RECADO_TRY(sql::Statement dangling, database->query("PRAGMA foreign_key_check"));
        RECADO_TRY(const bool found, dangling.step());
        if (found)
            return brokenBackup(QStringLiteral("a row refers to one that is not there"));
    }
    RECADO_TRY(const RowCounts found, countRowsOf(*database));
    for (auto row = rows.cbegin(); row != rows.cend(); ++row) {
        if (found.value(row.key(), -1) != row.value())
            return brokenBackup(QStringLiteral("%1 has %2 rows instead of %3")
                                    .arg(row.key())
                                    .arg(found.value(row.key(), -1))
                                    .arg(row.value()));
    }
    return countWaiting(*database);
}

Result<BackupManifest> verifyBackup(const QString& directory) {
    QFile file(QDir(directory).filePath(QStringLiteral("manifest.json")));
    if (!file.exists())
        return makeError(Reason::Configuration,
                         QStringLiteral("backup: there is no backup in %1").arg(directory));
    if (!file.open(QIODevice::ReadOnly))
        return makeError(Reason::IoFailed, QStringLiteral("backup: ") + file.errorString());
    RECADO_TRY(BackupManifest manifest, BackupManifest::fromJson(file.read(largestManifest)));
    if (!manifest.files.contains(QStringLiteral("relay.db")))
        return brokenBackup(QStringLiteral("it holds no relay.db"));
    for (auto said = manifest.files.cbegin(); said != manifest.files.cend(); ++said) {
        const QString path = QDir(directory).filePath(said.key());
        if (QFileInfo(path).size() != said->bytes)
            return brokenBackup(QStringLiteral("%1 is missing or cut short").arg(said.key()));
        RECADO_TRY(const QByteArray sum, durableFile::hash(path));
        if (sum != said->sha256)
            return brokenBackup(QStringLiteral("%1 is not what was backed up").arg(said.key()));
    }
    RECADO_TRY(manifest.waiting,
               verifyDatabase(QDir(directory).filePath(QStringLiteral("relay.db")), manifest.rows));
    return manifest;
}

} // namespace recado::relay
