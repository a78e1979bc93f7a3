#include "ui/shell/UnlockPage.h"

#include "ui/common/WhenDone.h"
#include "ui/common/Words.h"
#include "ui/shell/FormField.h"

#include <QVBoxLayout>

namespace recado::ui {

UnlockPage::UnlockPage(ProfileGate& gate, const Theme& theme, QWidget* parent)
    : FormPage(theme, parent)
    , m_gate(gate)
    , m_passphrase(new FormField(theme, QStringLiteral("unlockPassphrase"), tr("Passphrase"), {})) {
    setObjectName(QStringLiteral("unlockPage"));
    setHeading(tr("Welcome back"), tr("Your messages are locked on this computer."));
    m_passphrase->makeSecret(theme);
    fields().addWidget(m_passphrase);
    setAction(QStringLiteral("unlockAction"), tr("Unlock"));
    connect(&m_passphrase->edit(), &QLineEdit::returnPressed, this, [this] { submit(); });
}

void UnlockPage::showEvent(QShowEvent* event) {
    FormPage::showEvent(event);
    m_passphrase->edit().setFocus();
}

void UnlockPage::submit() {
    if (m_passphrase->text().isEmpty()) {
        m_passphrase->setProblem(tr("Type the passphrase of this profile."));
        return;
    }
    m_passphrase->setProblem({});
    setProblem({});
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
            setProblem(problemText(status.error().reason));
        m_passphrase->edit().setFocus();
        m_passphrase->edit().selectAll();
    });
}

} // namespace recado::ui
