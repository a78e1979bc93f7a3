#include "ui/conversations/NewConversationDialog.h"

#include "ui/common/Label.h"
#include "ui/common/Metrics.h"
#include "ui/common/Paint.h"
#include "ui/common/Text.h"
#include "ui/common/WhenDone.h"
#include "ui/common/Words.h"

#include <QHBoxLayout>
#include <QLineEdit>
#include <QPushButton>
#include <QRegularExpression>
#include <QVBoxLayout>

namespace recado::ui {

NewConversationDialog::NewConversationDialog(messaging::Client& client, const Theme& theme, QWidget* parent)
    : QDialog(parent)
    , m_client(client)
    , m_address(new QLineEdit)
    , m_problem(new Label(theme, TextStyle::Secondary, {}, Tone::Danger, Label::Wrap::Yes))
    , m_start(new QPushButton(tr("Start"))) {
    setObjectName(QStringLiteral("newConversationDialog"));
    setWindowTitle(tr("New conversation"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(metric::huge, metric::huge, metric::huge, metric::large);
    layout->setSpacing(metric::small);
    layout->addWidget(new Label(theme, TextStyle::Title, tr("New conversation")));
    auto* hint = new Label(theme, TextStyle::Secondary,
                           tr("Type the address of the person, or only the name when you share a relay."),
                           Tone::Secondary, Label::Wrap::Yes);
    layout->addWidget(hint);
    layout->addSpacing(metric::unit);
    m_address->setObjectName(QStringLiteral("newAddress"));
    m_address->setAccessibleName(tr("Address"));
    m_address->setPlaceholderText(tr("name or name@relay"));
    m_address->setToolTip(tr("Address, like ana@relay.example.org"));
    m_address->setMaxLength(300);
    m_address->setFont(theme.font(TextStyle::Body));
    layout->addWidget(m_address);
    m_problem->setObjectName(QStringLiteral("newProblem"));
    m_problem->setMinimumHeight(2 * QFontMetrics(m_problem->font()).height());
    m_problem->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    layout->addWidget(m_problem);
    auto* buttons = new QHBoxLayout;
    buttons->addStretch();
    auto* cancel = new QPushButton(tr("Cancel"));
    cancel->setObjectName(QStringLiteral("newCancel"));
    cancel->setToolTip(withShortcut(tr("Cancel"), QKeySequence(Qt::Key_Escape)));
    cancel->setAutoDefault(false);
    m_start->setObjectName(QStringLiteral("newStart"));
    m_start->setToolTip(withShortcut(tr("Start"), QKeySequence(Qt::Key_Return)));
    m_start->setProperty("kind", QStringLiteral("primary"));
    m_start->setDefault(true);
    m_start->setEnabled(false);
    for (QPushButton* button : {cancel, m_start}) {
        button->setFont(theme.font(TextStyle::Body));
        buttons->addWidget(button);
    }
    layout->addLayout(buttons);
    setFixedWidth(metric::formWidth);
    connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
    connect(m_start, &QPushButton::clicked, this, &NewConversationDialog::lookUp);
    connect(m_address, &QLineEdit::textChanged, this, [this](const QString& text) {
        say({});
        m_start->setEnabled(!text.trimmed().isEmpty());
    });
    m_address->setFocus();
}

QString NewConversationDialog::problemOf(const QString& address) {
    const qsizetype at = address.indexOf(QLatin1Char('@'));
    const QString name = at < 0 ? address : address.left(at);
    static const QRegularExpression allowed(QStringLiteral("^[a-z0-9._]{3,32}$"));
    if (name != name.toLower())
        return tr("Names are written in small letters.");
    if (!allowed.match(name).hasMatch())
        return tr("A name has 3 to 32 small letters, digits, dots or underscores.");
    if (at >= 0 && (at == address.size() - 1 || address.indexOf(QLatin1Char('@'), at + 1) >= 0 ||
                    address.contains(QLatin1Char(' '))))
        return tr("After the @ comes the name of the relay, like ana@relay.example.org.");
    return {};
}

void NewConversationDialog::lookUp() {
    QString address = m_address->text().trimmed();
    // A capital at the beginning is a habit, not another name.
    const qsizetype at = address.indexOf(QLatin1Char('@'));
    const qsizetype nameLength = at < 0 ? address.size() : at;
    address.replace(0, nameLength, address.left(nameLength).toLower());
    if (const QString problem = problemOf(address); !problem.isEmpty()) {
        say(problem);
        return;
    }
    m_start->setEnabled(false);
    whenDone(m_client.createDirect(address), this,
             [this, address](const base::Result<base::ConversationId>& result) {
                 m_start->setEnabled(true);
                 if (result.ok()) {
                     Q_EMIT conversationReady(result.value());
                     accept();
                 } else if (result.error().reason == base::Reason::InvalidArgument) {
                     say(tr("You cannot write to this address. Is it your own?"));
                 } else if (result.error().reason == base::Reason::UnknownRecipient) {
                     sayUnknown(address);
                 } else {
                     say(problemText(result.error().reason));
                 }
             });
}

void NewConversationDialog::sayUnknown(const QString& address) {
    say(problemText(base::Reason::UnknownRecipient));
    const auto relayOf = [](const QString& each) { return each.section(QLatin1Char('@'), 1); };
    if (relayOf(address).isEmpty())
        return;
    whenDone(m_client.whoami(), this,
             [this, address, relayOf](const base::Result<messaging::AccountInfo>& me) {
                 if (!me.ok() || relayOf(me->address) == relayOf(address) ||
                     m_address->text().trimmed().compare(address, Qt::CaseInsensitive) != 0)
                     return;
                 say(tr("Only people of your own relay can be reached: addresses that end in @%1.")
                         .arg(isolated(relayOf(me->address))));
             });
}

void NewConversationDialog::say(const QString& problem) {
    m_problem->setText(problem);
    setStyleProperty(m_address, "invalid", !problem.isEmpty());
    m_address->setAccessibleDescription(problem);
}

} // namespace recado::ui
