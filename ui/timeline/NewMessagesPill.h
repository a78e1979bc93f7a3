#pragma once

#include "ui/common/PaintedButton.h"
#include "ui/common/Theme.h"

namespace recado::ui {

/// Floats over the timeline's lower corner while its end is out of view: back to the newest message, with the
/// count of those that came in meanwhile.
class NewMessagesPill final : public PaintedButton {
    Q_OBJECT
public:
    explicit NewMessagesPill(const Theme& theme, QWidget* parent);

    void setCount(int count);
    [[nodiscard]] QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    const Theme& m_theme;
};

} // namespace recado::ui
