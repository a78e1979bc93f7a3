#include "ui/composer/Composer.h"

#include "ui/common/IconButton.h"
#include "ui/common/Label.h"
#include "ui/common/Metrics.h"
#include "ui/common/Text.h"
#include "ui/composer/ComposerEdit.h"

#include <QHBoxLayout>
#include <QLocale>
#include <QPainter>

namespace recado::ui {

namespace {

constexpr int typingPauseMs = 3'000;
constexpr int typingIdleMs = 5'000;
/// The count appears this close to the limit.
constexpr qsizetype counterBytes = 2'048;

} // namespace

Composer::Composer(const Theme& theme, QWidget* parent)
    : QWidget(parent)
    , m_theme(theme)
    , m_edit(new ComposerEdit(theme))
    , m_send(new IconButton(theme, Icon::ArrowUp, tr("Send"), IconButton::Kind::Filled))
    , m_counter(new Label(theme, TextStyle::Caption, {}, Tone::Secondary))
    , m_problem(new Label(theme, TextStyle::Secondary, {}, Tone::Danger, Label::Wrap::Yes))
    , m_blocked(new Label(theme, TextStyle::Secondary, {}, Tone::Secondary, Label::Wrap::Yes))
    , m_field(new QWidget) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(metric::large, metric::small, metric::large, metric::large);
    layout->setSpacing(metric::unit);
    m_problem->setObjectName(QStringLiteral("composerProblem"));
    m_problem->hide();
    layout->addWidget(m_problem);
    m_blocked->setObjectName(QStringLiteral("composerBlocked"));
    m_blocked->setAlignment(Qt::AlignCenter);
    m_blocked->setMinimumHeight(metric::hitArea + metric::small);
    m_blocked->hide();
    layout->addWidget(m_blocked);
    auto* row = new QHBoxLayout(m_field);
    row->setContentsMargins(metric::small, metric::unit, metric::unit, metric::unit);
    row->setSpacing(metric::small);
    row->addWidget(m_edit, 1);
    m_counter->setObjectName(QStringLiteral("composerCounter"));
    m_counter->hide();
    row->addWidget(m_counter, 0, Qt::AlignBottom);
    m_send->setObjectName(QStringLiteral("composerSend"));
    m_send->setName(tr("Send"), QKeySequence(Qt::Key_Return));
    QSizePolicy keeps = m_send->sizePolicy();
    // The field's width must not jump when the button comes.
    keeps.setRetainSizeWhenHidden(true);
    m_send->setSizePolicy(keeps);
    m_send->hide();
    row->addWidget(m_send, 0, Qt::AlignBottom);
    layout->addWidget(m_field);
    m_typingPause.setSingleShot(true);
    m_typingPause.setInterval(typingPauseMs);
    m_typingIdle.setSingleShot(true);
    m_typingIdle.setInterval(typingIdleMs);
    connect(&m_typingIdle, &QTimer::timeout, this, &Composer::stopTyping);
    connect(m_edit, &ComposerEdit::sendPressed, this, &Composer::send);
    connect(m_edit, &ComposerEdit::focusChanged, this, qOverload<>(&QWidget::update));
    connect(m_edit, &ComposerEdit::textChanged, this, &Composer::onTextChanged);
    connect(m_send, &IconButton::clicked, this, &Composer::send);
    connect(&theme, &Theme::changed, this, qOverload<>(&QWidget::update));
    setFocusProxy(m_edit);
    setRecipient({});
}

QString Composer::text() const {
    return m_edit->toPlainText();
}

void Composer::setText(const QString& text) {
    m_setting = true; // a draft that comes back is not somebody typing
    m_edit->setPlainText(text);
    m_edit->moveCursor(QTextCursor::End);
    m_setting = false;
}

void Composer::clear() {
    setText({});
    stopTyping();
}

void Composer::focusField() {
    if (!m_field->isHidden())
        m_edit->setFocus(Qt::OtherFocusReason);
}

void Composer::setRecipient(const QString& name) {
    m_edit->setPlaceholderText(tr("Write a message"));
    m_edit->setAccessibleName(name.isEmpty() ? tr("Message") : tr("Message to %1").arg(isolated(name)));
    m_edit->setToolTip(tr("Enter sends, Shift+Enter starts a new line"));
}

void Composer::setBlocked(const QString& reason) {
    m_blocked->setText(reason);
    m_blocked->setVisible(!reason.isEmpty());
    m_field->setVisible(reason.isEmpty());
    update();
}

void Composer::setProblem(const QString& problem) {
    m_problem->setText(problem);
    m_problem->setVisible(!problem.isEmpty());
}

void Composer::onTextChanged() {
    const QString text = m_edit->toPlainText();
    // Three bytes is the most a UTF-16 unit takes: short texts need no count.
    m_bytes = text.size() * 3 < maximumBytes - counterBytes ? text.size() : text.toUtf8().size();
    m_send->setVisible(!text.trimmed().isEmpty());
    m_send->setEnabled(m_bytes <= maximumBytes);
    refreshCounter();
    if (m_setting)
        return;
    setProblem({});
    if (text.isEmpty()) {
        stopTyping();
        return;
    }
    m_typingIdle.start();
    if (!m_typingPause.isActive()) {
        m_typingPause.start();
        m_typing = true;
        Q_EMIT typingChanged(true);
    }
}

void Composer::refreshCounter() {
    const qsizetype left = maximumBytes - m_bytes;
    m_counter->setVisible(left < counterBytes);
    if (m_counter->isHidden())
        return;
    m_counter->setText(QLocale().toString(left));
    m_counter->setTone(left < 0 ? Tone::Danger : Tone::Secondary);
    m_counter->setAccessibleName(left < 0 ? tr("Too long by %n byte(s)", nullptr, int(-left))
                                          : tr("Room for %n byte(s)", nullptr, int(left)));
    m_counter->setToolTip(m_counter->accessibleName());
}

void Composer::send() {
    const QString text = m_edit->toPlainText().trimmed();
    if (text.isEmpty() || m_field->isHidden())
        return;
    if (text.toUtf8().size() > maximumBytes) {
        setProblem(tr("This text is too long for one message. Send it in parts."));
        return;
    }
    clear();
    Q_EMIT sendRequested(text);
}

void Composer::stopTyping() {
    m_typingIdle.stop();
    m_typingPause.stop();
    if (!m_typing)
        return;
    m_typing = false;
    Q_EMIT typingChanged(false);
}

void Composer::paintEvent(QPaintEvent*) {
    const Colors& colors = m_theme.colors();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.fillRect(rect(), colors.window);
    if (m_field->isHidden())
        return;
    const bool focused = m_edit->hasFocus();
    const QRectF field = QRectF(m_field->geometry()).adjusted(0.5, 0.5, -0.5, -0.5);
    painter.setBrush(colors.surface);
    painter.setPen(QPen(focused ? colors.accent : colors.hairline, focused ? 1.5 : 1));
    painter.drawRoundedRect(field, metric::radiusBubble, metric::radiusBubble);
}

} // namespace recado::ui
