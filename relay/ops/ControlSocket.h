#pragma once

#include "base/Result.h"
#include "relay/gateway/Descriptor.h"

#include <QByteArray>
#include <QString>

namespace recado::relay {

/// The parts that both ends of the control socket share: `control` in the data directory, for its owner only.
/// One request and one answer a connection, each a line of JSON.
namespace controlSocket {

/// Errors: `IoFailed`. A socket left by a relay that died is replaced, so hold the directory's lock.
base::Result<Descriptor> listenIn(const QString& directory);
/// Errors: `RelayUnreachable` when nobody listens there.
base::Result<Descriptor> connectTo(const QString& directory);
void removeFrom(const QString& directory);

/// One line without its end; an error when it does not come within the timeout or is too long. Blocks.
base::Result<QByteArray> readLine(const Descriptor& socket, int timeoutMs);
/// Blocks, for a moment at most.
base::Status writeLine(const Descriptor& socket, const QByteArray& line);

} // namespace controlSocket

} // namespace recado::relay
