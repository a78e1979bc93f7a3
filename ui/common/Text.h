#pragma once

#include <QString>
#include <QVector>

class QFontMetricsF;

namespace recado::ui {

/// Helpers for text that others wrote. It is always plain text.

/// A name or title safe beside other words: control characters, direction overrides and what nobody can see
/// removed, white space squeezed, no longer than a name has reason to be, wrapped in isolation marks so that
/// its direction cannot reorder its neighbours. Empty when nothing visible is left.
QString isolated(const QString& name);
/// As isolated(), without the marks: for a widget that shows nothing else.
QString cleanName(const QString& name);
/// For a tooltip. Qt takes a tooltip for markup when it looks like it; this one is shown as it is.
QString plainToolTip(const QString& text);
/// The text on one line, for previews.
QString singleLine(const QString& text);
/// Cut with an ellipsis at the text's own end, whichever direction it runs in.
QString elided(const QString& text, const QFontMetricsF& metrics, qreal width);

/// How many emoji a text consists of; 0 when it holds anything else besides white space.
int emojiOnlyCount(const QString& text);

struct LinkRange {
    qsizetype start = 0;
    qsizetype length = 0;

    bool operator==(const LinkRange&) const = default;
};
/// The http and https addresses in a text, without the punctuation that ends a sentence.
QVector<LinkRange> findLinks(const QString& text);

} // namespace recado::ui
