#include "relay/ops/BackupMark.h"

#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QFileInfo>

namespace recado::relay::backupMark {

namespace {

QString markPath(const QString& dataDirectory) {
    return QDir(dataDirectory).filePath(QStringLiteral("last-backup"));
}

} // namespace

void set(const QString& dataDirectory) {
    QFile mark(markPath(dataDirectory));
    if (!mark.open(QIODevice::WriteOnly | QIODevice::Truncate))
        return;
    mark.setPermissions(QFileDevice::ReadOwner | QFileDevice::WriteOwner);
    mark.setFileTime(QDateTime::currentDateTimeUtc(), QFileDevice::FileModificationTime);
}

qint64 read(const QString& dataDirectory) {
    const QFileInfo mark(markPath(dataDirectory));
    return mark.exists() ? mark.lastModified().toSecsSinceEpoch() : 0;
}

} // namespace recado::relay::backupMark
