#pragma once

#include <QtGlobal>

#include <atomic>

namespace recado::relay {

/// What administrators care for beside the traffic; for the metrics. Any thread writes, any reads.
struct OperationsState {
    /// When the certificate that is served expires, in seconds since 1970; 0 without TLS.
    std::atomic<qint64> certificateExpiresAtS{0};
    /// When the latest backup was complete, in seconds since 1970; 0: none is known.
    std::atomic<qint64> lastBackupAtS{0};
    std::atomic<quint64> spansExported{0};
    std::atomic<quint64> spansDropped{0};
};

} // namespace recado::relay
