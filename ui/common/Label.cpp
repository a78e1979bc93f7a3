#include "ui/common/Label.h"

#include "ui/common/Paint.h"
#include "ui/common/Text.h"

#include <QPainter>

namespace recado::ui {

namespace {

const char* toneName(Tone tone) {
    switch (tone) {
    case Tone::Normal:
        return "";
    case Tone::Secondary:
        return "secondary";
    case Tone::Accent:
        return "accent";
    case Tone::Good:
        return "good";
    case Tone::Caution:
        return "caution";
    case Tone::Danger:
        return "danger";
    }
    return "";
}

} // namespace

Label::Label(const Theme& theme, TextStyle style, const QString& text, Tone tone, Wrap wrap, QWidget* parent)
    : QLabel(text, parent) {
    setTextFormat(Qt::PlainText);
    setFont(theme.font(style, style == TextStyle::Heading || style == TextStyle::Title ? QFont::DemiBold
                                                                                       : QFont::Normal));
    setWordWrap(wrap == Wrap::Yes);
    setTone(tone);
}

void Label::setTone(Tone tone) {
    setStyleProperty(this, "tone", QString::fromLatin1(toneName(tone)));
}

QSize ElidedLabel::minimumSizeHint() const {
    return {0, Label::minimumSizeHint().height()};
}

void ElidedLabel::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setPen(palette().color(foregroundRole()));
    painter.setFont(font());
    painter.drawText(contentsRect(), int(alignment()) | Qt::TextSingleLine,
                     elided(text(), QFontMetricsF(font()), contentsRect().width()));
}

} // namespace recado::ui
