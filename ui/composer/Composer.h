#pragma once

#include "ui/common/Theme.h"

#include <QTimer>
#include <QWidget>

namespace recado::ui {

class ComposerEdit;
class IconButton;
class Label;

/// Where one writes: the field, the send button, and a count near the length limit.
class Composer final : public QWidget {
    Q_OBJECT
public:
    /// The longest text a message carries, in UTF-8 bytes (DESIGN, limits).
    static constexpr qsizetype maximumBytes = 65'536;

    explicit Composer(const Theme& theme, QWidget* parent = nullptr);

    [[nodiscard]] QString text() const;
    void setText(const QString& text);
    void clear();
    void focusField();
    /// Who will read it; for the placeholder and screen readers.
    void setRecipient(const QString& name);
    /// Says in the field's place why nothing can be written; empty: writing is possible.
    void setBlocked(const QString& reason);
    /// A line above the field, e.g. why a text could not be sent; goes with the next key.
    void setProblem(const QString& problem);

Q_SIGNALS:
    /// Not empty and not too long; the composer is already clear.
    void sendRequested(const QString& text);
    /// At most one `true` every three seconds while writing, one `false` after the last.
    void typingChanged(bool typing);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void send();
    void onTextChanged();
    void stopTyping();
    void refreshCounter();

    const Theme& m_theme;
    ComposerEdit* m_edit;
    IconButton* m_send;
    Label* m_counter;
    Label* m_problem;
    Label* m_blocked;
    QWidget* m_field;
    QTimer m_typingPause;
    QTimer m_typingIdle;
    qsizetype m_bytes = 0;
    bool m_typing = false;
    bool m_setting = false;
};

} // namespace recado::ui
