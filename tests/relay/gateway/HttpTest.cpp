#include "relay/gateway/Handshake.h"
#include "relay/gateway/HttpRequestParser.h"
#include "relay/gateway/WebSocketFrame.h"
#include "support/Suite.h"

#include <QTest>

namespace recado::tests {

using relay::HttpRequest;
using relay::HttpRequestParser;
using Outcome = HttpRequestParser::Outcome;

namespace {

constexpr char sampleUpgrade[] = "GET /v1/socket HTTP/1.1\r\n"
                                 "Host: relay.example:7380\r\n"
                                 "Upgrade: websocket\r\n"
                                 "Connection: keep-alive, Upgrade\r\n"
                                 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                                 "Sec-WebSocket-Version: 13\r\n";

HttpRequest requestOf(const QByteArray& fieldsAndLine) {
    HttpRequestParser parser({});
    const QByteArray bytes = fieldsAndLine + "\r\n";
    QByteArrayView input(bytes);
    return parser.parse(input) == Outcome::Complete ? parser.request() : HttpRequest();
}

} // namespace

class HttpTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void requestsAreRead_data();
    void requestsAreRead();
    void refusalsNameTheirStatus_data();
    void refusalsNameTheirStatus();
    void headIsBounded();
    void whatFollowsTheHeadIsLeft();
    void upgradesAreAnswered_data();
    void upgradesAreAnswered();
    void refusalsSayWhatWouldDo();
    void acceptKeyIsTheOneOfTheStandard();
    void answersSayWhereTheyEnd();
};

void HttpTest::requestsAreRead_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("plain") << QByteArray("GET /healthz?verbose HTTP/1.1\r\nHost: a\r\nX-One:  two \r\n\r\n");
    QTest::newRow("empty body") << QByteArray(
        "GET /healthz?verbose HTTP/1.1\r\nhost:a\r\nx-one: two\r\nContent-Length: 0\r\n\r\n");
}

void HttpTest::requestsAreRead() {
    QFETCH(const QByteArray, bytes);
    for (const qsizetype portion : {qsizetype(1), qsizetype(5), bytes.size()}) {
        HttpRequestParser parser({});
        Outcome outcome = Outcome::NeedMore;
        for (qsizetype begin = 0; begin < bytes.size(); begin += portion) {
            QCOMPARE(int(outcome), int(Outcome::NeedMore));
            QByteArrayView input =
                QByteArrayView(bytes).sliced(begin, std::min(portion, bytes.size() - begin));
            outcome = parser.parse(input);
        }
        QCOMPARE(int(outcome), int(Outcome::Complete));
        QCOMPARE(parser.request().method, QByteArray("GET"));
        QCOMPARE(parser.request().path(), QByteArray("/healthz"));
        QCOMPARE(parser.request().value("x-one"), QByteArray("two"));
        QCOMPARE(parser.request().value("absent"), QByteArray());
    }
}

void HttpTest::refusalsNameTheirStatus_data() {
    QTest::addColumn<QByteArray>("head");
    QTest::addColumn<int>("status");
    const auto row = [](const char* name, const QByteArray& head, int status) {
        QTest::newRow(name) << head << status;
    };
    row("empty line first", "\r\nGET / HTTP/1.1\r\nHost: a", 400);
    row("no version", "GET /", 400);
    row("another protocol", "GET / FTP/1.1\r\nHost: a", 400);
    row("another version", "GET / HTTP/2.0\r\nHost: a", 505);
    row("two blanks", "GET  / HTTP/1.1\r\nHost: a", 400);
    row("absolute target", "GET http://a/ HTTP/1.1\r\nHost: a", 400);
    row("method that is no token", "G(T / HTTP/1.1\r\nHost: a", 400);
    row("no host", "GET / HTTP/1.1", 400);
    row("two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b", 400);
    row("blank before the colon", "GET / HTTP/1.1\r\nHost: a\r\nX : b", 400);
    row("folded line", "GET / HTTP/1.1\r\nHost: a\r\n b", 400);
    row("no colon", "GET / HTTP/1.1\r\nHost: a\r\nwords", 400);
    row("bare line feed", "GET / HTTP/1.1\r\nHost: a\nX: b", 400);
    row("zero byte", QByteArray("GET / HTTP/1.1\r\nHost: a\r\nX: \0", 29), 400);
    row("body", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1", 413);
    row("two lengths", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 0", 413);
    row("chunks", "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked", 413);
    row("too many fields", "GET / HTTP/1.1\r\nHost: a" + QByteArray("\r\nX: y").repeated(64), 431);
}

void HttpTest::refusalsNameTheirStatus() {
    QFETCH(const QByteArray, head);
    QFETCH(const int, status);
    HttpRequestParser parser({});
    const QByteArray bytes = head + "\r\n\r\n";
    QByteArrayView input(bytes);
    QCOMPARE(int(parser.parse(input)), int(Outcome::Refused));
    QCOMPARE(parser.status(), status);
}

void HttpTest::headIsBounded() {
    HttpRequestParser parser({.headerBytes = 1'000, .headerFields = 64});
    const QByteArray bytes = "GET / HTTP/1.1\r\nX: " + QByteArray(2'000, 'x');
    QByteArrayView most = QByteArrayView(bytes).first(999);
    QCOMPARE(int(parser.parse(most)), int(Outcome::NeedMore));
    QByteArrayView rest = QByteArrayView(bytes).sliced(999);
    QCOMPARE(int(parser.parse(rest)), int(Outcome::Refused));
    QCOMPARE(parser.status(), 431);
}

void HttpTest::whatFollowsTheHeadIsLeft() {
    HttpRequestParser parser({});
    const QByteArray bytes = QByteArray(sampleUpgrade) + "\r\nfirst frame";
    QByteArrayView input(bytes);
    QCOMPARE(int(parser.parse(input)), int(Outcome::Complete));
    QCOMPARE(input.toByteArray(), QByteArray("first frame"));
}

void HttpTest::upgradesAreAnswered_data() {
    QTest::addColumn<QByteArray>("head");
    QTest::addColumn<int>("status");
    const QByteArray sample(sampleUpgrade);
    const auto changed = [&](const char* from, const char* to) {
        return QByteArray(sample).replace(from, to);
    };
    QTest::newRow("as it should be") << sample << 101;
    QTest::newRow("with a query") << changed("/v1/socket", "/v1/socket?a=b") << 101;
    QTest::newRow("from its own page") << sample + "Origin: https://Relay.example:7380\r\n" << 101;
    QTest::newRow("from a foreign page") << sample + "Origin: https://evil.example\r\n" << 403;
    QTest::newRow("from a page without origin") << sample + "Origin: null\r\n" << 403;
    QTest::newRow("at another path") << changed("/v1/socket", "/v2/socket") << 404;
    QTest::newRow("by another method") << changed("GET", "POST") << 405;
    QTest::newRow("without an upgrade") << changed("Upgrade: websocket\r\n", "") << 426;
    QTest::newRow("to another protocol") << changed("websocket", "h2c") << 400;
    QTest::newRow("without connection upgrade") << changed("keep-alive, Upgrade", "keep-alive") << 400;
    QTest::newRow("another version") << changed("Version: 13", "Version: 8") << 426;
    QTest::newRow("without a version") << changed("Sec-WebSocket-Version: 13\r\n", "") << 426;
    QTest::newRow("in HTTP/1.0") << changed("HTTP/1.1", "HTTP/1.0") << 400;
    QTest::newRow("without a key") << changed("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", "") << 400;
    QTest::newRow("with a short key") << changed("dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZQ==") << 400;
    QTest::newRow("with a key that is no base64")
        << changed("dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25j**==") << 400;
    QTest::newRow("with two keys") << sample + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" << 400;
}

void HttpTest::upgradesAreAnswered() {
    QFETCH(const QByteArray, head);
    QFETCH(const int, status);
    const relay::HttpResponse response = answerUpgrade(requestOf(head), QByteArray("/v1/socket"));
    QCOMPARE(response.status, status);
}

void HttpTest::refusalsSayWhatWouldDo() {
    const QByteArray sample(sampleUpgrade);
    const auto answerTo = [](const QByteArray& head) {
        return serialize(answerUpgrade(requestOf(head), QByteArray("/v1/socket")), false);
    };
    QVERIFY(answerTo(QByteArray(sample).replace("GET", "POST")).contains("\r\nAllow: GET\r\n"));
    const QByteArray another = answerTo(QByteArray(sample).replace("Version: 13", "Version: 8"));
    QVERIFY(another.contains("\r\nSec-WebSocket-Version: 13\r\n"));
    QVERIFY(another.contains("\r\nUpgrade: websocket\r\n"));
    QVERIFY(another.contains("\r\nConnection: close, Upgrade\r\n"));
    relay::HttpRequest request;
    request.method = "DELETE";
    QVERIFY(serialize(answerRequest(request, {}), false).contains("\r\nAllow: GET, HEAD\r\n"));
}

void HttpTest::acceptKeyIsTheOneOfTheStandard() {
    QCOMPARE(relay::acceptKey("dGhlIHNhbXBsZSBub25jZQ=="), QByteArray("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
}

void HttpTest::answersSayWhereTheyEnd() {
    relay::HttpResponse response;
    response.body = "ready\n";
    const QByteArray whole = serialize(response, false);
    QVERIFY(whole.startsWith("HTTP/1.1 200 OK\r\n"));
    QVERIFY(whole.contains("\r\nContent-Length: 6\r\n"));
    QVERIFY(whole.contains("\r\nConnection: close\r\n"));
    QVERIFY(whole.endsWith("\r\n\r\nready\n"));
    QVERIFY(serialize(response, true).endsWith("\r\n\r\n"));
}

} // namespace recado::tests

RECADO_TEST(recado::tests::HttpTest)
#include "HttpTest.moc"
