#include "app/cli/JsonRpc.h"

#include <QJsonDocument>

#include <array>

namespace recado::cli {

namespace {

using base::Reason;

struct CodeRow {
    Reason reason;
    int code;
};

constexpr int otherReasonCode = 1100;

constexpr std::array reasonCodes{
    CodeRow{Reason::UsernameTaken, 1001},      CodeRow{Reason::UnknownRecipient, 1002},
    CodeRow{Reason::NotRegistered, 1003},      CodeRow{Reason::AlreadyRegistered, 1004},
    CodeRow{Reason::RegistrationClosed, 1005}, CodeRow{Reason::InvalidInvite, 1006},
    CodeRow{Reason::UnknownChat, 1007},        CodeRow{Reason::UnknownMessage, 1008},
    CodeRow{Reason::MessageTooLong, 1009},     CodeRow{Reason::AttachmentTooLarge, 1010},
    CodeRow{Reason::UnsupportedContent, 1011}, CodeRow{Reason::RateLimited, 1012},
    CodeRow{Reason::IdentityChanged, 1013},    CodeRow{Reason::NotPermitted, 1014},
    CodeRow{Reason::NotAMember, 1015},         CodeRow{Reason::NotAnAdmin, 1016},
    CodeRow{Reason::ProfileLocked, 1017},      CodeRow{Reason::ProfileInUse, 1018},
    CodeRow{Reason::RelayUnreachable, 1019},   CodeRow{Reason::Timeout, 1020},
    CodeRow{Reason::StorageFailed, 1101},      CodeRow{Reason::StorageCorrupt, 1102},
    CodeRow{Reason::RelayKeyChanged, 1103},    CodeRow{Reason::AuthenticationFailed, 1104},
    CodeRow{Reason::QuotaExceeded, 1105},      CodeRow{Reason::Busy, 1106},
    CodeRow{Reason::UnsupportedVersion, 1107}, CodeRow{Reason::Cancelled, 1108},
};

int codeOf(Reason reason) {
    for (const CodeRow& row : reasonCodes) {
        if (row.reason == reason)
            return row.code;
    }
    return otherReasonCode;
}

} // namespace

QJsonObject RpcError::toJson() const {
    QJsonObject object{{QStringLiteral("code"), code}, {QStringLiteral("message"), message}};
    if (!data.isEmpty())
        object.insert(QStringLiteral("data"), data);
    return object;
}

QByteArray jsonLine(const QJsonObject& object) {
    return QJsonDocument(object).toJson(QJsonDocument::Compact) + '\n';
}

QJsonObject failureJson(const RpcError& error) {
    return {{QStringLiteral("error"), error.toJson()}};
}

RpcError parseError() {
    return {parseErrorCode, QStringLiteral("this line is not JSON"), {}};
}

RpcError invalidRequest(const QString& why) {
    return {invalidRequestCode, why, {}};
}

RpcError methodNotFound(const QString& method) {
    // Cut, so that a long wrong name does not come back in full.
    return {methodNotFoundCode, QStringLiteral("there is no method '%1'").arg(method.left(64)), {}};
}

RpcError invalidParameter(const QString& param, const QString& why) {
    return {invalidParamsCode, QStringLiteral("%1: %2").arg(param, why), {{QStringLiteral("param"), param}}};
}

RpcError applicationError(const base::Error& error) {
    const Reason reason = error.reason == Reason::WrongKey ? Reason::ProfileLocked : error.reason;
    const QString name = base::reasonName(reason);
    QJsonObject data{{QStringLiteral("reason"), name}};
    if (error.retryAfterMs > 0)
        data.insert(QStringLiteral("retryAfterMs"), error.retryAfterMs);
    return {codeOf(reason), error.message.isEmpty() ? name : error.message, data};
}

} // namespace recado::cli
