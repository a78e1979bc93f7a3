#pragma once

#include "sql/Database.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <memory>

namespace recado::tests {

/// A directory with the options of an encrypted database in it, and ways to look at what is on the disk.
class TemporaryDatabase {
public:
    TemporaryDatabase()
        : m_key(base::SecretBytes::random(32)) {}

    [[nodiscard]] QString path() const { return m_directory.filePath(QStringLiteral("test.db")); }

    [[nodiscard]] sql::DatabaseOptions keyed() const {
        sql::DatabaseOptions options;
        options.path = path();
        options.key = &m_key;
        return options;
    }
    [[nodiscard]] sql::DatabaseOptions plain() const {
        sql::DatabaseOptions options;
        options.path = path();
        options.encryption = sql::Encryption::Plain;
        return options;
    }
    [[nodiscard]] sql::DatabaseOptions reader() const {
        sql::DatabaseOptions options = keyed();
        options.access = sql::Access::ReadOnly;
        return options;
    }

    /// All that any of the database's files holds.
    [[nodiscard]] QByteArray everythingOnDisk() const {
        QByteArray all;
        for (const auto* suffix : {"", "-wal", "-shm", "-journal"}) {
            QFile file(path() + QLatin1String(suffix));
            if (file.open(QIODevice::ReadOnly))
                all += file.readAll();
        }
        return all;
    }

private:
    QTemporaryDir m_directory;
    base::SecretBytes m_key;
};

/// The first column of the first row, or -1.
inline qint64 scalar(sql::Database& database, std::string_view text) {
    auto statement = database.prepare(text);
    if (!statement)
        return -1;
    const auto row = statement->step();
    return row && *row ? statement->int64(0) : -1;
}

} // namespace recado::tests

/// Fails the test with the error's sentence.
#define RECADO_VERIFY_OK(expression)                                                                         \
    do {                                                                                                     \
        const auto& recadoResult = (expression);                                                             \
        QVERIFY2(recadoResult.ok(), recadoResult.ok() ? "" : qPrintable(recadoResult.error().message));      \
    } while (false)
