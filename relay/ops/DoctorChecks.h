#pragma once

#include "relay/ops/Findings.h"
#include "relay/ops/RelayConfig.h"

namespace recado::relay {

/// What `recado-relay doctor` looks at, a function each. All of them block, and change nothing but for a
/// scratch file of checkDisk().
namespace doctor {

/// A running relay, as far as its control socket tells.
struct RunningRelay {
    bool isRunning = false;
    bool answers = false;
    bool healthy = false;
    qint64 processId = 0;
    QString url;     // where clients find it
    QString trouble; // when it does not answer
};
RunningRelay findRelay(const QString& dataDirectory);

Finding checkRelay(const RunningRelay& relay);
/// The data directory and what lies in it are for their owner only.
Findings checkAccess(const QString& dataDirectory);
/// Registration that anybody in the world can reach, metrics that others can read.
Findings checkExposure(const RelayConfig& config);

/// Whether the system keeps the clock right (adjtimex), and whether it is behind the database.
Findings checkClock(const QString& databasePath);
/// Descriptors for as many connections as are configured; those of the running process if there is one.
Finding checkDescriptors(const RelayConfig& config, const RunningRelay& relay);
Findings checkDisk(const QString& dataDirectory);
Finding checkDatabase(const QString& databasePath);

/// Certificate and key belong together, are valid today and for a while, lead to a root this system trusts,
/// and are for this host.
Findings checkCertificate(const QString& certificatePath, const QString& keyPath, const QString& host);

} // namespace doctor

} // namespace recado::relay
