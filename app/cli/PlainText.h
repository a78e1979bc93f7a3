#pragma once

#include "app/cli/JsonRpc.h"

#include <QJsonObject>
#include <QString>

/// The API's JSON as text for people at a terminal. Everything that others wrote is made harmless first.
namespace recado::cli {

/// `text` without what could steer a terminal or disguise itself on it: control characters become U+FFFD,
/// direction overrides go, all kinds of line ends become newlines.
[[nodiscard]] QString terminalSafe(const QString& text);

/// What a command that failed says on standard error: one line.
[[nodiscard]] QString failureText(const RpcError& error);

/// The result of `whoami` or `register`.
[[nodiscard]] QString accountText(const QJsonObject& account);
/// The result of `getChats`, one line a chat.
[[nodiscard]] QString chatsText(const QJsonObject& result);
/// The result of `getMessages`, oldest first.
[[nodiscard]] QString messagesText(const QJsonObject& result);
/// One notification; empty for those that say nothing to a person.
[[nodiscard]] QString notificationText(const QString& method, const QJsonObject& params);

} // namespace recado::cli
