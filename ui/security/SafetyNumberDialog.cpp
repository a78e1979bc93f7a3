#include "ui/security/SafetyNumberDialog.h"

#include "ui/common/Icons.h"
#include "ui/common/Label.h"
#include "ui/common/Metrics.h"
#include "ui/common/Paint.h"
#include "ui/common/Text.h"
#include "ui/common/WhenDone.h"
#include "ui/common/Words.h"

#include <QClipboard>
#include <QGridLayout>
#include <QGuiApplication>
#include <QPushButton>

namespace recado::ui {

using messaging::Trust;

namespace {

constexpr int digitsInGroup = 5;
constexpr int groupCount = 12;
constexpr int groupsInRow = 4;

QString unknownGroup() {
    return QStringLiteral("·····");
}

} // namespace

SafetyNumberDialog::SafetyNumberDialog(messaging::Client& client, const Theme& theme,
                                       const messaging::Person& person, QWidget* parent)
    : QDialog(parent)
    , m_client(client)
    , m_theme(theme)
    , m_person(person)
    , m_title(new Label(theme, TextStyle::Title, {}, Tone::Normal, Label::Wrap::Yes))
    , m_text(new Label(theme, TextStyle::Secondary, {}, Tone::Secondary, Label::Wrap::Yes))
    , m_state(new Label(theme, TextStyle::Secondary, {}, Tone::Secondary, Label::Wrap::Yes))
    , m_stateIcon(new QLabel)
    , m_copy(new QPushButton(tr("Copy")))
    , m_unverify(new QPushButton(tr("Remove the mark")))
    , m_goOn(new QPushButton(tr("Go on without comparing")))
    , m_verify(new QPushButton(tr("They are the same"))) {
    setObjectName(QStringLiteral("safetyNumberDialog"));
    setWindowTitle(tr("Safety number"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(metric::huge, metric::huge, metric::huge, metric::large);
    layout->setSpacing(metric::medium);
    m_title->setObjectName(QStringLiteral("safetyTitle"));
    m_title->setText(tr("Safety number with %1").arg(isolated(personName(person))));
    m_text->setObjectName(QStringLiteral("safetyText"));
    m_state->setObjectName(QStringLiteral("safetyState"));
    layout->addWidget(m_title);
    layout->addWidget(m_text);
    auto* card = new QWidget;
    card->setObjectName(QStringLiteral("card"));
    card->setAttribute(Qt::WA_StyledBackground);
    buildNumber(*card);
    layout->addWidget(card);
    auto* stateRow = new QHBoxLayout;
    stateRow->addWidget(m_stateIcon);
    stateRow->addWidget(m_state, 1);
    stateRow->addWidget(m_copy);
    layout->addLayout(stateRow);
    buildButtons(*layout);
    // Not a minimum of the dialog or of the card: it would stand in place of what the digits need.
    layout->addStrut(metric::formWidth - 2 * metric::huge);
    growToContent();
    setButtonsEnabled(false);
    // What is decided must be what is shown: another key meanwhile is another number.
    connect(&m_client, &messaging::Client::identityChanged, this, [this](const messaging::Person& changed) {
        if (changed.account == m_person.account)
            read();
    });
    read();
}

void SafetyNumberDialog::buildNumber(QWidget& card) {
    auto* grid = new QGridLayout(&card);
    grid->setContentsMargins(metric::large, metric::large, metric::large, metric::large);
    grid->setVerticalSpacing(metric::medium);
    QFont digits = m_theme.font(TextStyle::Heading);
    for (int i = 0; i < groupCount; ++i) {
        auto* group = new Label(m_theme, TextStyle::Title);
        group->setObjectName(QStringLiteral("safetyGroup%1").arg(i));
        group->setFont(digits);
        group->setAlignment(Qt::AlignCenter);
        grid->addWidget(group, i / groupsInRow, i % groupsInRow);
        m_groups.append(group);
    }
    card.setAccessibleName(tr("Safety number"));
}

void SafetyNumberDialog::buildButtons(QLayout& layout) {
    auto* row = new QHBoxLayout;
    row->setSpacing(metric::small);
    m_copy->setObjectName(QStringLiteral("safetyCopy"));
    m_copy->setProperty("kind", QStringLiteral("flat"));
    m_copy->setToolTip(tr("Copy the number, to compare it somewhere else"));
    m_unverify->setObjectName(QStringLiteral("safetyUnverify"));
    m_unverify->setToolTip(tr("The number no longer counts as compared"));
    m_goOn->setObjectName(QStringLiteral("safetyGoOn"));
    m_goOn->setToolTip(tr("Trust the new number as it is"));
    m_verify->setObjectName(QStringLiteral("safetyVerify"));
    m_verify->setProperty("kind", QStringLiteral("primary"));
    m_verify->setToolTip(tr("Mark the number as compared"));
    row->addStretch();
    for (QPushButton* button : {m_copy, m_unverify, m_goOn, m_verify}) {
        button->setFont(m_theme.font(TextStyle::Body));
        button->setAutoDefault(true); // Enter presses what has the keyboard, and nothing else
        if (button != m_copy)
            row->addWidget(button);
    }
    m_unverify->hide();
    m_goOn->hide();
    static_cast<QVBoxLayout&>(layout).addLayout(row);
    connect(m_copy, &QPushButton::clicked, this, [this] {
        QGuiApplication::clipboard()->setText(groupsOf(m_number).join(QLatin1Char(' ')));
        m_state->setText(tr("Copied."));
    });
    connect(m_unverify, &QPushButton::clicked, this, [this] { decide(Trust::Unverified); });
    connect(m_goOn, &QPushButton::clicked, this, [this] { decide(Trust::Unverified); });
    connect(m_verify, &QPushButton::clicked, this, [this] { decide(Trust::Verified); });
}

QStringList SafetyNumberDialog::groupsOf(const QString& number) {
    QStringList groups;
    for (qsizetype i = 0; i < number.size(); i += digitsInGroup)
        groups.append(number.mid(i, digitsInGroup));
    return groups;
}

void SafetyNumberDialog::read() {
    setButtonsEnabled(false);
    whenDone(m_client.contactOf(m_person.account), this,
             [this](const base::Result<messaging::Contact>& result) {
                 if (result.ok())
                     show(result.value());
                 else
                     showFailure(result.error().reason);
             });
}

void SafetyNumberDialog::showFailure(base::Reason reason) {
    for (Label* group : std::as_const(m_groups))
        group->setText(unknownGroup());
    m_state->setTone(Tone::Danger);
    m_state->setText(problemText(reason));
    growToContent();
}

void SafetyNumberDialog::show(const messaging::Contact& contact) {
    m_number = contact.safetyNumber;
    const QString name = isolated(personName(m_person));
    const QStringList groups = groupsOf(m_number);
    for (int i = 0; i < m_groups.size(); ++i)
        m_groups[i]->setText(groups.value(i, unknownGroup()));
    const bool changed = contact.trust == Trust::Changed;
    const bool verified = contact.trust == Trust::Verified;
    const bool known = !m_number.isEmpty();
    if (changed) {
        m_title->setText(tr("%1's safety number has changed").arg(name));
        m_text->setText(
            tr("Perhaps %1 has a new device. Perhaps someone is posing as %1. Call or meet %1 and compare "
               "the new number before you go on.")
                .arg(name));
    } else {
        m_text->setText(
            tr("Compare this number with %1 in person or on a call. When it is the same on both sides, "
               "nobody reads along.")
                .arg(name));
    }
    m_state->setText(!known     ? tr("The number will be known after the first message.")
                     : verified ? tr("You have compared it: it is the same.")
                     : changed  ? tr("Sending waits for your decision.")
                                : tr("You have not compared it yet."));
    m_state->setTone(verified ? Tone::Good : changed ? Tone::Caution : Tone::Secondary);
    const Colors& colors = m_theme.colors();
    const Icon icon = verified ? Icon::ShieldCheck : changed ? Icon::ShieldAlert : Icon::Shield;
    const QColor color = verified ? colors.good : changed ? colors.caution : colors.secondary;
    m_stateIcon->setPixmap(tintedIcon(icon, color, metric::icon, devicePixelRatioF()));
    setButtonsEnabled(known);
    m_unverify->setVisible(verified);
    m_goOn->setVisible(changed);
    m_verify->setVisible(!verified);
    growToContent();
    // Not on a decision: nobody shall take one by a stray Enter.
    m_copy->setFocus();
}

void SafetyNumberDialog::growToContent() {
    // Borders and paddings of the style sheet count from the polishing on, which else comes with the showing.
    ensurePolished();
    for (QWidget* part : findChildren<QWidget*>()) {
        part->ensurePolished();
        if (part->layout())
            part->layout()->invalidate();
    }
    layout()->invalidate();
    layout()->activate();
    const int needed = qMax(width(), layout()->totalMinimumSize().width());
    // What wraps is measured a little low by the layout; with nothing to spare the digits would pay for it.
    setMinimumHeight(layout()->totalHeightForWidth(needed) + metric::huge);
    resize(needed, qMax(height(), minimumHeight()));
}

void SafetyNumberDialog::setButtonsEnabled(bool enabled) {
    for (QPushButton* button : {m_copy, m_unverify, m_goOn, m_verify})
        button->setEnabled(enabled);
}

void SafetyNumberDialog::decide(Trust trust) {
    setButtonsEnabled(false);
    const auto answered = [this, trust](const base::Status& status) {
        if (status.ok()) {
            Q_EMIT decided(trust);
            accept();
        } else if (status.error().reason == base::Reason::IdentityChanged) {
            read(); // the number on the screen is no longer the one; the new one is shown instead
        } else {
            setButtonsEnabled(true);
            m_state->setTone(Tone::Danger);
            m_state->setText(problemText(status.error().reason));
        }
    };
    whenDone(m_client.setTrustOf(m_person.account, trust, m_number), this, answered);
}

} // namespace recado::ui
