#include "relay/gateway/ListenHost.h"

#include <QHostInfo>

#include <algorithm>

namespace recado::relay {

namespace {

base::Result<QList<QHostAddress>> addressesOf(const QString& host) {
    const QHostInfo found = QHostInfo::fromName(host);
    if (found.addresses().isEmpty())
        return base::makeError(base::Reason::Configuration,
                               QStringLiteral("cannot resolve %1: %2").arg(host, found.errorString()));
    return found.addresses();
}

} // namespace

base::Result<QHostAddress> resolveListenHost(const QString& host) {
    RECADO_TRY(const QList<QHostAddress> addresses, addressesOf(host));
    return addresses.first();
}

base::Result<bool> isLoopbackHost(const QString& host) {
    RECADO_TRY(const QList<QHostAddress> addresses, addressesOf(host));
    return std::all_of(addresses.begin(), addresses.end(),
                       [](const QHostAddress& address) { return address.isLoopback(); });
}

} // namespace recado::relay
