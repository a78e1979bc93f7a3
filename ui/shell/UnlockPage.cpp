#include "ui/shell/UnlockPage.h"

#include "ui/common/WhenDone.h"
#include "ui/common/Words.h"
#include "ui/shell/FormField.h"
#include "ui/shell/Passphrase.h"

#include <QPushButton>
#include <QVBoxLayout>

namespace recado::ui {

UnlockPage::UnlockPage(ProfileGate& gate, const Theme& theme, QWidget* parent)
    : FormPage(theme, parent)
    , m_gate(gate)
    , m_passphrase(new FormField(theme, QStringLiteral("unlockPassphrase"), tr("Passphrase"), {}))
    , m_code(new FormField(theme, QStringLiteral("unlockCode"), tr("Recovery code"),
                           tr("Eight groups of four, as you kept them when you made this profile.")))
    , m_newPassphrase(new FormField(theme, QStringLiteral("unlockNew"), tr("New passphrase"),
                                    tr("At least 8 characters. It opens the profile from now on.")))
    , m_repeat(new FormField(theme, QStringLiteral("unlockRepeat"), tr("New passphrase again"), {}))
    , m_otherWay(new QPushButton) {
    setObjectName(QStringLiteral("unlockPage"));
    for (FormField* field : {m_passphrase, m_code, m_newPassphrase, m_repeat}) {
        if (field != m_code)
            field->makeSecret(theme);
        fields().addWidget(field);
        connect(&field->edit(), &QLineEdit::returnPressed, this, [this] { submit(); });
    }
    setAction(QStringLiteral("unlockAction"), tr("Unlock"));
    m_otherWay->setObjectName(QStringLiteral("unlockOtherWay"));
    addSecondaryAction(*m_otherWay);
    connect(m_otherWay, &QPushButton::clicked, this, [this] {
        if (m_byKeychain)
            Q_EMIT tryAgainRequested();
        else
            setWay(m_way == Way::Passphrase ? Way::RecoveryCode : Way::Passphrase);
    });
    setWay(Way::Passphrase);
}

void UnlockPage::askForRecoveryCode(base::Reason why) {
    m_byKeychain = true;
    setWay(Way::RecoveryCode);
    setHeading(tr("Your profile is locked"),
               why == base::Reason::WrongKey
                   ? tr("The key in your system's keychain does not open it. Your recovery code does.")
                   : tr("Your system's keychain does not give its key. Unlock the keychain and try again, or "
                        "use your recovery code."));
}

void UnlockPage::sayWrongPassphrase() {
    m_passphrase->setProblem(problemText(base::Reason::WrongKey));
}

void UnlockPage::setWay(Way way) {
    m_way = way;
    const bool byCode = way == Way::RecoveryCode;
    setHeading(byCode ? tr("Open with your recovery code") : tr("Welcome back"),
               byCode ? tr("It opens this profile; from then on a new passphrase does, too.")
                      : tr("Your messages are locked on this computer."));
    setProblem({});
    m_passphrase->setVisible(!byCode);
    for (FormField* field : {m_code, m_newPassphrase, m_repeat})
        field->setVisible(byCode);
    const QString word = m_byKeychain ? tr("Try the keychain again")
                         : byCode     ? tr("I know the passphrase")
                                      : tr("I have lost the passphrase");
    m_otherWay->setText(word);
    m_otherWay->setToolTip(word);
    m_otherWay->setVisible(m_byKeychain || m_gate.hasRecoveryCode());
    if (isVisible())
        firstField().edit().setFocus();
}

FormField& UnlockPage::firstField() const {
    return m_way == Way::Passphrase ? *m_passphrase : *m_code;
}

void UnlockPage::showEvent(QShowEvent* event) {
    FormPage::showEvent(event);
    firstField().edit().setFocus();
}

void UnlockPage::submit() {
    setProblem({});
    if (m_way == Way::Passphrase)
        unlockByPassphrase();
    else
        recover();
}

void UnlockPage::unlockByPassphrase() {
    if (m_passphrase->text().isEmpty()) {
        m_passphrase->setProblem(tr("Type the passphrase of this profile."));
        return;
    }
    m_passphrase->setProblem({});
    setBusy(true, tr("Unlocking…"));
    whenDone(m_gate.unlock(m_passphrase->text()), this, [this](const base::Status& status) {
        setBusy(false);
        if (status.ok()) {
            m_passphrase->edit().clear();
            Q_EMIT unlocked();
            return;
        }
        if (status.error().reason == base::Reason::WrongKey)
            m_passphrase->setProblem(problemText(base::Reason::WrongKey));
        else
            setProblem(profileProblemText(status.error().reason));
        m_passphrase->edit().setFocus();
        m_passphrase->edit().selectAll();
    });
}

void UnlockPage::recover() {
    m_code->setProblem(m_code->text().trimmed().isEmpty() ? tr("Type the code, or paste it.") : QString());
    m_newPassphrase->setProblem(passphraseProblem(m_newPassphrase->text()));
    m_repeat->setProblem(repeatProblem(m_newPassphrase->text(), m_repeat->text()));
    for (FormField* field : {m_code, m_newPassphrase, m_repeat}) {
        if (!field->problem().isEmpty()) {
            field->edit().setFocus();
            return;
        }
    }
    setBusy(true, tr("Unlocking…"));
    whenDone(m_gate.recover(m_code->text(), m_newPassphrase->text()), this,
             [this](const base::Status& status) {
                 setBusy(false);
                 if (status.ok()) {
                     for (FormField* field : {m_code, m_newPassphrase, m_repeat})
                         field->edit().clear();
                     Q_EMIT unlocked();
                     return;
                 }
                 if (status.error().reason == base::Reason::WrongKey)
                     m_code->setProblem(tr("This code does not open the profile. Check each letter."));
                 else
                     setProblem(profileProblemText(status.error().reason));
                 m_code->edit().setFocus();
             });
}

} // namespace recado::ui
