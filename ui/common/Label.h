#pragma once

#include "ui/common/Theme.h"

#include <QLabel>

namespace recado::ui {

enum class Tone { Normal, Secondary, Accent, Good, Caution, Danger };

/// A label in one of our text styles: plain text always, wrapping where asked.
class Label : public QLabel {
    Q_OBJECT
public:
    enum class Wrap { No, Yes };

    Label(const Theme& theme, TextStyle style, const QString& text = {}, Tone tone = Tone::Normal,
          Wrap wrap = Wrap::No, QWidget* parent = nullptr);

    void setTone(Tone tone);
};

/// One line of somebody's words: cut with an ellipsis instead of asking for more room.
class ElidedLabel final : public Label {
    Q_OBJECT
public:
    using Label::Label;

    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
};

} // namespace recado::ui
