#pragma once

#include "base/Result.h"

#include <QByteArray>
#include <QJsonObject>
#include <QJsonValue>
#include <QString>

#include <functional>
#include <variant>

namespace recado::cli {

/// The error member of a JSON-RPC 2.0 response.
struct RpcError {
    int code = 0;
    QString message;
    /// `param` for bad parameters, `reason` for application errors.
    QJsonObject data;

    [[nodiscard]] QJsonObject toJson() const;
};

/// The numbers that JSON-RPC 2.0 section 5.1 fixes.
inline constexpr int parseErrorCode = -32700;
inline constexpr int invalidRequestCode = -32600;
inline constexpr int methodNotFoundCode = -32601;
inline constexpr int invalidParamsCode = -32602;

/// One line of JSON, newline included.
[[nodiscard]] QByteArray jsonLine(const QJsonObject& object);
/// What a command with `--json` prints in place of a result: `{"error": {"code", "message", "data"?}}`.
[[nodiscard]] QJsonObject failureJson(const RpcError& error);

[[nodiscard]] RpcError parseError();
[[nodiscard]] RpcError invalidRequest(const QString& why);
[[nodiscard]] RpcError methodNotFound(const QString& method);
/// `param` is the parameter's name; members of object parameters are named with dots (`content.text`).
[[nodiscard]] RpcError invalidParameter(const QString& param, const QString& why);

/// An application error: code 1xxx and `data.reason`. The numbers are part of the public contract:
///
/// | codes | reasons |
/// |---|---|
/// | 1001–1010 | username_taken, unknown_recipient, not_registered, already_registered, registration_closed,
/// invalid_invite, unknown_chat, unknown_message, message_too_long, attachment_too_large |
/// | 1011–1020 | unsupported_content, rate_limited, identity_changed, not_permitted, not_a_member,
/// not_an_admin, profile_locked, profile_in_use, relay_unreachable, timeout |
/// | 1101–1108 | storage_failed,
/// storage_corrupt, relay_key_changed, authentication_failed, quota_exceeded, busy, unsupported_version,
/// cancelled |
/// | 1100 | every other reason, under its own name |
///
/// Where the relay said how long to wait (`rate_limited`, `busy`), `data.retryAfterMs` says it as well.
///
/// A key that does not fit the profile is told as `profile_locked`: to a script both mean that the profile
/// does not open with what it was given.
[[nodiscard]] RpcError applicationError(const base::Error& error);

/// What became of a request: its result or its error.
using Outcome = std::variant<QJsonValue, RpcError>;
/// Takes the outcome of one request. Call it once, on the main thread; further calls are ignored.
using Answer = std::function<void(const Outcome&)>;

} // namespace recado::cli
