#include "relay/ops/RelayName.h"

#include <QStringList>

#include <arpa/inet.h>

#include <algorithm>

namespace recado::relay {

namespace {

constexpr qsizetype longestHostName = 253;
constexpr qsizetype longestLabel = 63;
constexpr uint highestPort = 65'535;

bool isNameCharacter(QChar character) {
    const char16_t code = character.unicode();
    return (code >= u'a' && code <= u'z') || (code >= u'0' && code <= u'9') || code == u'-';
}

bool isHostLabel(const QString& label) {
    return !label.isEmpty() && label.size() <= longestLabel && !label.startsWith(QLatin1Char('-')) &&
           !label.endsWith(QLatin1Char('-')) && std::all_of(label.begin(), label.end(), isNameCharacter);
}

bool isHostName(const QString& host) {
    const QStringList labels = host.split(QLatin1Char('.'));
    return host.size() <= longestHostName && std::all_of(labels.begin(), labels.end(), isHostLabel);
}

bool isIpv6Literal(const QString& host) {
    in6_addr address{};
    return host.startsWith(QLatin1Char('[')) && host.endsWith(QLatin1Char(']')) &&
           inet_pton(AF_INET6, host.mid(1, host.size() - 2).toLatin1().constData(), &address) == 1;
}

bool isPort(const QString& text) {
    const bool digits = std::all_of(text.begin(), text.end(), [](QChar character) {
        return character.unicode() >= u'0' && character.unicode() <= u'9';
    });
    const uint port = text.toUInt(); // 0 for what does not fit
    return digits && port > 0 && port <= highestPort;
}

} // namespace

std::optional<QString> normalisedRelayName(const QString& text) {
    const QString name = text.toLower();
    // toLower() makes ASCII of a few letters that are none, the Kelvin sign for one.
    if (std::any_of(text.begin(), text.end(), [](QChar character) { return character.unicode() > 127; }))
        return std::nullopt;
    QString host = name;
    const qsizetype bracket = name.indexOf(QLatin1Char(']'));
    const qsizetype colon = name.indexOf(QLatin1Char(':'), std::max<qsizetype>(bracket, 0));
    if (colon >= 0) {
        host = name.left(colon);
        if (!isPort(name.mid(colon + 1)))
            return std::nullopt;
    }
    return isHostName(host) || isIpv6Literal(host) ? std::optional(name) : std::nullopt;
}

} // namespace recado::relay
