#pragma once

#include <QByteArray>
#include <QByteArrayView>
#include <QVector>

#include <chrono>
#include <functional>
#include <utility>

namespace recado::relay {

/// The head of an HTTP/1.1 (or 1.0) request without a body.
struct HttpRequest {
    QByteArray method;
    QByteArray target; // origin form, as sent
    int minorVersion = 1;
    QVector<std::pair<QByteArray, QByteArray>> fields; // names in lower case

    /// The target without its query.
    [[nodiscard]] QByteArray path() const;
    /// The only value of that field; empty when it is absent or given more than once.
    [[nodiscard]] QByteArray value(QByteArrayView lowerCaseName) const;
    [[nodiscard]] int count(QByteArrayView lowerCaseName) const;
    /// Whether the answer goes without its body.
    [[nodiscard]] bool isHead() const { return method == QByteArrayView("HEAD"); }
    /// Whether the field, a comma-separated list, names `token` (RFC 9110 section 5.6.1); case is ignored.
    [[nodiscard]] bool lists(QByteArrayView lowerCaseName, QByteArrayView token) const;
};

/// A complete answer; the gateway adds Content-Length and `Connection: close`. A field `Connection` of its
/// own is what stands behind `close`.
struct HttpResponse {
    int status = 200;
    QByteArray contentType = QByteArrayLiteral("text/plain; charset=utf-8");
    QByteArray body;
    QVector<std::pair<QByteArray, QByteArray>> fields;
};

/// Answers GET and HEAD requests that are no upgrades. Called on an I/O thread, so it must be quick and
/// thread-safe.
using HttpHandler = std::function<HttpResponse(const HttpRequest&)>;

/// The answer to a request that is no upgrade: the handler's (which may be empty: 404) to GET and HEAD, 405
/// to all others.
HttpResponse answerRequest(const HttpRequest& request, const HttpHandler& handler);

/// 405, naming the methods that would do.
HttpResponse methodNotAllowed(const QByteArray& allowed);

/// The bytes of the answer; without the body when the request was HEAD.
QByteArray serialize(const HttpResponse& response, bool headOnly);

/// The same with Retry-After.
HttpResponse comeBackLater(int status, std::chrono::seconds after);

/// A plain answer of the gateway itself: the status' usual phrase as its body.
HttpResponse plainResponse(int status);

} // namespace recado::relay
