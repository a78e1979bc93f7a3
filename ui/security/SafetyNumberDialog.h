#pragma once

#include "messaging/Client.h"
#include "ui/common/Theme.h"

#include <QDialog>

class QLabel;
class QLayout;
class QPushButton;

namespace recado::ui {

class Label;

/// Shows the safety number shared with one person, and takes the decision about it: compared and the same, go
/// on without comparing, or take the mark back. Window-modal; show it with open().
class SafetyNumberDialog final : public QDialog {
    Q_OBJECT
public:
    SafetyNumberDialog(messaging::Client& client, const Theme& theme, const messaging::Person& person,
                       QWidget* parent = nullptr);

    /// 60 digits in twelve groups of five; fewer when the number is shorter.
    [[nodiscard]] static QStringList groupsOf(const QString& number);

Q_SIGNALS:
    /// The decision is stored.
    void decided(recado::messaging::Trust trust);

private:
    void read();
    void show(const messaging::Contact& contact);
    void showFailure(base::Reason reason);
    void decide(messaging::Trust trust);
    void buildNumber(QWidget& card);
    void buildButtons(QLayout& layout);
    void setButtonsEnabled(bool enabled);
    /// Grows until no word and no digit is cut.
    void growToContent();

    messaging::Client& m_client;
    const Theme& m_theme;
    messaging::Person m_person;
    QString m_number;
    QVector<Label*> m_groups;
    Label* m_title;
    Label* m_text;
    Label* m_state;
    QLabel* m_stateIcon;
    QPushButton* m_copy;
    QPushButton* m_unverify;
    QPushButton* m_goOn;
    QPushButton* m_verify;
};

} // namespace recado::ui
