#include "relay/gateway/ForwardedPeer.h"

#include <algorithm>

namespace recado::relay {

namespace {

/// The last item of the last such field: proxies append.
QByteArray lastItem(const HttpRequest& request, QByteArrayView name) {
    const auto field = std::find_if(request.fields.rbegin(), request.fields.rend(),
                                    [&](const auto& candidate) { return candidate.first == name; });
    if (field == request.fields.rend())
        return {};
    return field->second.mid(field->second.lastIndexOf(',') + 1).trimmed();
}

/// The value of `for=` in one element of a Forwarded field (RFC 7239 section 4).
QByteArray forParameter(const QByteArray& element) {
    for (const QByteArray& pair : element.split(';')) {
        const QByteArray trimmed = pair.trimmed();
        if (trimmed.left(4).toLower() == QByteArrayView("for="))
            return trimmed.mid(4);
    }
    return {};
}

} // namespace

std::optional<PeerAddress> forwardedPeer(const HttpRequest& request, ForwardedField field) {
    switch (field) {
    case ForwardedField::None:
        break;
    case ForwardedField::XForwardedFor:
        return PeerAddress::parse(lastItem(request, "x-forwarded-for"));
    case ForwardedField::Forwarded:
        return PeerAddress::parse(forParameter(lastItem(request, "forwarded")));
    }
    return std::nullopt;
}

} // namespace recado::relay
