#pragma once

#include "base/Result.h"

#include <QByteArray>
#include <QString>

namespace recado::relay {

/// Files that are whole and on the disk, or not there at all. Everything blocks; what goes wrong is
/// `IoFailed`.
namespace durableFile {

/// Writes the content beside `path`, syncs it and moves it there, replacing what was. For its owner only.
base::Status write(const QString& path, const QByteArray& content);

/// Copies a file to `path`, where nothing may be yet, and syncs it; for its owner only. Returns the SHA-256
/// of what was copied.
base::Result<QByteArray> copy(const QString& from, const QString& path);

/// The SHA-256 of a file's content.
base::Result<QByteArray> hash(const QString& path);

base::Status sync(const QString& path);

/// After files were made, moved or removed in it.
base::Status syncDirectory(const QString& path);

} // namespace durableFile

} // namespace recado::relay
