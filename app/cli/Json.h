#pragma once

#include "messaging/Types.h"

#include <QJsonObject>
#include <QString>

#include <optional>

/// How the engine's values look in JSON. CONTRACT.md's section on recado-cli fixes names and shapes.
namespace recado::cli {

/// ISO 8601, UTC, with milliseconds and Z.
[[nodiscard]] QString isoTime(qint64 msSinceEpoch);

[[nodiscard]] QString toJson(messaging::MessageStatus status);
[[nodiscard]] QString toJson(messaging::ConnectionState state);
[[nodiscard]] QString toJson(messaging::Trust trust);

/// `accountId`, `deviceId`, `address`.
[[nodiscard]] QJsonObject toJson(const messaging::AccountInfo& account);
/// The message object. Its `metadata` says what only some messages have: `failure` (why it failed),
/// `undecryptable` (a placeholder), `gapBefore` (earlier messages of its sender are missing).
[[nodiscard]] QJsonObject toJson(const messaging::Message& message);
/// The title of a direct chat is its other side's display name; before that is known, the username.
[[nodiscard]] QJsonObject toJson(const messaging::Conversation& conversation);
/// `displayName` as the title of a direct chat.
[[nodiscard]] QJsonObject toJson(const messaging::Contact& contact);

/// Message ids are opaque to the outside: decimal here, and whatever is none names no message.
[[nodiscard]] QString messageIdText(messaging::LocalId id);
[[nodiscard]] std::optional<messaging::LocalId> messageIdFrom(const QString& text);

} // namespace recado::cli
