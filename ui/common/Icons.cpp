#include "ui/common/Icons.h"

#include <QFile>
#include <QPainter>
#include <QPixmapCache>
#include <QSvgRenderer>

#include <cmath>

/// The resources live in a static library, whose initialisers a linker may drop. Global, as Qt's macro wants.
static void initialiseIconResources() {
    Q_INIT_RESOURCE(ui);
}

namespace recado::ui {

namespace {

const char* iconFileName(Icon icon) {
    switch (icon) {
    case Icon::ArrowDown:
        return "arrow-down";
    case Icon::ArrowLeft:
        return "arrow-left";
    case Icon::ArrowUp:
        return "arrow-up";
    case Icon::Check:
        return "check";
    case Icon::CheckCheck:
        return "check-check";
    case Icon::CircleAlert:
        return "circle-alert";
    case Icon::Clock:
        return "clock";
    case Icon::Eye:
        return "eye";
    case Icon::EyeOff:
        return "eye-off";
    case Icon::Inbox:
        return "inbox";
    case Icon::MessageCircle:
        return "message-circle";
    case Icon::Shield:
        return "shield";
    case Icon::ShieldAlert:
        return "shield-alert";
    case Icon::ShieldCheck:
        return "shield-check";
    case Icon::SquarePen:
        return "square-pen";
    case Icon::SunMoon:
        return "sun-moon";
    }
    return "";
}

QByteArray svgOf(const char* name) {
    initialiseIconResources();
    QFile file(QStringLiteral(":/icons/%1.svg").arg(QLatin1String(name)));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QPixmap drawn(const QByteArray& svg, int size, qreal ratio) {
    const int pixels = int(std::ceil(size * ratio));
    QPixmap pixmap(pixels, pixels);
    pixmap.fill(Qt::transparent);
    QSvgRenderer renderer(svg);
    QPainter painter(&pixmap);
    renderer.render(&painter);
    painter.end();
    pixmap.setDevicePixelRatio(ratio);
    return pixmap;
}

} // namespace

QPixmap tintedIcon(Icon icon, const QColor& color, int size, qreal devicePixelRatio) {
    const QString key = QStringLiteral("recado-icon-%1-%2-%3-%4")
                            .arg(int(icon))
                            .arg(color.rgba(), 0, 16)
                            .arg(size)
                            .arg(devicePixelRatio);
    QPixmap pixmap;
    if (QPixmapCache::find(key, &pixmap))
        return pixmap;
    QByteArray svg = svgOf(iconFileName(icon));
    // QtSvg does not know currentColor; the stroke is ours as well.
    svg.replace("currentColor", color.name().toLatin1());
    svg.replace("stroke-width=\"2\"", "stroke-width=\"1.75\"");
    pixmap = drawn(svg, size, devicePixelRatio);
    QPixmapCache::insert(key, pixmap);
    return pixmap;
}

QPixmap recadoMark(int size, qreal devicePixelRatio) {
    return drawn(svgOf("recado"), size, devicePixelRatio);
}

} // namespace recado::ui
