#pragma once

#include "base/Ids.h"
#include "base/SigningKey.h"

#include <QString>

#include <vector>

namespace recado::tests {

/// An account of one device, written straight into a relay's store.
struct SeededDevice {
    base::AccountId account;
    base::SigningKey authKey;
    quint32 registrationId = 0;
};

/// Writes `count` accounts into the (not running) relay's data directory; empty on failure, which is printed.
std::vector<SeededDevice> seedRelay(const QString& dataDirectory, int count);

} // namespace recado::tests
