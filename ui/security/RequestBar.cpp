#include "ui/security/RequestBar.h"

#include "ui/common/Label.h"
#include "ui/common/Metrics.h"
#include "ui/common/Text.h"
#include "ui/common/Words.h"

#include <QHBoxLayout>
#include <QPainter>
#include <QPushButton>

namespace recado::ui {

RequestBar::RequestBar(const Theme& theme, QWidget* parent)
    : QWidget(parent)
    , m_theme(theme)
    , m_title(new Label(theme, TextStyle::Title, {}, Tone::Normal, Label::Wrap::Yes))
    , m_text(new Label(theme, TextStyle::Secondary, {}, Tone::Secondary, Label::Wrap::Yes))
    , m_problem(new Label(theme, TextStyle::Secondary, {}, Tone::Danger, Label::Wrap::Yes))
    , m_buttons(new QWidget) {
    setObjectName(QStringLiteral("requestBar"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(metric::huge, metric::large, metric::huge, metric::large);
    layout->setSpacing(metric::unit);
    m_problem->setObjectName(QStringLiteral("requestProblem"));
    m_problem->hide();
    for (Label* label : {m_title, m_text, m_problem}) {
        label->setAlignment(Qt::AlignCenter);
        layout->addWidget(label);
    }
    auto* row = new QHBoxLayout(m_buttons);
    row->setContentsMargins(0, metric::small, 0, 0);
    row->setSpacing(metric::small);
    auto* remove = new QPushButton(tr("Delete"));
    remove->setObjectName(QStringLiteral("requestDelete"));
    remove->setProperty("kind", QStringLiteral("danger"));
    remove->setToolTip(tr("Delete the request and its messages from this device"));
    auto* accept = new QPushButton(tr("Accept"));
    accept->setObjectName(QStringLiteral("requestAccept"));
    accept->setProperty("kind", QStringLiteral("primary"));
    accept->setToolTip(tr("Accept the request and write back"));
    row->addStretch();
    for (QPushButton* button : {remove, accept}) {
        button->setFont(theme.font(TextStyle::Body));
        button->setAccessibleName(button->text());
        button->setAutoDefault(true); // Enter presses it
        row->addWidget(button);
    }
    row->addStretch();
    layout->addWidget(m_buttons);
    connect(accept, &QPushButton::clicked, this, &RequestBar::accepted);
    connect(remove, &QPushButton::clicked, this, &RequestBar::deleted);
    connect(&theme, &Theme::changed, this, qOverload<>(&QWidget::update));
}

void RequestBar::setPerson(const messaging::Person& person) {
    m_title->setText(tr("%1 wants to write to you").arg(isolated(personName(person))));
    m_text->setText(
        tr("You do not know %1 yet. Until you accept, they see neither that you are online nor that "
           "you have read this.")
            .arg(isolated(person.address)));
}

void RequestBar::setBusy(bool busy) {
    m_buttons->setEnabled(!busy);
}

void RequestBar::setProblem(const QString& problem) {
    m_problem->setText(problem);
    m_problem->setVisible(!problem.isEmpty());
}

void RequestBar::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), m_theme.colors().surface);
    painter.fillRect(0, 0, width(), 1, m_theme.colors().hairline);
}

} // namespace recado::ui
