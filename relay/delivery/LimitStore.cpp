#include "relay/delivery/LimitStore.h"

#include <QCryptographicHash>
#include <QtEndian>

namespace recado::relay {

namespace {

constexpr qsizetype hashBytes = 16;

} // namespace

QByteArray limitKey(char kind, const base::AccountId& account, const base::DeviceAddress& target) {
    QByteArray whole = account.toBytes() + target.account.toBytes();
    const quint32 device = qToBigEndian(target.device);
    whole.append(reinterpret_cast<const char*>(&device), sizeof device);
    return QByteArray(1, kind) +
           QCryptographicHash::hash(whole, QCryptographicHash::Blake2b_256).first(hashBytes);
}

} // namespace recado::relay
