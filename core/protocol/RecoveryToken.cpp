#include "protocol/RecoveryToken.h"

#include <QCryptographicHash>
#include <QtEndian>

namespace recado::protocol {

namespace {

constexpr QStringView recoveryPrefix = u"r.";
constexpr qsizetype versionAt = base::AccountId::size;
constexpr qsizetype deviceAt = versionAt + 8;
constexpr qsizetype secretAt = deviceAt + 4;
constexpr qsizetype tokenSize = secretAt + RecoveryToken::secretSize;
constexpr auto tokenEncoding = QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals;

} // namespace

QString RecoveryToken::toText() const {
    QByteArray bytes(tokenSize, '\0');
    bytes.replace(0, versionAt, account.toBytes());
    qToBigEndian(listVersion, bytes.data() + versionAt);
    qToBigEndian(deviceId, bytes.data() + deviceAt);
    bytes.replace(secretAt, secretSize, secret);
    return recoveryPrefix.toString() + QString::fromLatin1(bytes.toBase64(tokenEncoding));
}

std::optional<RecoveryToken> RecoveryToken::fromText(QStringView text) {
    if (!isMeant(text))
        return std::nullopt;
    const auto decoded = QByteArray::fromBase64Encoding(
        text.mid(recoveryPrefix.size()).toLatin1(), tokenEncoding | QByteArray::AbortOnBase64DecodingErrors);
    const QByteArray& bytes = decoded.decoded;
    if (!decoded || bytes.size() != tokenSize)
        return std::nullopt;
    const auto account = base::AccountId::fromBytes(bytes.first(versionAt));
    RecoveryToken token{*account, qFromBigEndian<quint64>(bytes.constData() + versionAt),
                        qFromBigEndian<quint32>(bytes.constData() + deviceAt), bytes.mid(secretAt)};
    if (token.account.isNull() || token.listVersion == 0 || token.deviceId == 0 || token.toText() != text)
        return std::nullopt;
    return token;
}

bool RecoveryToken::isMeant(QStringView invitation) {
    return invitation.startsWith(recoveryPrefix);
}

QByteArray RecoveryToken::secretHash() const {
    return QCryptographicHash::hash(secret, QCryptographicHash::Sha256);
}

} // namespace recado::protocol
