#pragma once

#include "base/Reason.h"
#include "wire.pb.h"

#include <QVector>

namespace recado::relay {

/// Why a submission was not taken.
struct Refusal {
    base::Reason reason = base::Reason::Internal;
    qint64 retryAfterMs = 0; // 0: the client knows best
    QVector<wire::DeviceMismatch> mismatches;

    /// The client submits the same bytes again later (PROTOCOL.md, Submission).
    [[nodiscard]] bool isPassing() const {
        return reason == base::Reason::Busy || reason == base::Reason::RateLimited ||
               reason == base::Reason::QuotaExceeded;
    }
};

} // namespace recado::relay
