#pragma once

#include <QDir>
#include <QPixmap>
#include <QWidget>

namespace recado::tests {

/// Keeps a picture of a widget for the eye when RECADO_SHOTS names a folder; returns it in any case.
inline QPixmap shoot(QWidget& widget, const QString& name) {
    const QPixmap picture = widget.grab();
    const QString folder = qEnvironmentVariable("RECADO_SHOTS");
    if (!folder.isEmpty() && QDir().mkpath(folder))
        picture.save(QDir(folder).filePath(name + QStringLiteral(".png")));
    return picture;
}

} // namespace recado::tests
