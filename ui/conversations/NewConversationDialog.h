#pragma once

#include "messaging/Client.h"
#include "ui/common/Theme.h"

#include <QDialog>

class QLineEdit;
class QPushButton;

namespace recado::ui {

class Label;

/// Asks for an address and opens the conversation with whoever has it. Window-modal; show it with open().
class NewConversationDialog final : public QDialog {
    Q_OBJECT
public:
    NewConversationDialog(messaging::Client& client, const Theme& theme, QWidget* parent = nullptr);

    /// Why this cannot be an address (`name` or `name@relay`), in plain words; empty when it can.
    [[nodiscard]] static QString problemOf(const QString& address);

Q_SIGNALS:
    void conversationReady(recado::base::ConversationId id);

private:
    void lookUp();
    void say(const QString& problem);
    /// That nobody has it; or, of another relay's address, that those cannot be reached.
    void sayUnknown(const QString& address);

    messaging::Client& m_client;
    QLineEdit* m_address;
    Label* m_problem;
    QPushButton* m_start;
};

} // namespace recado::ui
