#pragma once

#include "base/Result.h"

#include <QJsonObject>
#include <QString>

namespace recado::relay {

/// Asks the relay that runs on this data directory. Blocks. Errors: `RelayUnreachable` when none does,
/// `Configuration` with the administrator's mistake, or what became of the conversation.
base::Result<QJsonObject> askRunningRelay(const QString& directory, const QJsonObject& request);

/// Asks the relay that runs on this data directory, or, when none does, takes the directory's lock and asks
/// the database itself. Blocks. Errors: `ProfileInUse` (a relay is just starting or stopping), what the
/// database answers, or `Configuration` with the administrator's mistake.
base::Result<QJsonObject> runAdminCommand(const QString& directory, const QJsonObject& request);

} // namespace recado::relay
