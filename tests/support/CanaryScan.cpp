#include "support/CanaryScan.h"

#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QFileInfo>

#include <sys/stat.h>

namespace recado::tests {

namespace {

/// Others use the same directories; nothing of ours is nearly as large.
constexpr qint64 largestTemporary = 256 * 1'024 * 1'024;

QByteArray utf16Bytes(const QByteArray& utf8, bool bigEndian) {
    const QString text = QString::fromUtf8(utf8);
    QByteArray bytes;
    for (const QChar character : text) {
        const char high = char(character.unicode() >> 8);
        const char low = char(character.unicode() & 0xff);
        bytes.append(bigEndian ? high : low).append(bigEndian ? low : high);
    }
    return bytes;
}

/// The part of a base64 text that is the same whatever surrounds the bytes, when they begin `shift` bytes
/// after a group of three.
QByteArray base64Core(const QByteArray& bytes, int shift, QByteArray::Base64Options options) {
    const qsizetype skipped = shift == 0 ? 0 : 3 - shift;
    const qsizetype length = (bytes.size() - skipped) / 3 * 3;
    return bytes.mid(skipped, length).toBase64(options | QByteArray::OmitTrailingEquals);
}

} // namespace

void CanaryScan::add(const QString& name, const QByteArray& canary) {
    Q_ASSERT_X(canary.size() >= 8, "CanaryScan", "a canary this short would be found by chance");
    const auto pattern = [&](const char* encoding, const QByteArray& bytes) {
        m_patterns.append({name + QStringLiteral(" as ") + QLatin1String(encoding), bytes});
    };
    pattern("bytes", canary);
    if (QString::fromUtf8(canary).toUtf8() == canary) {
        pattern("UTF-16LE", utf16Bytes(canary, false));
        pattern("UTF-16BE", utf16Bytes(canary, true));
    }
    pattern("hexadecimal", canary.toHex());
    pattern("hexadecimal", canary.toHex().toUpper());
    for (int shift = 0; shift < 3; ++shift) {
        pattern("base64", base64Core(canary, shift, QByteArray::Base64Encoding));
        pattern("base64url", base64Core(canary, shift, QByteArray::Base64UrlEncoding));
    }
}

QStringList CanaryScan::scanBytes(const QByteArray& bytes, const QString& where) const {
    QStringList hits;
    for (const Pattern& pattern : m_patterns) {
        if (bytes.contains(pattern.bytes))
            hits.append(pattern.name + QStringLiteral(" in ") + where);
    }
    hits.removeDuplicates();
    return hits;
}

QStringList CanaryScan::scanDirectory(const QString& directory) const {
    QStringList hits;
    QDirIterator files(directory, QDir::Files | QDir::Hidden | QDir::System, QDirIterator::Subdirectories);
    while (files.hasNext()) {
        const QString path = files.next();
        hits += scanBytes(path.mid(directory.size()).toUtf8(), QStringLiteral("the name of ") + path);
        QFile file(path);
        // A socket or a file that went meanwhile cannot hold anything.
        if (file.open(QIODevice::ReadOnly))
            hits += scanBytes(file.readAll(), path);
    }
    return hits;
}

QStringList CanaryScan::scanOpenFiles(qint64 processId) const {
    QStringList hits;
    const QString descriptors = QStringLiteral("/proc/%1/fd").arg(processId);
    for (const QString& name :
         QDir(descriptors).entryList(QDir::AllEntries | QDir::System | QDir::NoDotAndDotDot)) {
        const QString path = descriptors + QLatin1Char('/') + name;
        struct stat about {};
        // Anything else (a pipe, a socket) is not a place where something stays.
        if (::stat(path.toLocal8Bit().constData(), &about) != 0 || !S_ISREG(about.st_mode))
            continue;
        QFile file(path);
        if (file.open(QIODevice::ReadOnly))
            hits += scanBytes(file.readAll(), QStringLiteral("the open file ") + QFile::symLinkTarget(path));
    }
    return hits;
}

QStringList CanaryScan::scanSystemTemporaries(const QDateTime& since) const {
    QStringList hits;
    for (const char* directory : {"/tmp", "/var/tmp", "/dev/shm"}) {
        const auto files = QDir(QLatin1String(directory)).entryInfoList(QDir::Files | QDir::Hidden);
        for (const QFileInfo& info : files) {
            if (info.lastModified() < since || info.size() > largestTemporary)
                continue;
            QFile file(info.filePath());
            hits += scanBytes(info.fileName().toUtf8(), QStringLiteral("the name of ") + info.filePath());
            if (file.open(QIODevice::ReadOnly))
                hits += scanBytes(file.readAll(), info.filePath());
        }
    }
    return hits;
}

} // namespace recado::tests
