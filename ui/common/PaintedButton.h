#pragma once

#include <QAbstractButton>

namespace recado::ui {

/// A button that paints itself. Enter presses it as Space does, because people try both.
class PaintedButton : public QAbstractButton {
    Q_OBJECT
public:
    using QAbstractButton::QAbstractButton;

protected:
    void keyPressEvent(QKeyEvent* event) override;
};

} // namespace recado::ui
