#include "ui/common/Theme.h"

#include "ui/common/Metrics.h"

#include <QApplication>
#include <QEvent>
#include <QPalette>
#include <QStyle>

#include <algorithm>
#include <cmath>

namespace recado::ui {

namespace {

Colors lightColors() {
    return {.window = QColor(0xF6F5F2),
            .surface = QColor(0xFFFFFF),
            .raised = QColor(0xFFFFFF),
            .text = QColor(0x1B1C20),
            .secondary = QColor(0x5E626B),
            .disabled = QColor(0xA3A6AD),
            .accent = QColor(0x4149B8),
            .onAccent = QColor(0xFFFFFF),
            .bubbleIn = QColor(0xFFFFFF),
            .bubbleOut = QColor(0xE3E6FA),
            .hairline = QColor(0xE4E2DC),
            .hover = QColor(0xEFEEEA),
            .selected = QColor(0xE3E6FA),
            .good = QColor(0x1B7F53),
            .caution = QColor(0x9A5B00),
            .danger = QColor(0xBE2C46)};
}

Colors darkColors() {
    return {.window = QColor(0x15161A),
            .surface = QColor(0x1D1F25),
            .raised = QColor(0x262931),
            .text = QColor(0xECEDF0),
            .secondary = QColor(0xA4A8B2),
            .disabled = QColor(0x646873),
            .accent = QColor(0x98A2FF),
            .onAccent = QColor(0x14162B),
            .bubbleIn = QColor(0x262931),
            .bubbleOut = QColor(0x2E3572),
            .hairline = QColor(0x2E313A),
            .hover = QColor(0x23262D),
            .selected = QColor(0x2B3163),
            .good = QColor(0x55C795),
            .caution = QColor(0xF0B45A),
            .danger = QColor(0xFF7D90)};
}

/// Desktops ship 9 to 12 points as their own default: those are "100 %". Outside, the person has asked.
qreal scaleOfSystemFont() {
    const qreal points = QGuiApplication::font().pointSizeF();
    if (points <= 0 || (points >= 9 && points <= 12))
        return 1.0;
    return std::clamp(points / (points < 9 ? 9.0 : 12.0), 0.8, 1.6);
}

qreal pixelsOf(TextStyle style) {
    switch (style) {
    case TextStyle::Caption:
        return 12;
    case TextStyle::Secondary:
        return 13;
    case TextStyle::Body:
        return 14;
    case TextStyle::Message:
        return 14.5;
    case TextStyle::Title:
        return 16;
    case TextStyle::Heading:
        return 20;
    }
    return 14;
}

qreal luminance(const QColor& color) {
    const auto linear = [](qreal channel) {
        return channel <= 0.03928 ? channel / 12.92 : std::pow((channel + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF()) + 0.0722 * linear(color.blueF());
}

bool paletteIsDark() {
    return QGuiApplication::palette().color(QPalette::Window).lightness() < 128;
}

QFont fontOfPixels(qreal pixels) {
    QFont font;
    // The emoji family by name: left to font merging, Qt 6.4 draws some emoji in black.
    font.setFamilies({QStringLiteral("Noto Sans"), QStringLiteral("Noto Color Emoji")});
    // Points, because only they can be fractions; 96 logical dots an inch is 100 %.
    font.setPointSizeF(pixels * 0.75);
    return font;
}

} // namespace

Theme::Theme(QObject* parent)
    : QObject(parent)
    , m_scale(scaleOfSystemFont())
    , m_systemDark(paletteIsDark()) {
    // Qt 6.4 has no signal for a desktop that turns dark; the application is told of its new palette.
    qApp->installEventFilter(this);
    refresh();
}

bool Theme::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::ApplicationPaletteChange && watched == qApp && !m_systemTold) {
        m_systemDark = paletteIsDark();
        refresh();
    }
    return QObject::eventFilter(watched, event);
}

void Theme::setAppearance(Appearance appearance) {
    m_appearance = appearance;
    refresh();
}

void Theme::setSystemDark(bool dark) {
    m_systemTold = true;
    m_systemDark = dark;
    refresh();
}

void Theme::refresh() {
    const bool dark =
        m_appearance == Appearance::Dark || (m_appearance == Appearance::System && m_systemDark);
    if (m_colors.text.isValid() && dark == m_dark)
        return;
    m_dark = dark;
    m_colors = dark ? darkColors() : lightColors();
    Q_EMIT changed();
}

QFont Theme::font(TextStyle style, QFont::Weight weight) const {
    QFont font = fontOfPixels(pixelsOf(style) * m_scale);
    font.setWeight(weight);
    return font;
}

QFont Theme::emojiFont() const {
    return fontOfPixels(pixelsOf(TextStyle::Message) * m_scale * metric::emojiScale);
}

int Theme::motionMs() const {
    const bool still = QApplication::style()->styleHint(QStyle::SH_Widget_Animation_Duration) == 0;
    return still ? 0 : metric::slideMs;
}

qreal contrastRatio(const QColor& first, const QColor& second) {
    const qreal a = luminance(first) + 0.05;
    const qreal b = luminance(second) + 0.05;
    return a > b ? a / b : b / a;
}

} // namespace recado::ui
