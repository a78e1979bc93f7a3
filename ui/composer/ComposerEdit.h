#pragma once

#include "ui/common/Theme.h"

#include <QPlainTextEdit>

namespace recado::ui {

/// The writing field: plain text that grows with its lines up to eight, then scrolls. Enter sends,
/// Shift+Enter breaks the line.
class ComposerEdit final : public QPlainTextEdit {
    Q_OBJECT
public:
    explicit ComposerEdit(const Theme& theme, QWidget* parent = nullptr);

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override { return sizeHint(); }

Q_SIGNALS:
    void sendPressed();
    void focusChanged();

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void fitHeight();
    [[nodiscard]] int heightOfLines(int lines) const;

    int m_lines = 1;
};

} // namespace recado::ui
