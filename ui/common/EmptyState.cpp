#include "ui/common/EmptyState.h"

#include "ui/common/Metrics.h"
#include "ui/common/Paint.h"

#include <QPushButton>
#include <QVBoxLayout>

namespace recado::ui {

EmptyState::EmptyState(const Theme& theme, Icon icon, QWidget* parent)
    : QWidget(parent)
    , m_theme(theme)
    , m_icon(icon)
    , m_picture(new QLabel)
    , m_title(new Label(theme, TextStyle::Title, {}, Tone::Normal, Label::Wrap::Yes))
    , m_text(new Label(theme, TextStyle::Secondary, {}, Tone::Secondary, Label::Wrap::Yes))
    , m_button(new QPushButton) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(metric::huge, metric::huge, metric::huge, metric::huge);
    layout->setSpacing(metric::small);
    layout->addStretch(2);
    m_picture->setAlignment(Qt::AlignCenter);
    layout->addWidget(m_picture);
    layout->addSpacing(metric::unit);
    for (Label* label : {m_title, m_text}) {
        label->setAlignment(Qt::AlignHCenter | Qt::AlignTop);
        layout->addWidget(label);
    }
    m_title->setObjectName(QStringLiteral("emptyTitle"));
    m_text->setObjectName(QStringLiteral("emptyText"));
    m_button->setObjectName(QStringLiteral("emptyAction"));
    m_button->setFont(theme.font(TextStyle::Body));
    m_button->setAutoDefault(true); // Enter presses it
    layout->addSpacing(metric::small);
    layout->addWidget(m_button, 0, Qt::AlignHCenter);
    layout->addStretch(3);
    setFocusProxy(m_button);
    connect(m_button, &QPushButton::clicked, this, &EmptyState::actionTriggered);
    connect(&theme, &Theme::changed, this, &EmptyState::refreshIcon);
    refreshIcon();
}

void EmptyState::setWords(const QString& title, const QString& text, const QString& action,
                          const QKeySequence& shortcut) {
    m_title->setText(title);
    m_text->setText(text);
    m_text->setVisible(!text.isEmpty());
    m_button->setText(action);
    m_button->setToolTip(action.isEmpty() ? QString() : withShortcut(action, shortcut));
    m_button->setVisible(!action.isEmpty());
}

void EmptyState::refreshIcon() {
    m_picture->setPixmap(
        tintedIcon(m_icon, m_theme.colors().disabled, metric::listAvatar, devicePixelRatioF()));
}

} // namespace recado::ui
