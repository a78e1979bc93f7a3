#include "transport/RelayUrl.h"

#include <QHostAddress>

namespace recado::transport {

base::Result<QUrl> relaySocketUrl(const QString& text) {
    QUrl url(text.trimmed(), QUrl::StrictMode);
    const bool known = url.scheme() == QLatin1String("ws") || url.scheme() == QLatin1String("wss");
    if (!url.isValid() || !known || url.host().isEmpty() || url.hasFragment() || !url.userInfo().isEmpty())
        return base::makeError(base::Reason::InvalidArgument,
                               QStringLiteral("a relay's address is ws://host:port or wss://host"));
    if (url.path().isEmpty() || url.path() == QLatin1String("/"))
        url.setPath(QStringLiteral("/v1/socket"));
    return url;
}

bool isLoopback(const QUrl& url) {
    return url.host() == QLatin1String("localhost") || QHostAddress(url.host()).isLoopback();
}

} // namespace recado::transport
