#include "ui/shell/FirstStartPage.h"

#include "messaging/Types.h"
#include "ui/common/Label.h"
#include "ui/common/Metrics.h"
#include "ui/common/WhenDone.h"
#include "ui/common/Words.h"
#include "ui/shell/FormField.h"
#include "ui/shell/Passphrase.h"

#include <QRadioButton>
#include <QRegularExpression>
#include <QVBoxLayout>

namespace recado::ui {

namespace {

QString noRelayText() {
    return FirstStartPage::tr("This is neither an address nor an invitation.");
}

} // namespace

FirstStartPage::FirstStartPage(ProfileGate& gate, const Theme& theme, QWidget* parent)
    : FormPage(theme, parent)
    , m_gate(gate)
    , m_relay(new FormField(theme, QStringLiteral("startRelay"), tr("Relay or invitation"),
                            tr("The address of your relay, or the link somebody sent you.")))
    , m_username(
          new FormField(theme, QStringLiteral("startUsername"), tr("Username"),
                        tr("3 to 32 small letters, digits, dots or underscores. People find you by it.")))
    , m_displayName(new FormField(theme, QStringLiteral("startDisplayName"), tr("Your name (optional)"), {}))
    , m_protection(new QWidget)
    , m_keychain(new QRadioButton(tr("Open with my system's keychain")))
    , m_passphraseChoice(new QRadioButton(tr("Ask me for a passphrase")))
    , m_passphrase(new FormField(theme, QStringLiteral("startPassphrase"), tr("Passphrase"),
                                 tr("At least 8 characters. Nobody else can restore it for you.")))
    , m_repeat(new FormField(theme, QStringLiteral("startRepeat"), tr("Passphrase again"), {})) {
    setObjectName(QStringLiteral("firstStart"));
    setHeading(tr("Welcome to Recado"),
               tr("Write with people you know. What you write is readable on your devices and theirs only."));
    m_relay->edit().setPlaceholderText(QStringLiteral("relay.example.org"));
    m_username->edit().setMaxLength(64);
    m_displayName->edit().setMaxLength(int(messaging::longestDisplayName));
    for (FormField* field : {m_relay, m_username, m_displayName})
        fields().addWidget(field);
    buildProtection();
    setAction(QStringLiteral("startAction"), tr("Create account"));
    // A recovery invitation is for one account: its name need not be typed.
    connect(&m_relay->edit(), &QLineEdit::textChanged, this, [this](const QString& text) {
        const auto invitation = parseInvitation(text);
        if (invitation && !invitation->username.isEmpty())
            m_username->edit().setText(invitation->username);
    });
    for (FormField* field : {m_relay, m_username, m_displayName, m_passphrase, m_repeat})
        connect(&field->edit(), &QLineEdit::returnPressed, this, [this] { submit(); });
}

void FirstStartPage::buildProtection() {
    auto* layout = new QVBoxLayout(m_protection);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    auto* title = new Label(theme(), TextStyle::Secondary, tr("How shall this profile be protected?"));
    title->setFont(theme().font(TextStyle::Secondary, QFont::DemiBold));
    layout->addWidget(title);
    m_keychain->setObjectName(QStringLiteral("startKeychain"));
    m_keychain->setToolTip(tr("The key lies in the keychain that opens when you log in"));
    m_passphraseChoice->setObjectName(QStringLiteral("startUsePassphrase"));
    m_passphraseChoice->setToolTip(tr("You type it each time Recado starts"));
    for (QRadioButton* choice : {m_keychain, m_passphraseChoice}) {
        choice->setFont(theme().font(TextStyle::Body));
        choice->setAccessibleName(choice->text());
        layout->addWidget(choice);
    }
    m_passphraseChoice->setChecked(true);
    for (FormField* field : {m_passphrase, m_repeat}) {
        field->makeSecret(theme());
        layout->addSpacing(metric::small);
        layout->addWidget(field);
    }
    fields().addWidget(m_protection);
    connect(m_keychain, &QRadioButton::toggled, this, &FirstStartPage::refreshProtection);
    offerKeychain(false);
}

void FirstStartPage::showEvent(QShowEvent* event) {
    FormPage::showEvent(event);
    m_protection->setVisible(m_gate.client() == nullptr);
    (m_relay->text().isEmpty() ? m_relay : m_username)->edit().setFocus();
    if (m_askedKeychain || m_gate.client())
        return;
    m_askedKeychain = true;
    whenDone(m_gate.hasKeychain(), this, [this](bool there) { offerKeychain(there); });
}

void FirstStartPage::offerKeychain(bool offered) {
    m_keychain->setVisible(offered);
    m_passphraseChoice->setVisible(offered);
    // The answer may come while somebody is already typing a passphrase; then their choice stands.
    if (offered && m_passphrase->text().isEmpty())
        m_keychain->setChecked(true);
    refreshProtection();
}

void FirstStartPage::refreshProtection() {
    const bool passphrase = !m_keychain->isChecked();
    m_passphrase->setVisible(passphrase);
    m_repeat->setVisible(passphrase);
}

void FirstStartPage::setRelay(const QString& text) {
    m_relay->edit().setText(text);
    // A link comes from somewhere else: what is wrong with it is said before anything is filled in.
    if (!text.trimmed().isEmpty())
        m_relay->setProblem(relayProblem(text));
}

QString FirstStartPage::relayProblem(const QString& text) {
    return parseInvitation(text) ? QString() : noRelayText();
}

QString FirstStartPage::usernameProblem(const QString& username) {
    static const QRegularExpression allowed(QStringLiteral("^[a-z0-9._]*$"));
    if (username.isEmpty())
        return tr("Choose a username.");
    if (username != username.toLower())
        return tr("Use small letters only.");
    if (!allowed.match(username).hasMatch())
        return tr("Only letters from a to z, digits, dots and underscores will do.");
    if (username.size() < 3)
        return tr("That is too short: at least 3 characters.");
    if (username.size() > 32)
        return tr("That is too long: at most 32 characters.");
    return {};
}

bool FirstStartPage::check() {
    setProblem({});
    m_relay->setProblem(m_relay->text().trimmed().isEmpty() ? tr("Which relay? Ask whoever invited you.")
                                                            : relayProblem(m_relay->text()));
    m_username->setProblem(usernameProblem(m_username->text().trimmed()));
    if (m_gate.client() == nullptr && !m_keychain->isChecked()) {
        m_passphrase->setProblem(passphraseProblem(m_passphrase->text()));
        m_repeat->setProblem(repeatProblem(m_passphrase->text(), m_repeat->text()));
    } else {
        m_passphrase->setProblem({});
        m_repeat->setProblem({});
    }
    for (FormField* field : {m_relay, m_username, m_passphrase, m_repeat}) {
        if (!field->problem().isEmpty()) {
            field->edit().setFocus();
            return false;
        }
    }
    return true;
}

void FirstStartPage::submit() {
    if (!check())
        return;
    if (m_gate.client() == nullptr)
        createProfile();
    else
        registerAccount();
}

void FirstStartPage::createProfile() {
    setBusy(true, tr("Preparing the profile…"));
    const ProtectionChoice choice{m_keychain->isChecked(),
                                  m_keychain->isChecked() ? QString() : m_passphrase->text()};
    whenDone(m_gate.create(choice), this, [this](const base::Status& created) {
        if (!created.ok()) {
            showProfileFailure(created.error().reason);
            return;
        }
        // The profile is guarded from here on, whatever becomes of the account.
        m_passphrase->edit().clear();
        m_repeat->edit().clear();
        m_protection->hide();
        registerAccount();
    });
}

void FirstStartPage::registerAccount() {
    setBusy(true, tr("Creating the account…"));
    const Invitation where = *parseInvitation(m_relay->text());
    const messaging::Registration registration{where.relayUrl, m_username->text().trimmed(),
                                               m_displayName->text().trimmed(), where.invite};
    whenDone(m_gate.client()->registerAccount(registration), this,
             [this](const base::Result<messaging::AccountInfo>& result) {
                 setBusy(false);
                 if (result.ok() || result.error().reason == base::Reason::AlreadyRegistered)
                     Q_EMIT registered();
                 else
                     showFailure(result.error().reason);
             });
}

void FirstStartPage::showProfileFailure(base::Reason reason) {
    setBusy(false);
    // No relay is asked yet: silence is the keychain's, and so may be a refusal.
    const bool keychain =
        m_keychain->isChecked() && (reason == base::Reason::Timeout || reason == base::Reason::IoFailed ||
                                    reason == base::Reason::ProfileLocked);
    setProblem(keychain ? tr("The keychain did not take the key. Unlock it and try again, or choose a "
                             "passphrase.")
                        : profileProblemText(reason));
}

void FirstStartPage::showFailure(base::Reason reason) {
    setBusy(false);
    FormField* field = nullptr;
    if (reason == base::Reason::UsernameTaken)
        field = m_username;
    else if (reason == base::Reason::InvalidInvite || reason == base::Reason::RelayUnreachable ||
             reason == base::Reason::RegistrationClosed || reason == base::Reason::Timeout ||
             reason == base::Reason::InvalidArgument)
        field = m_relay;
    if (!field) {
        setProblem(problemText(reason));
        return;
    }
    const auto where = parseInvitation(m_relay->text());
    const bool noInvitation = reason == base::Reason::InvalidInvite && where && where->invite.isEmpty();
    field->setProblem(noInvitation
                          ? tr("This relay needs an invitation. Ask somebody there for a link, and put "
                               "it here.")
                      : reason == base::Reason::InvalidArgument ? noRelayText()
                                                                : problemText(reason));
    field->edit().setFocus();
    field->edit().selectAll();
}

} // namespace recado::ui
