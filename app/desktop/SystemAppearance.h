#pragma once

#include <QDBusVariant>
#include <QObject>

#include <optional>

namespace recado::desktop {

/// What the desktop says about light and dark, now and whenever it changes, from the settings portal
/// (org.freedesktop.appearance, color-scheme): Qt 6.4 reads it nowhere. Says nothing on a desktop without
/// portal or preference; then the palette is all there is to go by.
class SystemAppearance final : public QObject {
    Q_OBJECT
public:
    explicit SystemAppearance(QObject* parent = nullptr);

    /// Dark or not, of the portal's value: 1 dark, 2 light, else no preference (empty).
    [[nodiscard]] static std::optional<bool> isDark(const QVariant& colorScheme);

Q_SIGNALS:
    void changed(bool dark);

private Q_SLOTS:
    void settingChanged(const QString& group, const QString& key, const QDBusVariant& value);

private:
    void tell(const QVariant& colorScheme);

    std::optional<bool> m_told;
};

} // namespace recado::desktop
