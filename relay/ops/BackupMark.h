#pragma once

#include <QString>

namespace recado::relay {

/// `last-backup` in the data directory, an empty file whose time says when the latest backup was complete:
/// the command that makes backups and the relay that shows their age are two processes.
namespace backupMark {

/// Nobody depends on it: a mark that cannot be made is no reason to call a good backup bad.
void set(const QString& dataDirectory);
/// Seconds since 1970; 0 without a mark.
qint64 read(const QString& dataDirectory);

} // namespace backupMark

} // namespace recado::relay
