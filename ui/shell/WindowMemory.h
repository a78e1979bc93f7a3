#pragma once

#include "ui/common/Theme.h"

#include <QByteArray>
#include <QString>

namespace recado::ui {

/// What the window remembers between starts: geometry, splitter, appearance. In a small file in the profile's
/// directory, which holds nothing about people or messages.
class WindowMemory {
public:
    /// An empty directory remembers nothing.
    explicit WindowMemory(const QString& profileDirectory);

    [[nodiscard]] QByteArray geometry() const;
    [[nodiscard]] QByteArray splitter() const;
    [[nodiscard]] Appearance appearance() const;

    /// Nothing is written before the profile's directory exists.
    void save(const QByteArray& geometry, const QByteArray& splitter, Appearance appearance) const;

private:
    QString m_directory;
    QString m_file;
};

} // namespace recado::ui
