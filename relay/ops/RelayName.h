#pragma once

#include <QString>

#include <optional>

namespace recado::relay {

/// The part of addresses after the `@` as it is stored and compared: an ASCII host name of labels (RFC 1123:
/// letters, digits, hyphens inside) or a literal IPv6 address in brackets, with `:PORT` behind it if given,
/// in lower case. Nothing for anything else.
std::optional<QString> normalisedRelayName(const QString& text);

} // namespace recado::relay
