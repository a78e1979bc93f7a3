#pragma once

#include "ui/shell/FormPage.h"
#include "ui/shell/ProfileGate.h"

namespace recado::ui {

class FormField;

/// Asks for the passphrase of a locked profile.
class UnlockPage final : public FormPage {
    Q_OBJECT
public:
    UnlockPage(ProfileGate& gate, const Theme& theme, QWidget* parent = nullptr);

Q_SIGNALS:
    void unlocked();

protected:
    void submit() override;
    void showEvent(QShowEvent* event) override;

private:
    ProfileGate& m_gate;
    FormField* m_passphrase;
};

} // namespace recado::ui
