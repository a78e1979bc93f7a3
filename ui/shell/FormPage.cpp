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
    , m_action(new QPushButton) {
    auto* page = new QWidget;
    page->setObjectName(QStringLiteral("page"));
    auto* rows = new QVBoxLayout(page);
    rows->setContentsMargins(metric::huge, metric::huge, metric::huge, metric::huge);
    rows->addStretch(2);
    m_form->setMaximumWidth(metric::formWidth);
    auto* form = new QVBoxLayout(m_form);
    form->setContentsMargins(0, 0, 0, 0);
    form->setSpacing(metric::unit);
    auto* mark = new QLabel;
    mark->setPixmap(recadoMark(markSize, devicePixelRatioF()));
    form->addWidget(mark);
    form->addSpacing(metric::medium);
    form->addWidget(m_heading);
    form->addWidget(m_text);
    form->addSpacing(metric::medium);
    m_fields->setSpacing(metric::medium);
    form->addLayout(m_fields);
    form->addSpacing(metric::small);
    m_problem->setObjectName(QStringLiteral("formProblem"));
    m_problem->hide();
    form->addWidget(m_problem);
    m_action->setProperty("kind", QStringLiteral("primary"));
    m_action->setFont(theme.font(TextStyle::Body, QFont::DemiBold));
    m_action->setMinimumHeight(metric::listAvatar - metric::unit);
    form->addWidget(m_action);
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
    m_actionWord = word;
    m_action->setObjectName(name);
    m_action->setText(word);
    m_action->setToolTip(withShortcut(word, QKeySequence(Qt::Key_Return)));
}

void FormPage::setBusy(bool busy, const QString& word) {
    m_form->setEnabled(!busy);
    m_action->setText(busy && !word.isEmpty() ? word : m_actionWord);
}

} // namespace recado::ui
