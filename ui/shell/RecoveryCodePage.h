#pragma once

#include "ui/shell/FormPage.h"

class QPushButton;

namespace recado::ui {

/// Shows a recovery code that nobody has confirmed yet to have kept, the only time it can be seen, with ways
/// to keep it.
class RecoveryCodePage final : public FormPage {
    Q_OBJECT
public:
    /// `code` is groups joined by dashes, as ProfileGate::unconfirmedRecoveryCode() gives it.
    RecoveryCodePage(const Theme& theme, const QString& code, QWidget* parent = nullptr);

Q_SIGNALS:
    /// The person says that it is kept.
    void kept();

protected:
    void submit() override { Q_EMIT kept(); }

private:
    void buildCode();
    void buildButtons();
    void copy();
    void askWhereToSave();
    void saveTo(const QString& path);

    QString m_code;
    Label* m_note;
};

} // namespace recado::ui
