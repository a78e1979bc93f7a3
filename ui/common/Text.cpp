#include "ui/common/Text.h"

#include <QFontMetricsF>
#include <QRegularExpression>
#include <QTextBoundaryFinder>

namespace recado::ui {

namespace {

constexpr QChar firstStrongIsolate(0x2068);
constexpr QChar popDirectionalIsolate(0x2069);

/// Longer "names" are an attack on the one who has to draw them.
constexpr qsizetype longestName = 256;

/// Format characters that take no place and no meaning: two names that differ in them only look the same.
/// Joiners stay, Persian and emoji need them; so do the tags of the flags of England, Scotland and Wales.
bool isInvisible(char32_t point) {
    const bool joiner = point == 0x200C || point == 0x200D;
    const bool tag = point >= 0xE0020 && point <= 0xE007F;
    return QChar::category(point) == QChar::Other_Format && !joiner && !tag;
}

/// Drawn as nothing although they count as letters or symbols.
bool isBlank(char32_t point) {
    return QChar::isSpace(point) || point == 0x200C || point == 0x200D || point == 0x115F ||
           point == 0x1160 || point == 0x3164 || point == 0xFFA0 || point == 0x2800 || point == 0x034F ||
           (point >= 0xFE00 && point <= 0xFE0F) || (point >= 0xE0000 && point <= 0xE0FFF);
}

bool isEmojiPoint(char32_t point) {
    return (point >= 0x1F300 && point <= 0x1FAFF) || (point >= 0x2600 && point <= 0x27BF) ||
           (point >= 0x1F1E6 && point <= 0x1F1FF) || (point >= 0x2B00 && point <= 0x2BFF) ||
           (point >= 0x2190 && point <= 0x21FF) || (point >= 0x2300 && point <= 0x23FF) || point == 0x203C ||
           point == 0x2049;
}

/// Two of them make a flag.
bool isFlagLetter(char32_t point) {
    return point >= 0x1F1E6 && point <= 0x1F1FF;
}

/// Whether a grapheme cluster shows as an emoji: a pictograph, alone or with its joiners and modifiers.
bool isEmojiCluster(const QString& cluster) {
    const auto points = cluster.toUcs4();
    if (points.isEmpty())
        return false;
    // A keycap: a digit, # or *, and the enclosing mark, which some write without the selector between them.
    if (points.last() == 0x20E3)
        return points.size() <= 3 && QStringLiteral("0123456789#*").contains(QChar(ushort(points.first())));
    if (!isEmojiPoint(points.first()))
        return false;
    // Below U+1F000 the plain form is a text symbol unless the emoji selector follows.
    return points.first() >= 0x1F000 || points.contains(0xFE0FU) || points.first() >= 0x2614;
}

} // namespace

QString cleanName(const QString& name) {
    QString clean;
    bool visible = false;
    for (const char32_t point : name.left(longestName).toUcs4()) {
        const bool control = QChar::category(point) == QChar::Other_Control && !QChar::isSpace(point);
        if (control || isInvisible(point))
            continue;
        visible = visible || !isBlank(point);
        clean.append(QStringView(QChar::fromUcs4(point)));
    }
    return visible ? clean.simplified() : QString();
}

QString isolated(const QString& name) {
    return firstStrongIsolate + cleanName(name) + popDirectionalIsolate;
}

QString plainToolTip(const QString& text) {
    // Always markup, always escaped: guessing which of the two it is was the trap.
    return text.isEmpty() ? QString() : QStringLiteral("<qt>%1</qt>").arg(text.toHtmlEscaped());
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
    // Qt takes a family apart, or the flag behind one: what a joiner or half a flag asks for belongs to it.
    bool joins = false;
    bool halfFlag = false;
    while (finder.toNextBoundary() > 0) {
        const QString cluster = trimmed.mid(from, finder.position() - from);
        from = finder.position();
        if (cluster.trimmed().isEmpty())
            continue;
        if (!isEmojiCluster(cluster))
            return 0;
        const auto points = cluster.toUcs4();
        const bool letter = points.size() == 1 && isFlagLetter(points.first());
        const bool continues = joins || (halfFlag && letter);
        if (!continues)
            ++count;
        joins = points.last() == 0x200D;
        halfFlag = letter && !continues;
    }
    return count;
}

QVector<LinkRange> findLinks(const QString& text) {
    static const QRegularExpression address(
        // A direction control inside would make an address look like another one: it ends there.
        QStringLiteral(
            "\\bhttps?://[^\\s<>\"\\x{200E}\\x{200F}\\x{061C}\\x{202A}-\\x{202E}\\x{2066}-\\x{2069}]+"),
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
