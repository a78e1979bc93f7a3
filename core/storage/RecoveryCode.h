#pragma once

#include "base/SecretBytes.h"

#include <QString>

#include <optional>

namespace recado::storage {

/// 160 random bits as people write them down: 32 characters of Crockford's base32 (no I, L, O, U) in groups
/// of four, joined by dashes. Internal to ProfileKey.
struct RecoveryCode {
    static constexpr int byteCount = 20;

    static QString format(const base::SecretBytes& bytes);
    /// The bytes; case, spaces and dashes do not matter, O reads as 0, I and L as 1. Nothing for other text.
    static std::optional<base::SecretBytes> parse(const QString& text);
};

} // namespace recado::storage
