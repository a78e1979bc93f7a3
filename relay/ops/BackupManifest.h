#pragma once

#include "base/Result.h"

#include <QByteArray>
#include <QMap>
#include <QString>

namespace recado::sql {
class Database;
}

namespace recado::relay {

using RowCounts = QMap<QString, qint64>; // by table

/// What a backup says about itself, in `manifest.json` beside its files. docs/backup.md has an example.
struct BackupManifest {
    static constexpr int currentFormat = 1;

    struct File {
        qint64 bytes = 0;
        QByteArray sha256;
    };

    int format = currentFormat;
    QString createdAt; // ISO 8601, UTC
    QString program;
    QString relayName;
    QByteArray incarnation;
    int schema = 0;
    RowCounts rows;
    qint64 waiting = 0;        // envelopes
    QMap<QString, File> files; // by name, without the manifest itself

    [[nodiscard]] QByteArray toJson() const;
    /// `StorageCorrupt` for what is no manifest, `UnsupportedVersion` for one of a later format.
    static base::Result<BackupManifest> fromJson(const QByteArray& json);
};

/// The rows of every table.
base::Result<RowCounts> countRowsOf(sql::Database& database);

/// Reads all of a database file: structure, references, and that it has these rows. Returns how many
/// envelopes wait in it. `StorageCorrupt`.
base::Result<qint64> verifyDatabase(const QString& path, const RowCounts& rows);

/// The manifest of a backup whose every file is what it says. `StorageCorrupt`, `Configuration` when there is
/// no backup there, `IoFailed`.
base::Result<BackupManifest> verifyBackup(const QString& directory);

} // namespace recado::relay
