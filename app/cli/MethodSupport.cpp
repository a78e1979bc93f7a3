#include "app/cli/MethodSupport.h"

namespace recado::cli {

bool AccountGate::refuses(const Parameters& params, const Answer& answer) const {
    if (params.error()) {
        answer(*params.error());
        return true;
    }
    if (!registered) {
        answer(applicationError(
            base::makeError(base::Reason::NotRegistered, QStringLiteral("this profile has no account yet"))));
        return true;
    }
    return false;
}

void answerWithError(const Answer& answer, const base::Error& error, QLatin1String blamedParam) {
    if (error.reason == base::Reason::InvalidArgument)
        answer(invalidParameter(blamedParam, error.message));
    else
        answer(applicationError(error));
}

void answerUnknownChat(const Answer& answer) {
    answer(applicationError(
        base::makeError(base::Reason::UnknownChat, QStringLiteral("there is no such chat in this profile"))));
}

void answerUnknownMessage(const Answer& answer) {
    answer(applicationError(base::makeError(base::Reason::UnknownMessage,
                                            QStringLiteral("there is no such message in this profile"))));
}

void answerUnsupported(const Answer& answer, const QString& what) {
    answer(applicationError(base::makeError(base::Reason::UnsupportedContent,
                                            QStringLiteral("this version has no %1").arg(what))));
}

std::optional<base::ConversationId> chatIdFrom(const QString& text) {
    return base::ConversationId::fromHex(text);
}

void answerWhenDone(QFuture<base::Status> future, QObject* context, const Answer& answer,
                    QLatin1String blamedParam) {
    whenDone(future, context, [answer, blamedParam](const base::Status& status) {
        if (status.ok())
            answer(QJsonValue(QJsonObject()));
        else
            answerWithError(answer, status.error(), blamedParam);
    });
}

} // namespace recado::cli
