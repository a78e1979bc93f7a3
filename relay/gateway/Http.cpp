#include "relay/gateway/Http.h"

#include <algorithm>

namespace recado::relay {

namespace {

QByteArray statusPhrase(int status) {
    switch (status) {
    case 101:
        return QByteArrayLiteral("Switching Protocols");
    case 200:
        return QByteArrayLiteral("OK");
    case 400:
        return QByteArrayLiteral("Bad Request");
    case 403:
        return QByteArrayLiteral("Forbidden");
    case 404:
        return QByteArrayLiteral("Not Found");
    case 405:
        return QByteArrayLiteral("Method Not Allowed");
    case 408:
        return QByteArrayLiteral("Request Timeout");
    case 413:
        return QByteArrayLiteral("Content Too Large");
    case 426:
        return QByteArrayLiteral("Upgrade Required");
    case 429:
        return QByteArrayLiteral("Too Many Requests");
    case 431:
        return QByteArrayLiteral("Request Header Fields Too Large");
    case 503:
        return QByteArrayLiteral("Service Unavailable");
    case 505:
        return QByteArrayLiteral("HTTP Version Not Supported");
    default:
        return QByteArrayLiteral("Status");
    }
}

} // namespace

QByteArray HttpRequest::path() const {
    const qsizetype query = target.indexOf('?');
    return query < 0 ? target : target.first(query);
}

QByteArray HttpRequest::value(QByteArrayView lowerCaseName) const {
    if (count(lowerCaseName) != 1)
        return {};
    const auto found = std::find_if(fields.begin(), fields.end(),
                                    [&](const auto& field) { return field.first == lowerCaseName; });
    return found->second;
}

int HttpRequest::count(QByteArrayView lowerCaseName) const {
    return int(std::count_if(fields.begin(), fields.end(),
                             [&](const auto& field) { return field.first == lowerCaseName; }));
}

bool HttpRequest::lists(QByteArrayView lowerCaseName, QByteArrayView token) const {
    for (const auto& [name, value] : fields) {
        if (name != lowerCaseName)
            continue;
        const QList<QByteArray> items = value.split(',');
        const bool found = std::any_of(items.begin(), items.end(), [&](const QByteArray& item) {
            return item.trimmed().compare(token, Qt::CaseInsensitive) == 0;
        });
        if (found)
            return true;
    }
    return false;
}

HttpResponse answerRequest(const HttpRequest& request, const HttpHandler& handler) {
    if (!request.isHead() && request.method != QByteArrayView("GET"))
        return methodNotAllowed(QByteArrayLiteral("GET, HEAD"));
    return handler ? handler(request) : plainResponse(404);
}

HttpResponse methodNotAllowed(const QByteArray& allowed) {
    HttpResponse response = plainResponse(405);
    response.fields = {{QByteArrayLiteral("Allow"), allowed}};
    return response;
}

QByteArray serialize(const HttpResponse& response, bool headOnly) {
    QByteArray bytes;
    const auto addField = [&](const QByteArray& name, const QByteArray& value) {
        bytes += name + QByteArrayLiteral(": ") + value + QByteArrayLiteral("\r\n");
    };
    bytes += QByteArrayLiteral("HTTP/1.1 ") + QByteArray::number(response.status) + ' ' +
             statusPhrase(response.status) + QByteArrayLiteral("\r\n");
    const bool stays = response.status == 101;
    QByteArray connection = stays ? QByteArray() : QByteArrayLiteral("close");
    for (const auto& [name, value] : response.fields) {
        if (name == QByteArrayView("Connection"))
            connection += (connection.isEmpty() ? QByteArray() : QByteArrayLiteral(", ")) + value;
        else
            addField(name, value);
    }
    if (!connection.isEmpty())
        addField(QByteArrayLiteral("Connection"), connection);
    if (!stays) {
        addField(QByteArrayLiteral("Content-Type"), response.contentType);
        addField(QByteArrayLiteral("Content-Length"), QByteArray::number(response.body.size()));
        addField(QByteArrayLiteral("Cache-Control"), QByteArrayLiteral("no-store"));
    }
    bytes += QByteArrayLiteral("\r\n");
    if (!headOnly)
        bytes += response.body;
    return bytes;
}

HttpResponse comeBackLater(int status, std::chrono::seconds after) {
    HttpResponse response = plainResponse(status);
    response.fields = {{QByteArrayLiteral("Retry-After"), QByteArray::number(qint64(after.count()))}};
    return response;
}

HttpResponse plainResponse(int status) {
    HttpResponse response;
    response.status = status;
    response.body = statusPhrase(status) + '\n';
    return response;
}

} // namespace recado::relay
