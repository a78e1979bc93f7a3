#include "relay/gateway/Handshake.h"

#include "relay/gateway/WebSocketFrame.h"

namespace recado::relay {

namespace {

bool isForeignOrigin(const HttpRequest& request) {
    if (request.count("origin") == 0)
        return false;
    const QByteArray origin = request.value("origin").toLower();
    const QByteArray host = request.value("host").toLower();
    return host.isEmpty() ||
           (origin != QByteArrayLiteral("http://") + host && origin != QByteArrayLiteral("https://") + host);
}

HttpResponse upgradeRequired() {
    HttpResponse response = plainResponse(426);
    // A field Upgrade is named in Connection (RFC 9110 section 7.8).
    response.fields = {{QByteArrayLiteral("Upgrade"), QByteArrayLiteral("websocket")},
                       {QByteArrayLiteral("Connection"), QByteArrayLiteral("Upgrade")},
                       {QByteArrayLiteral("Sec-WebSocket-Version"), QByteArrayLiteral("13")}};
    return response;
}

} // namespace

bool isUpgrade(const HttpRequest& request) {
    return request.count("upgrade") > 0;
}

HttpResponse answerUpgrade(const HttpRequest& request, const QByteArray& path) {
    if (request.path() != path)
        return plainResponse(404);
    if (request.method != QByteArrayView("GET"))
        return methodNotAllowed(QByteArrayLiteral("GET"));
    if (!isUpgrade(request))
        return upgradeRequired();
    if (request.minorVersion < 1 || !request.lists("upgrade", "websocket") ||
        !request.lists("connection", "upgrade"))
        return plainResponse(400);
    if (request.value("sec-websocket-version") != QByteArrayView("13"))
        return upgradeRequired();
    const QByteArray key = request.value("sec-websocket-key");
    if (!isValidKey(key))
        return plainResponse(400);
    if (isForeignOrigin(request))
        return plainResponse(403);
    HttpResponse response;
    response.status = 101;
    response.fields = {{QByteArrayLiteral("Upgrade"), QByteArrayLiteral("websocket")},
                       {QByteArrayLiteral("Connection"), QByteArrayLiteral("Upgrade")},
                       {QByteArrayLiteral("Sec-WebSocket-Accept"), acceptKey(key)}};
    return response;
}

} // namespace recado::relay
