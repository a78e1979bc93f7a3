#include "ui/shell/FormPage.h"

#include "ui/common/Icons.h"
#include "ui/common/Label.h"
#include "ui/common/Metrics.h"
#include "ui/common/Paint.h"

#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

namespace recado::ui {

namespace {

constexpr int markSize = 56;

} // namespace

FormPage::FormPage(const Theme& theme, QWidget* parent)
    : QWidget(parent)
    , m_theme(theme)
    , m_form(new QWidget)
    , m_fields(new QVBoxLayout)
    , m_heading(new Label(theme, TextStyle::Heading, {}, Tone::Normal, Label::Wrap::Yes))
    , m_text(new Label(theme, TextStyle::Body, {}, Tone::Secondary, Label::Wrap::Yes))
    , m_problem(new Label(theme, TextStyle::Secondary, {}, Tone::Danger, Label::Wrap::Yes))
    , m_action(new QPushButton)
    , m_secondary(new QVBoxLayout) {
    auto* page = new QWidget;
    page->setObjectName(QStringLiteral("page"));
    auto* rows = new QVBoxLayout(page);
    rows->setContentsMargins(metric::huge, metric::huge, metric::huge, metric::huge);
    rows->addStretch(2);
    m_form->setMaximumWidth(metric::formWidth);
    m_rows = new QVBoxLayout(m_form);
    m_rows->setContentsMargins(0, 0, 0, 0);
    m_rows->setSpacing(metric::unit);
    auto* mark = new QLabel;
    mark->setPixmap(recadoMark(markSize, devicePixelRatioF()));
    m_rows->addWidget(mark);
    m_rows->addSpacing(metric::medium);
    m_rows->addWidget(m_heading);
    m_rows->addWidget(m_text);
    m_rows->addSpacing(metric::medium);
    m_fields->setSpacing(metric::medium);
    m_rows->addLayout(m_fields);
    m_rows->addSpacing(metric::medium);
    m_problem->setObjectName(QStringLiteral("formProblem"));
    m_problem->hide();
    m_rows->addWidget(m_problem);
    m_action->setProperty("kind", QStringLiteral("primary"));
    m_action->setProperty("size", QStringLiteral("form"));
    m_action->setFont(theme.font(TextStyle::Body, QFont::DemiBold));
    m_action->setAutoDefault(true); // Enter presses it
    auto* centred = new QHBoxLayout;
    centred->addStretch(1);
    centred->addWidget(m_form, 1000);
    centred->addStretch(1);
    rows->addLayout(centred);
    rows->addStretch(3);
    auto* scroll = new QScrollArea;
    scroll->setWidget(page);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setFocusPolicy(Qt::NoFocus);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(scroll);
    connect(m_action, &QPushButton::clicked, this, [this] { submit(); });
}

void FormPage::setHeading(const QString& heading, const QString& text) {
    m_heading->setText(heading);
    m_text->setText(text);
}

void FormPage::setProblem(const QString& problem) {
    m_problem->setText(problem);
    m_problem->setVisible(!problem.isEmpty());
    m_action->setAccessibleDescription(problem);
}

void FormPage::setAction(const QString& name, const QString& word) {
    // Last of all, so that the keyboard comes to it after the fields.
    if (!m_action->parentWidget()) {
        m_rows->addWidget(m_action);
        m_rows->addLayout(m_secondary);
    }
    m_actionWord = word;
    m_action->setObjectName(name);
    m_action->setText(word);
    m_action->setToolTip(withShortcut(word, QKeySequence(Qt::Key_Return)));
}

void FormPage::addSecondaryAction(QPushButton& button) {
    button.setProperty("kind", QStringLiteral("flat"));
    button.setFont(m_theme.font(TextStyle::Body));
    button.setAutoDefault(true);
    m_secondary->addWidget(&button, 0, Qt::AlignHCenter);
}

void FormPage::setBusy(bool busy, const QString& word) {
    // A widget that is off loses the keyboard; it gets it back when nobody else has it by then.
    if (busy && m_form->isEnabled())
        m_focusBefore = m_form->focusWidget();
    m_form->setEnabled(!busy);
    m_action->setText(busy && !word.isEmpty() ? word : m_actionWord);
    if (busy)
        return;
    const QWidget* focused = window()->focusWidget();
    if (m_focusBefore && (!focused || focused == window()))
        m_focusBefore->setFocus();
    m_focusBefore.clear();
}

} // namespace recado::ui
