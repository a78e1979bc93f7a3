#include "ui/common/Text.h"

#include <QFontMetricsF>
#include <QRegularExpression>
#include <QTextBoundaryFinder>

namespace recado::ui {

namespace {

constexpr QChar firstStrongIsolate(0x2068);
constexpr QChar popDirectionalIsolate(0x2069);

bool isDirectionControl(QChar c) {
    const auto value = c.unicode();
    return (value >= 0x202A && value <= 0x202E) || (value >= 0x2066 && value <= 0x2069) || value == 0x200E ||
           value == 0x200F || value == 0x061C;
}

bool isEmojiPoint(char32_t point) {
    return (point >= 0x1F300 && point <= 0x1FAFF) || (point >= 0x2600 && point <= 0x27BF) ||
           (point >= 0x1F1E6 && point <= 0x1F1FF) || (point >= 0x2B00 && point <= 0x2BFF) ||
           (point >= 0x2190 && point <= 0x21FF) || (point >= 0x2300 && point <= 0x23FF) || point == 0x203C ||
           point == 0x2049;
}

/// Whether a grapheme cluster shows as an emoji: a pictograph, alone or with its joiners and modifiers.
bool isEmojiCluster(const QString& cluster) {
    const auto points = cluster.toUcs4();
    if (points.isEmpty() || !isEmojiPoint(points.first()))
        return false;
    // Below U+1F000 the plain form is a text symbol unless the emoji selector follows.
    return points.first() >= 0x1F000 || points.contains(0xFE0FU) || points.first() >= 0x2614;
}

} // namespace

QString cleanName(const QString& name) {
    QString clean;
    clean.reserve(name.size());
    for (const QChar c : name) {
        if (!isDirectionControl(c) && (c.category() != QChar::Other_Control || c.isSpace()))
            clean.append(c);
    }
    return clean.simplified();
}

QString isolated(const QString& name) {
    return firstStrongIsolate + cleanName(name) + popDirectionalIsolate;
}

QString singleLine(const QString& text) {
    // A preview shows one line; a 64 KiB message need not be walked whole for it.
    return text.left(300).simplified();
}

QString elided(const QString& text, const QFontMetricsF& metrics, qreal width) {
    return metrics.elidedText(text, Qt::ElideRight, width);
}

int emojiOnlyCount(const QString& text) {
    const QString trimmed = text.trimmed();
    // Four family emoji are some 44 code units; longer texts cannot be "a few emoji".
    if (trimmed.isEmpty() || trimmed.size() > 64)
        return 0;
    QTextBoundaryFinder finder(QTextBoundaryFinder::Grapheme, trimmed);
    int count = 0;
    qsizetype from = 0;
    while (finder.toNextBoundary() > 0) {
        const QString cluster = trimmed.mid(from, finder.position() - from);
        from = finder.position();
        if (cluster.trimmed().isEmpty())
            continue;
        if (!isEmojiCluster(cluster))
            return 0;
        ++count;
    }
    return count;
}

QVector<LinkRange> findLinks(const QString& text) {
    static const QRegularExpression address(QStringLiteral("\\bhttps?://[^\\s<>\"]+"),
                                            QRegularExpression::CaseInsensitiveOption);
    QVector<LinkRange> links;
    auto matches = address.globalMatch(text);
    while (matches.hasNext()) {
        const auto match = matches.next();
        QString found = match.captured();
        while (!found.isEmpty() && QStringLiteral(".,;:!?)]}'").contains(found.back())) {
            // A closing bracket belongs to the address when it opened one: …/Rust_(language).
            if (found.back() == QLatin1Char(')') && found.contains(QLatin1Char('(')))
                break;
            found.chop(1);
        }
        if (found.size() > 8)
            links.append({match.capturedStart(), found.size()});
    }
    return links;
}

} // namespace recado::ui
