#include "ui/common/Metrics.h"
#include "ui/common/Theme.h"

#include <QHash>
#include <QStringList>

namespace recado::ui {

namespace {

// Tokens stand in capitals between @ signs, so that every colour and size still comes from the theme.
constexpr auto controlRules = R"(
QWidget { color: @TEXT@; }
QMainWindow, QDialog, #page { background: @WINDOW@; }
#surface { background: @SURFACE@; }
#card { background: @SURFACE@; border: 1px solid @HAIRLINE@; border-radius: @CARD@px; }
QLabel { background: transparent; }
QLabel[tone="secondary"] { color: @SECONDARY@; }
QLabel[tone="danger"] { color: @DANGER@; }
QLabel[tone="good"] { color: @GOOD@; }
QLabel[tone="caution"] { color: @CAUTION@; }
QLabel[tone="accent"] { color: @ACCENT@; }
QLineEdit { background: @SURFACE@; border: 1px solid @FIELD@; border-radius: @BUTTON@px; padding: 0 11px;
    min-height: 36px; selection-background-color: @ACCENT@; selection-color: @ONACCENT@; }
QLineEdit:focus { border: 2px solid @ACCENT@; padding: 0 10px; }
QLineEdit[invalid="true"] { border: 1px solid @DANGER@; padding: 0 11px; }
QLineEdit[invalid="true"]:focus { border: 2px solid @DANGER@; padding: 0 10px; }
QLineEdit:disabled { color: @DISABLED@; }
QPlainTextEdit { background: transparent; border: none; selection-background-color: @ACCENT@;
    selection-color: @ONACCENT@; }
QPushButton, QRadioButton { outline: none; }
QPushButton { background: @SURFACE@; border: 1px solid @FIELD@; border-radius: @BUTTON@px; padding: 0 15px;
    min-height: 34px; }
QPushButton:hover { background: @HOVER@; }
QPushButton:focus { border: 2px solid @ACCENT@; padding: 0 14px; min-height: 32px; }
QPushButton:disabled { color: @DISABLED@; border-color: @HAIRLINE@; }
QPushButton[kind="primary"] { background: @ACCENT@; border: 1px solid @ACCENT@; color: @ONACCENT@; font-weight: 600; }
QPushButton[kind="primary"]:hover { background: @ACCENTHOVER@; border-color: @ACCENTHOVER@; }
QPushButton[kind="primary"]:focus { border: 2px solid @TEXT@; }
QPushButton[size="form"] { min-height: 38px; }
QPushButton[size="form"]:focus { min-height: 36px; }
QPushButton[kind="primary"]:disabled { background: @HAIRLINE@; border-color: @HAIRLINE@; color: @SECONDARY@; }
QPushButton[kind="danger"] { color: @DANGER@; }
QPushButton[kind="flat"] { background: transparent; border: 2px solid transparent; border-radius: 6px;
    padding: 0 8px; color: @ACCENT@; font-weight: 600; min-height: 28px; }
QPushButton[kind="flat"]:hover { background: @HOVER@; }
QPushButton[kind="flat"]:focus { border: 2px solid @ACCENT@; padding: 0 8px; min-height: 28px; }
QPushButton[kind="flat"]:disabled { color: @DISABLED@; }
QRadioButton { spacing: 8px; min-height: 30px; border: 2px solid transparent; border-radius: @BUTTON@px; padding: 0 4px; }
QRadioButton:focus { border: 2px solid @ACCENT@; }
QRadioButton::indicator { width: 16px; height: 16px; border-radius: 9px; border: 1px solid @SECONDARY@; background: @SURFACE@; }
QRadioButton::indicator:checked { width: 8px; height: 8px; border: 5px solid @ACCENT@; background: @ONACCENT@; }
QRadioButton:disabled { color: @DISABLED@; }
QSplitter::handle { background: @HAIRLINE@; }
QListView { background: @SURFACE@; border: none; outline: none; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar::handle:vertical { background: @SCROLL@; border-radius: 3px; min-height: 32px; margin: 2px; }
QScrollBar::handle:vertical:hover { background: @SECONDARY@; }
QScrollBar::add-line, QScrollBar::sub-line { height: 0; width: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QScrollArea, QScrollArea > QWidget > QWidget#page { background: @WINDOW@; border: none; }
QMenu { background: @RAISED@; border: 1px solid @HAIRLINE@; border-radius: @BUTTON@px; padding: 4px; }
QMenu::item { padding: 7px 24px 7px 12px; border-radius: 6px; }
QMenu::item:selected { background: @SELECTED@; }
QMenu::item:disabled { color: @DISABLED@; }
QMenu::separator { height: 1px; background: @HAIRLINE@; margin: 4px 8px; }
QToolTip { background: @TOOLTIP@; color: @TOOLTIPTEXT@; border: 1px solid @TOOLTIP@; padding: 4px 6px; }
)";

QColor mixed(const QColor& base, const QColor& over, qreal share) {
    return QColor::fromRgbF(float(base.redF() * (1 - share) + over.redF() * share),
                            float(base.greenF() * (1 - share) + over.greenF() * share),
                            float(base.blueF() * (1 - share) + over.blueF() * share));
}

} // namespace

QString Theme::styleSheet() const {
    const Colors& c = m_colors;
    const QHash<QString, QString> tokens = {
        {QStringLiteral("TEXT"), c.text.name()},
        {QStringLiteral("WINDOW"), c.window.name()},
        {QStringLiteral("SURFACE"), c.surface.name()},
        {QStringLiteral("RAISED"), c.raised.name()},
        {QStringLiteral("HAIRLINE"), c.hairline.name()},
        {QStringLiteral("SECONDARY"), c.secondary.name()},
        {QStringLiteral("DISABLED"), c.disabled.name()},
        {QStringLiteral("ACCENT"), c.accent.name()},
        {QStringLiteral("ONACCENT"), c.onAccent.name()},
        {QStringLiteral("ACCENTHOVER"), mixed(c.accent, c.text, 0.15).name()},
        {QStringLiteral("HOVER"), c.hover.name()},
        {QStringLiteral("SELECTED"), c.selected.name()},
        {QStringLiteral("DANGER"), c.danger.name()},
        {QStringLiteral("GOOD"), c.good.name()},
        {QStringLiteral("CAUTION"), c.caution.name()},
        {QStringLiteral("FIELD"), mixed(c.hairline, c.secondary, 0.35).name()},
        {QStringLiteral("SCROLL"), mixed(c.hairline, c.secondary, 0.3).name()},
        {QStringLiteral("TOOLTIP"), m_dark ? c.raised.name() : c.text.name()},
        {QStringLiteral("TOOLTIPTEXT"), m_dark ? c.text.name() : c.surface.name()},
        {QStringLiteral("CARD"), QString::number(metric::radiusCard)},
        {QStringLiteral("BUTTON"), QString::number(metric::radiusButton)},
    };
    QString sheet;
    const QStringList parts = QString::fromLatin1(controlRules).split(QLatin1Char('@'));
    for (int i = 0; i < parts.size(); ++i)
        sheet += i % 2 == 0 ? parts[i] : tokens.value(parts[i]);
    return sheet;
}

} // namespace recado::ui
