#pragma once

#include <QByteArray>
#include <QDateTime>
#include <QString>
#include <QStringList>
#include <QVector>

namespace recado::tests {

/// Looks for secrets where they must not be. Each canary is looked for as its bytes, as UTF-16 (both orders),
/// in hexadecimal and in base64 at each of the three alignments (standard and URL alphabet).
class CanaryScan {
public:
    /// `name` is what a hit is reported as. Canaries shorter than 8 bytes would be found by chance: they are
    /// refused (an assertion).
    void add(const QString& name, const QByteArray& canary);

    /// Hits in a byte string, one line each: "<name> as <encoding> in <where>".
    [[nodiscard]] QStringList scanBytes(const QByteArray& bytes, const QString& where) const;
    /// Hits in the names and contents of all files below a directory, hidden ones too.
    [[nodiscard]] QStringList scanDirectory(const QString& directory) const;
    /// Hits in the files that a running process has open, those without a name any more too.
    [[nodiscard]] QStringList scanOpenFiles(qint64 processId) const;
    /// Hits in the files (not in folders) that changed since `since` where programs leave temporary things,
    /// whatever TMPDIR says.
    [[nodiscard]] QStringList scanSystemTemporaries(const QDateTime& since) const;

private:
    struct Pattern {
        QString name;
        QByteArray bytes;
    };
    QVector<Pattern> m_patterns;
};

} // namespace recado::tests
