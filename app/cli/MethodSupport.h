#pragma once

#include "app/cli/JsonRpc.h"
#include "app/cli/Parameters.h"
#include "base/Ids.h"
#include "base/Result.h"
#include "messaging/Types.h"

#include <QFuture>
#include <QHash>
#include <QObject>
#include <QPointer>

#include <functional>
#include <optional>

/// What the classes of methods share: how they are found, refused and answered.
namespace recado::cli {

/// Reads its parameters and sees to it that `answer` is called once, now or later.
using Method = std::function<void(Parameters params, const Answer& answer)>;
/// All methods by their name in the contract.
using MethodTable = QHash<QString, Method>;

/// Whether the profile has an account; shared by all methods, changed by `register`.
struct AccountGate {
    bool registered = false;

    /// Answers with what stands in the way, a bad parameter before a missing account. True when it did.
    [[nodiscard]] bool refuses(const Parameters& params, const Answer& answer) const;
};

void answerWithError(const Answer& answer, const base::Error& error, QLatin1String blamedParam);
void answerUnknownChat(const Answer& answer);
void answerUnknownMessage(const Answer& answer);
void answerUnsupported(const Answer& answer, const QString& what);

/// Chat ids are opaque to scripts: a string that is none simply names no chat.
[[nodiscard]] std::optional<base::ConversationId> chatIdFrom(const QString& text);

/// Calls `then` with the future's result on this thread, where the client finishes its futures, unless
/// `context` is gone by then. (QFuture::then() with a context object would abort in that case, up to Qt 6.5
/// at least.)
template <typename T, typename Then>
void whenDone(QFuture<base::Result<T>> future, QObject* context, Then then) {
    future.then([guard = QPointer(context), then](const base::Result<T>& result) {
        if (guard)
            then(result);
    });
}

/// Answers with what `convert` makes of the future's value, or with its error. InvalidArgument is told as a
/// bad parameter called `blamedParam`. `context` bounds the life of it all.
template <typename T, typename Convert>
void answerWhenDone(QFuture<base::Result<T>> future, QObject* context, const Answer& answer,
                    QLatin1String blamedParam, Convert convert) {
    whenDone(future, context, [answer, blamedParam, convert](const base::Result<T>& result) {
        if (result.ok())
            answer(QJsonValue(convert(*result)));
        else
            answerWithError(answer, result.error(), blamedParam);
    });
}

/// The same for what has no value: answers `{}`.
void answerWhenDone(QFuture<base::Status> future, QObject* context, const Answer& answer,
                    QLatin1String blamedParam);

} // namespace recado::cli
