#include "ui/shell/WindowMemory.h"

#include <QFile>
#include <QFileInfo>
#include <QSettings>

namespace recado::ui {

namespace {

constexpr QLatin1String geometryKey("geometry");
constexpr QLatin1String splitterKey("splitter");
constexpr QLatin1String appearanceKey("appearance");

} // namespace

WindowMemory::WindowMemory(const QString& profileDirectory)
    : m_directory(profileDirectory)
    , m_file(profileDirectory.isEmpty() ? QString() : profileDirectory + QStringLiteral("/window.ini")) {}

QByteArray WindowMemory::geometry() const {
    return m_file.isEmpty() ? QByteArray()
                            : QSettings(m_file, QSettings::IniFormat).value(geometryKey).toByteArray();
}

QByteArray WindowMemory::splitter() const {
    return m_file.isEmpty() ? QByteArray()
                            : QSettings(m_file, QSettings::IniFormat).value(splitterKey).toByteArray();
}

Appearance WindowMemory::appearance() const {
    if (m_file.isEmpty())
        return Appearance::System;
    const QString name = QSettings(m_file, QSettings::IniFormat).value(appearanceKey).toString();
    if (name == QLatin1String("light"))
        return Appearance::Light;
    return name == QLatin1String("dark") ? Appearance::Dark : Appearance::System;
}

void WindowMemory::save(const QByteArray& geometry, const QByteArray& splitter, Appearance appearance) const {
    if (m_file.isEmpty() || !QFileInfo(m_directory).isDir())
        return;
    // Made before it is filled: what QSettings makes, others may read. It keeps the permissions.
    QFile file(m_file);
    if (!file.exists() && file.open(QIODevice::WriteOnly))
        file.close();
    file.setPermissions(QFileDevice::ReadOwner | QFileDevice::WriteOwner);
    QSettings settings(m_file, QSettings::IniFormat);
    settings.setValue(geometryKey, geometry);
    if (!splitter.isEmpty())
        settings.setValue(splitterKey, splitter);
    settings.setValue(appearanceKey, appearance == Appearance::Light  ? QStringLiteral("light")
                                     : appearance == Appearance::Dark ? QStringLiteral("dark")
                                                                      : QStringLiteral("system"));
}

} // namespace recado::ui
