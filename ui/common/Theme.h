#pragma once

#include <QColor>
#include <QFont>
#include <QObject>

namespace recado::ui {

/// The colour tokens of one appearance. Widgets name a token, never a colour.
struct Colors {
    QColor window, surface, raised;
    QColor text, secondary, disabled;
    QColor accent, onAccent;
    QColor bubbleIn, bubbleOut;
    QColor hairline, hover, selected;
    QColor good, caution, danger;
};

enum class TextStyle { Caption, Secondary, Body, Message, Title, Heading };
enum class Appearance { System, Light, Dark };

/// What everything drawn by us looks like: colours of the current appearance and fonts at the person's size.
/// One object per window, owned by the composition root; widgets keep a reference and repaint on changed().
class Theme final : public QObject {
    Q_OBJECT
public:
    explicit Theme(QObject* parent = nullptr);

    [[nodiscard]] const Colors& colors() const { return m_colors; }
    [[nodiscard]] bool isDark() const { return m_dark; }
    [[nodiscard]] Appearance appearance() const { return m_appearance; }
    void setAppearance(Appearance appearance);
    /// What the system asks for; matters while the appearance is System. Followed by itself from the
    /// application's palette, until a caller who knows better (a desktop's own setting) says it once.
    void setSystemDark(bool dark);

    [[nodiscard]] QFont font(TextStyle style, QFont::Weight weight = QFont::Normal) const;
    /// A message made of a few emoji only is set this large.
    [[nodiscard]] QFont emojiFont() const;
    /// The person's text size against ours, 0.8 to 1.6.
    [[nodiscard]] qreal scale() const { return m_scale; }
    /// Zero when the system asks for reduced motion.
    [[nodiscard]] int motionMs() const;

    /// The style sheet of the standard controls in the current colours.
    [[nodiscard]] QString styleSheet() const;

Q_SIGNALS:
    void changed();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void refresh();

    Colors m_colors;
    Appearance m_appearance = Appearance::System;
    qreal m_scale = 1.0;
    bool m_systemDark = false;
    bool m_systemTold = false; // by setSystemDark(): the palette no longer counts
    bool m_dark = false;
};

/// WCAG 2 contrast ratio of two opaque colours, 1 to 21.
qreal contrastRatio(const QColor& first, const QColor& second);

} // namespace recado::ui
