#pragma once

#include <QColor>
#include <QPixmap>

namespace recado::ui {

/// The outline icons of the product; the files are resources/icons (Lucide).
enum class Icon {
    ArrowDown,
    ArrowLeft,
    ArrowUp,
    Check,
    CheckCheck,
    CircleAlert,
    Clock,
    Eye,
    EyeOff,
    Inbox,
    MessageCircle,
    Shield,
    ShieldAlert,
    ShieldCheck,
    SquarePen,
    SunMoon,
};

/// The icon in one colour at `size` logical pixels. Drawn on first use and kept in Qt's pixmap cache.
QPixmap tintedIcon(Icon icon, const QColor& color, int size, qreal devicePixelRatio);

/// The product's mark, in its own colours.
QPixmap recadoMark(int size, qreal devicePixelRatio);

} // namespace recado::ui
