#pragma once

#include "ui/common/Icons.h"
#include "ui/common/PaintedButton.h"
#include "ui/common/Theme.h"

namespace recado::ui {

/// A square button with one tinted icon: the only kind of tool button we have. Its tooltip names the
/// shortcut, its accessible name is what it does.
class IconButton final : public PaintedButton {
    Q_OBJECT
public:
    enum class Kind { Plain, Filled };

    IconButton(const Theme& theme, Icon icon, const QString& name, Kind kind = Kind::Plain,
               QWidget* parent = nullptr);

    void setIconOf(Icon icon);
    /// What the button does; shown as tooltip together with the shortcut.
    void setName(const QString& name, const QKeySequence& shortcut = {});
    /// Side of the square; at least the minimum hit area.
    void setSide(int side);
    void setColor(const QColor& color);
    /// A small count at the corner; 0 shows none.
    void setBadge(int count);

    [[nodiscard]] QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void enterEvent(QEnterEvent* event) override;
    void leaveEvent(QEvent* event) override;

private:
    [[nodiscard]] QColor iconColor() const;
    void paintBadge(QPainter& painter) const;

    const Theme& m_theme;
    Icon m_icon;
    Kind m_kind;
    QColor m_color;
    int m_side;
    int m_badge = 0;
};

} // namespace recado::ui
