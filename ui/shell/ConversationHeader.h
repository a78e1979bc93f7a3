#pragma once

#include "messaging/Types.h"
#include "ui/common/Theme.h"

#include <QWidget>

namespace recado::ui {

class AvatarButton;
class ElidedLabel;
class IconButton;

/// Whom one writes with: avatar, name, what they do at the moment, the safety number.
class ConversationHeader final : public QWidget {
    Q_OBJECT
public:
    explicit ConversationHeader(const Theme& theme, QWidget* parent = nullptr);

    void setConversation(const messaging::Conversation& conversation, bool typing);
    void setTrust(messaging::Trust trust);
    void setBackVisible(bool visible);

Q_SIGNALS:
    void backRequested();
    void safetyNumberRequested();

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void refreshShield();

    const Theme& m_theme;
    IconButton* m_back;
    AvatarButton* m_avatar;
    ElidedLabel* m_name;
    ElidedLabel* m_state;
    IconButton* m_shield;
    messaging::Trust m_trust = messaging::Trust::Unverified;
};

} // namespace recado::ui
