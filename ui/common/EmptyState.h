#pragma once

#include "ui/common/Icons.h"
#include "ui/common/Label.h"

#include <QKeySequence>

class QPushButton;

namespace recado::ui {

/// What stands where there is nothing yet: a line of plain words, what to do, one button.
class EmptyState final : public QWidget {
    Q_OBJECT
public:
    EmptyState(const Theme& theme, Icon icon, QWidget* parent = nullptr);

    /// No button when `action` is empty; `shortcut` is what does the same and is told in its tooltip.
    void setWords(const QString& title, const QString& text, const QString& action = {},
                  const QKeySequence& shortcut = {});

Q_SIGNALS:
    void actionTriggered();

private:
    void refreshIcon();

    const Theme& m_theme;
    Icon m_icon;
    QLabel* m_picture;
    Label* m_title;
    Label* m_text;
    QPushButton* m_button;
};

} // namespace recado::ui
