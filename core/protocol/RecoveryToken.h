#pragma once

#include "base/Ids.h"

#include <QByteArray>
#include <QString>

#include <optional>

namespace recado::protocol {

/// What a recovery invitation says: which account it is for, and what the new device list must call itself
/// to be newer than everything before. PROTOCOL.md, "Recovery".
struct RecoveryToken {
    base::AccountId account;
    quint64 listVersion = 0;
    quint32 deviceId = 0;
    QByteArray secret; // 16 bytes; the relay keeps its SHA-256 only

    static constexpr int secretSize = 16;

    [[nodiscard]] QString toText() const;
    /// Nothing for what toText() would not have written.
    static std::optional<RecoveryToken> fromText(QStringView text);
    /// True for what wants to be a recovery invitation, well-formed or not: ordinary ones have no dot.
    static bool isMeant(QStringView invitation);

    /// SHA-256 of the secret.
    [[nodiscard]] QByteArray secretHash() const;

    bool operator==(const RecoveryToken&) const = default;
};

} // namespace recado::protocol
