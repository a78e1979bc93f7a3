#pragma once

#include "base/Ids.h"
#include "ui/common/Theme.h"

#include <QRectF>
#include <QString>

class QPainter;

namespace recado::ui {

/// The two colours of an avatar; their contrast is at least AA (4.5).
struct AvatarColors {
    QColor background;
    QColor initials;
};

/// One of eight hues, chosen by the account so that a person keeps it whatever name is shown.
AvatarColors avatarColors(const base::AccountId& account, bool dark);

/// One or two letters for a name: of its first and last word; the first letter or digit of an address.
QString initialsOf(const QString& name);

/// A round avatar with initials filling `rect`.
void paintAvatar(QPainter& painter, const QRectF& rect, const QString& name, const base::AccountId& account,
                 const Theme& theme);

} // namespace recado::ui
