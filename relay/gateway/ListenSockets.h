#pragma once

#include "base/Result.h"
#include "relay/gateway/Descriptor.h"

#include <QString>

#include <vector>

namespace recado::relay {

struct ListenSockets {
    std::vector<Descriptor> sockets; // one a thread
    quint16 port = 0;
};

/// Non-blocking listening sockets for the same host and port. With more than one they share the port
/// (SO_REUSEPORT), which a second relay could join unnoticed; therefore a plain socket is bound first, which
/// the system refuses when anybody listens there. Errors: `Configuration` for the host, `IoFailed` for the
/// port.
base::Result<ListenSockets> openListenSockets(const QString& host, quint16 port, int count);

} // namespace recado::relay
