#pragma once

#include "base/Result.h"

#include <QString>

namespace recado::routing {

/// `username@name`: a handle that a relay resolves to an account. Never an identity by itself.
struct Address {
    QString username;
    QString relayName;

    [[nodiscard]] QString toString() const { return username + QLatin1Char('@') + relayName; }
    bool operator==(const Address&) const = default;

    /// Reads `username@name`, or a bare `username` of `ownRelay`. Errors: InvalidArgument.
    static base::Result<Address> parse(const QString& text, const QString& ownRelay);
};

/// 3 to 32 of `[a-z0-9._]`, one of them a letter or digit, no dot at either end, no two dots in a row.
bool isValidUsername(QStringView username);

/// 1 to 253 visible characters without an `@`: a host's name, say, or an address with its port.
bool isValidRelayName(QStringView name);

/// What a username looks like at a glance: equal skeletons are refused as look-alikes (0/o, 1/l/i, 5/s, rn/m,
/// vv/w, cl/d; dots and underscores do not count).
QString lookAlikeSkeleton(QStringView username);

/// Names nobody may register, nor look like (admin, support, recado, …).
bool isReservedUsername(QStringView username);

} // namespace recado::routing
