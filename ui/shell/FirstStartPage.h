#pragma once

#include "ui/shell/FormPage.h"
#include "ui/shell/Invitation.h"
#include "ui/shell/ProfileGate.h"

class QRadioButton;

namespace recado::ui {

class FormField;

/// Makes a profile and an account: where, under which name, guarded how. When the profile exists already and
/// only the account is missing, it asks for the account only.
class FirstStartPage final : public FormPage {
    Q_OBJECT
public:
    FirstStartPage(ProfileGate& gate, const Theme& theme, QWidget* parent = nullptr);

    /// Fills in the relay or an invitation link.
    void setRelay(const QString& text);

    /// In plain words why it will not do; empty when it will.
    [[nodiscard]] static QString usernameProblem(const QString& username);

Q_SIGNALS:
    /// The account is there.
    void registered();

protected:
    void submit() override;
    void showEvent(QShowEvent* event) override;

private:
    void buildProtection();
    void offerKeychain(bool offered);
    void refreshProtection();
    [[nodiscard]] bool check();
    void createProfile();
    void registerAccount();
    void showFailure(base::Reason reason);
    [[nodiscard]] static QString relayProblem(const QString& text);
    void showProfileFailure(base::Reason reason);

    ProfileGate& m_gate;
    FormField* m_relay;
    FormField* m_username;
    FormField* m_displayName;
    QWidget* m_protection;
    QRadioButton* m_keychain;
    QRadioButton* m_passphraseChoice;
    FormField* m_passphrase;
    FormField* m_repeat;
    bool m_askedKeychain = false;
};

} // namespace recado::ui
