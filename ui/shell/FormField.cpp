#include "ui/shell/FormField.h"

#include "ui/common/IconButton.h"
#include "ui/common/Label.h"
#include "ui/common/Metrics.h"
#include "ui/common/Paint.h"

#include <QHBoxLayout>
#include <QShortcut>
#include <QVBoxLayout>

namespace recado::ui {

FormField::FormField(const Theme& theme, const QString& name, const QString& label, const QString& hint,
                     QWidget* parent)
    : QWidget(parent)
    , m_edit(new QLineEdit)
    , m_note(new Label(theme, TextStyle::Caption, hint, Tone::Secondary, Label::Wrap::Yes))
    , m_hint(hint) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(metric::unit);
    auto* title = new Label(theme, TextStyle::Secondary, label);
    title->setFont(theme.font(TextStyle::Secondary, QFont::DemiBold));
    title->setBuddy(m_edit);
    m_edit->setObjectName(name);
    m_edit->setAccessibleName(label);
    m_edit->setToolTip(hint.isEmpty() ? label : hint);
    m_edit->setFont(theme.font(TextStyle::Body));
    m_edit->setMaxLength(1'000);
    m_note->setObjectName(name + QStringLiteral("Note"));
    layout->addWidget(title);
    layout->addWidget(m_edit);
    layout->addWidget(m_note);
    m_note->setVisible(!hint.isEmpty());
    connect(m_edit, &QLineEdit::textEdited, this, [this] { setProblem({}); });
}

void FormField::setProblem(const QString& problem) {
    m_problem = problem;
    const bool wrong = !problem.isEmpty();
    m_note->setText(wrong ? problem : m_hint);
    m_note->setTone(wrong ? Tone::Danger : Tone::Secondary);
    m_note->setVisible(!m_note->text().isEmpty());
    setStyleProperty(m_edit, "invalid", wrong);
    m_edit->setAccessibleDescription(m_note->text());
}

void FormField::makeSecret(const Theme& theme) {
    m_edit->setEchoMode(QLineEdit::Password);
    m_edit->setInputMethodHints(Qt::ImhHiddenText | Qt::ImhNoPredictiveText | Qt::ImhNoAutoUppercase);
    auto* eye = new IconButton(theme, Icon::Eye, tr("Show the passphrase"), IconButton::Kind::Plain, m_edit);
    eye->setObjectName(m_edit->objectName() + QStringLiteral("Show"));
    eye->setCheckable(true);
    // It stands inside the field: with the keyboard on it, letters would go through it into the field.
    eye->setFocusPolicy(Qt::NoFocus);
    const QKeySequence keys(Qt::ALT | Qt::Key_V);
    eye->setName(tr("Show the passphrase"), keys);
    auto* shortcut = new QShortcut(keys, m_edit);
    shortcut->setContext(Qt::WidgetShortcut);
    connect(shortcut, &QShortcut::activated, eye, &QAbstractButton::click);
    auto* inside = new QHBoxLayout(m_edit);
    inside->setContentsMargins(0, 0, 3, 0);
    inside->addWidget(eye, 0, Qt::AlignRight | Qt::AlignVCenter);
    m_edit->setTextMargins(0, 0, metric::hitArea, 0);
    connect(eye, &IconButton::toggled, this, [this, eye, keys](bool shown) {
        m_edit->setEchoMode(shown ? QLineEdit::Normal : QLineEdit::Password);
        eye->setIconOf(shown ? Icon::EyeOff : Icon::Eye);
        eye->setName(shown ? tr("Hide the passphrase") : tr("Show the passphrase"), keys);
    });
}

} // namespace recado::ui
