#include "ui/common/Avatar.h"

#include <QPainter>
#include <QTextBoundaryFinder>

#include <array>
#include <cstddef>

namespace recado::ui {

namespace {

constexpr std::array<int, 8> hues = {232, 198, 164, 122, 42, 18, 340, 284};

bool isLetterOrDigit(const QString& cluster) {
    const auto points = cluster.toUcs4();
    return !points.isEmpty() && QChar::isLetterOrNumber(points.first());
}

/// The first whole letter of a word, accents and surrogates included; empty when there is none.
QString firstLetter(const QString& word) {
    QTextBoundaryFinder finder(QTextBoundaryFinder::Grapheme, word);
    qsizetype from = 0;
    while (finder.toNextBoundary() > 0) {
        const QString cluster = word.mid(from, finder.position() - from);
        if (isLetterOrDigit(cluster))
            return cluster.toUpper();
        from = finder.position();
    }
    return {};
}

/// The same for ever: not qHash, whose seed and method may change.
std::size_t hueIndexOf(const base::AccountId& account) {
    unsigned sum = 0;
    for (int i = 0; i < base::AccountId::size; ++i)
        sum = sum * 31 + account.data()[i];
    return (sum ^ (sum >> 11)) % hues.size();
}

} // namespace

AvatarColors avatarColors(const base::AccountId& account, bool dark) {
    const int hue = hues[hueIndexOf(account)];
    if (dark)
        return {QColor::fromHsl(hue, 70, 72), QColor::fromHsl(hue, 150, 218)};
    return {QColor::fromHsl(hue, 110, 224), QColor::fromHsl(hue, 130, 72)};
}

QString initialsOf(const QString& name) {
    const QStringList words = name.split(QLatin1Char(' '), Qt::SkipEmptyParts);
    QStringList letters;
    for (const QString& word : words) {
        if (const QString letter = firstLetter(word); !letter.isEmpty())
            letters.append(letter);
    }
    if (letters.isEmpty())
        return QStringLiteral("?");
    return letters.size() == 1 ? letters.first() : letters.first() + letters.last();
}

void paintAvatar(QPainter& painter, const QRectF& rect, const QString& name, const base::AccountId& account,
                 const Theme& theme) {
    const AvatarColors colors = avatarColors(account, theme.isDark());
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(colors.background);
    painter.drawEllipse(rect);
    QFont font = theme.font(TextStyle::Body, QFont::DemiBold);
    font.setPixelSize(qMax(10, int(rect.height() * 0.36)));
    painter.setFont(font);
    painter.setPen(colors.initials);
    painter.drawText(rect, Qt::AlignCenter, initialsOf(name));
    painter.restore();
}

} // namespace recado::ui
