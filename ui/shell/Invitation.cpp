#include "ui/shell/Invitation.h"

#include <QUrl>
#include <QUrlQuery>

namespace recado::ui {

namespace {

constexpr QLatin1String linkScheme("recado:");

bool isThisMachine(const QString& host) {
    return host == QLatin1String("localhost") || host.startsWith(QLatin1String("127.")) ||
           host == QLatin1String("::1");
}

/// A relay's address as ws or wss URL, without path; empty when it is none.
QString relayUrlOf(QString address) {
    address = address.trimmed();
    if (address.startsWith(QLatin1String("http://")) || address.startsWith(QLatin1String("https://")))
        address.replace(0, 4, QStringLiteral("ws"));
    const bool hasScheme = address.contains(QLatin1String("://"));
    QUrl url(hasScheme ? address : QStringLiteral("wss://") + address, QUrl::StrictMode);
    const bool known = url.scheme() == QLatin1String("ws") || url.scheme() == QLatin1String("wss");
    if (!url.isValid() || !known || url.host().isEmpty() || !url.userInfo().isEmpty())
        return {};
    if (!hasScheme && isThisMachine(url.host()))
        url.setScheme(QStringLiteral("ws"));
    return url.adjusted(QUrl::RemovePath | QUrl::RemoveQuery | QUrl::RemoveFragment).toString();
}

std::optional<Invitation> fromQuery(const QUrlQuery& query) {
    const QString relay = relayUrlOf(query.queryItemValue(QStringLiteral("relay"), QUrl::FullyDecoded));
    if (relay.isEmpty())
        return std::nullopt;
    return Invitation{relay, query.queryItemValue(QStringLiteral("invite"), QUrl::FullyDecoded),
                      query.queryItemValue(QStringLiteral("name"), QUrl::FullyDecoded)};
}

/// A lone word behind `recado:` is a mangled link, not a machine in the same house: those are typed by hand,
/// or come with their port.
bool namesAHost(const QString& url) {
    const QUrl read(url);
    return read.port() > 0 || isThisMachine(read.host()) || read.host().contains(QLatin1Char('.')) ||
           read.host().contains(QLatin1Char(':'));
}

/// The code behind the address: a path of one part, e.g. relay.example.org/CODE.
QString inviteOf(const QString& address) {
    const qsizetype scheme = address.indexOf(QLatin1String("://"));
    const QString rest = scheme < 0 ? address : address.mid(scheme + 3);
    const QStringList parts = rest.split(QLatin1Char('/'), Qt::SkipEmptyParts);
    return parts.size() == 2 ? parts[1] : QString();
}

} // namespace

std::optional<Invitation> parseInvitation(const QString& text) {
    QString address = text.trimmed();
    if (address.contains(QLatin1Char(' ')))
        return std::nullopt;
    const bool isLink = address.startsWith(linkScheme, Qt::CaseInsensitive);
    if (isLink) {
        address.remove(0, linkScheme.size());
        while (address.startsWith(QLatin1Char('/')))
            address.remove(0, 1);
        if (address.startsWith(QLatin1Char('?')))
            return fromQuery(QUrlQuery(address.mid(1)));
    }
    const QString url = relayUrlOf(address);
    if (url.isEmpty() || (isLink && !namesAHost(url)))
        return std::nullopt;
    return Invitation{url, inviteOf(address), {}};
}

} // namespace recado::ui
