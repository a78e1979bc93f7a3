#pragma once

#include "ui/shell/FormPage.h"
#include "ui/shell/ProfileGate.h"

class QPushButton;

namespace recado::ui {

class FormField;

/// Asks for the passphrase of a locked profile. Who has lost it brings the recovery code and a new
/// passphrase.
class UnlockPage final : public FormPage {
    Q_OBJECT
public:
    UnlockPage(ProfileGate& gate, const Theme& theme, QWidget* parent = nullptr);

    /// From the start by the recovery code, because the keychain that should open the profile does not: `why`
    /// is ProfileLocked (it does not answer, or has no key) or WrongKey.
    void askForRecoveryCode(base::Reason why);

    /// Says so from the start: a passphrase was tried already.
    void sayWrongPassphrase();

Q_SIGNALS:
    void unlocked();
    /// Ask the keychain once more.
    void tryAgainRequested();

protected:
    void submit() override;
    void showEvent(QShowEvent* event) override;

private:
    enum class Way { Passphrase, RecoveryCode };

    void setWay(Way way);
    void unlockByPassphrase();
    void recover();
    [[nodiscard]] FormField& firstField() const;

    ProfileGate& m_gate;
    FormField* m_passphrase;
    FormField* m_code;
    FormField* m_newPassphrase;
    FormField* m_repeat;
    QPushButton* m_otherWay;
    Way m_way = Way::Passphrase;
    bool m_byKeychain = false;
};

} // namespace recado::ui
