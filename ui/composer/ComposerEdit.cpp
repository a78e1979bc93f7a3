#include "ui/composer/ComposerEdit.h"

#include "ui/common/Metrics.h"

#include <QKeyEvent>
#include <QScrollBar>

#include <cmath>

namespace recado::ui {

ComposerEdit::ComposerEdit(const Theme& theme, QWidget* parent)
    : QPlainTextEdit(parent) {
    setObjectName(QStringLiteral("composerEdit"));
    setFont(theme.font(TextStyle::Message));
    setFrameShape(QFrame::NoFrame);
    setTabChangesFocus(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    document()->setDocumentMargin(metric::unit);
    connect(this, &QPlainTextEdit::textChanged, this, &ComposerEdit::fitHeight);
    fitHeight();
}

int ComposerEdit::heightOfLines(int lines) const {
    const qreal margins = 2 * document()->documentMargin();
    // One more than the lines take: with less the last of them counts as hidden, and the first one scrolls
    // away.
    return int(lines * std::ceil(QFontMetricsF(font()).lineSpacing()) + margins) + 1;
}

QSize ComposerEdit::sizeHint() const {
    return {metric::hitArea, qMax(metric::hitArea, heightOfLines(m_lines))};
}

void ComposerEdit::fitHeight() {
    // A plain text document measures its height in lines, wrapped ones included.
    const int lines = qBound(1, int(document()->size().height()), metric::composerLines);
    setVerticalScrollBarPolicy(document()->size().height() > metric::composerLines ? Qt::ScrollBarAsNeeded
                                                                                   : Qt::ScrollBarAlwaysOff);
    if (lines == m_lines)
        return;
    m_lines = lines;
    updateGeometry();
}

void ComposerEdit::resizeEvent(QResizeEvent* event) {
    QPlainTextEdit::resizeEvent(event);
    fitHeight();
    // The field scrolled to a new line before there was room for it.
    if (int(document()->size().height()) <= metric::composerLines)
        verticalScrollBar()->setValue(0);
}

void ComposerEdit::keyPressEvent(QKeyEvent* event) {
    const bool enter = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    if (enter && !(event->modifiers() & (Qt::ShiftModifier | Qt::AltModifier))) {
        Q_EMIT sendPressed();
        return;
    }
    if (enter) {
        insertPlainText(QStringLiteral("\n"));
        ensureCursorVisible();
        return;
    }
    QPlainTextEdit::keyPressEvent(event);
}

void ComposerEdit::focusInEvent(QFocusEvent* event) {
    QPlainTextEdit::focusInEvent(event);
    Q_EMIT focusChanged();
}

void ComposerEdit::focusOutEvent(QFocusEvent* event) {
    QPlainTextEdit::focusOutEvent(event);
    Q_EMIT focusChanged();
}

} // namespace recado::ui
