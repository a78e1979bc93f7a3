#pragma once

#include "messaging/Types.h"
#include "ui/common/PaintedButton.h"
#include "ui/common/Theme.h"

namespace recado::ui {

/// A person's avatar that can be pressed, with a presence dot.
class AvatarButton final : public PaintedButton {
    Q_OBJECT
public:
    AvatarButton(const Theme& theme, int side, QWidget* parent = nullptr);

    void setPerson(const base::AccountId& account, const QString& name);
    void setOnline(bool online);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    const Theme& m_theme;
    int m_side;
    base::AccountId m_account;
    QString m_name;
    bool m_online = false;
};

} // namespace recado::ui
