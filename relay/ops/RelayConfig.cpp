#include "relay/ops/RelayConfig.h"

namespace recado::relay {

std::optional<HostPort> HostPort::parse(const QString& text) {
    const qsizetype colon = text.lastIndexOf(QLatin1Char(':'));
    if (colon <= 0)
        return std::nullopt;
    bool isNumber = false;
    const uint port = text.mid(colon + 1).toUInt(&isNumber);
    QString host = text.left(colon);
    if (!isNumber || port > 65'535)
        return std::nullopt;
    if (host.startsWith(QLatin1Char('[')) && host.endsWith(QLatin1Char(']')))
        host = host.mid(1, host.size() - 2);
    else if (host.contains(QLatin1Char(':')))
        return std::nullopt; // which colon was meant?
    if (host.isEmpty() || host.contains(QLatin1Char(' ')))
        return std::nullopt;
    return HostPort{host, quint16(port)};
}

QString HostPort::toString() const {
    const QString form =
        host.contains(QLatin1Char(':')) ? QStringLiteral("[%1]:%2") : QStringLiteral("%1:%2");
    return form.arg(host).arg(port);
}

QString listenerUrl(const RelayConfig& config, quint16 port) {
    return (config.encrypts() ? QStringLiteral("wss://") : QStringLiteral("ws://")) +
           HostPort{config.gateway.host, port}.toString();
}

QString clientUrl(const RelayConfig& config, quint16 port, const QString& publicName) {
    if (publicName.isEmpty() || (!config.behindProxy && !config.encrypts()))
        return listenerUrl(config, port);
    const bool standsAlone = config.behindProxy || HostPort::parse(publicName).has_value();
    return QStringLiteral("wss://") + (standsAlone ? publicName : HostPort{publicName, port}.toString());
}

} // namespace recado::relay
