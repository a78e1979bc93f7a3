#pragma once

#include "ui/common/Label.h"

#include <QWidget>

class QVariantAnimation;
class QPushButton;

namespace recado::ui {

/// The strip under a header that says what is the matter and, where there is a choice, offers it.
/// It slides in and out; what it says is also its accessible name.
class Banner final : public QWidget {
    Q_OBJECT
public:
    explicit Banner(const Theme& theme, QWidget* parent = nullptr);

    /// Slides in, or changes its words in place. No action when `action` is empty.
    void say(const QString& text, Tone tone, const QString& action = {});
    void dismiss();
    /// Whether it is shown or on its way in.
    [[nodiscard]] bool isSaying() const { return m_saying; }
    [[nodiscard]] QString text() const;

Q_SIGNALS:
    void actionTriggered();

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void slideTo(int height);
    void place();
    [[nodiscard]] int fullHeight() const;
    [[nodiscard]] int labelWidth() const;

    const Theme& m_theme;
    Label* m_label;
    QPushButton* m_action;
    QVariantAnimation* m_slide;
    Tone m_tone = Tone::Normal;
    bool m_saying = false;
};

} // namespace recado::ui
