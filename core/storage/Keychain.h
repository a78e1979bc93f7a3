#pragma once

#include "base/Result.h"
#include "base/SecretBytes.h"

#include <QString>

#include <optional>

namespace recado::storage {

/// The system's store for small secrets, as far as a profile needs it; app/platform implements it. Calls may
/// block for up to two seconds; the caller's thread is the one that unlocks the profile, never the UI's.
class Keychain {
public:
    virtual ~Keychain() = default;
    /// A stable name for what stands behind it, e.g. `secret-service` or `kwallet`. It is pinned in the key
    /// file, because a keychain that silently switches to another one "loses" the secret.
    [[nodiscard]] virtual QString backend() const = 0;
    /// Nothing when there is no such entry; an error when the keychain does not answer.
    virtual base::Result<std::optional<base::SecretBytes>> read(const QString& entry) = 0;
    virtual base::Status write(const QString& entry, const base::SecretBytes& secret) = 0;
    /// Removing what is not there is success.
    virtual base::Status remove(const QString& entry) = 0;
};

} // namespace recado::storage
