#include "ClientFrames.h"
#include "ConformanceCases.h"

#include <utility>

namespace recado::tests {

namespace {

constexpr char sampleKey[] = "dGhlIHNhbXBsZSBub25jZQ==";

/// A request of which a part can be left out, replaced or added.
class RequestHead {
public:
    RequestHead() = default;

    RequestHead line(const QByteArray& requestLine) const {
        RequestHead changed = *this;
        changed.m_line = requestLine;
        return changed;
    }
    RequestHead without(const QByteArray& name) const {
        RequestHead changed = *this;
        std::erase_if(changed.m_fields, [&](const auto& field) { return field.first == name; });
        return changed;
    }
    RequestHead with(const QByteArray& name, const QByteArray& value) const {
        RequestHead changed = *this;
        changed.m_fields.push_back({name, value});
        return changed;
    }
    RequestHead replaced(const QByteArray& name, const QByteArray& value) const {
        return without(name).with(name, value);
    }
    [[nodiscard]] QByteArray bytes(const QByteArray& lineEnd = "\r\n") const {
        QByteArray bytes = m_line + lineEnd;
        for (const auto& [name, value] : m_fields)
            bytes += name + ": " + value + lineEnd;
        return bytes + lineEnd;
    }

private:
    QByteArray m_line = "GET /v1/socket HTTP/1.1";
    std::vector<std::pair<QByteArray, QByteArray>> m_fields{{"Host", "relay.example:7380"},
                                                            {"Upgrade", "websocket"},
                                                            {"Connection", "Upgrade"},
                                                            {"Sec-WebSocket-Key", sampleKey},
                                                            {"Sec-WebSocket-Version", "13"}};
};

class HandshakeTable {
public:
    void refused(const QByteArray& name, const QByteArray& bytes, const QByteArray& answer) {
        m_cases.push_back({name, ConformanceCase::Begin::AtOnce, bytes, answer + '\n'});
    }
    /// Upgraded; a message right behind the head comes back.
    void upgraded(const QByteArray& name, const RequestHead& head) {
        const QByteArray frames = wholeFrame("hasty") + clientFrame(0x8, closeBody(1000), Final::Yes);
        m_cases.push_back({name, ConformanceCase::Begin::AtOnce, head.bytes() + frames,
                           "101\necho " + digest("hasty") + "\nclose 1000\n"});
    }
    [[nodiscard]] std::vector<ConformanceCase> take() { return std::move(m_cases); }

private:
    std::vector<ConformanceCase> m_cases;
};

void addUpgrades(HandshakeTable& table) {
    const RequestHead good;
    table.upgraded("as it should be", good);
    table.upgraded("names in capitals", good.without("Upgrade")
                                            .without("Connection")
                                            .with("UPGRADE", "websocket")
                                            .with("CONNECTION", "Upgrade"));
    table.upgraded("values in capitals",
                   good.replaced("Upgrade", "WebSocket").replaced("Connection", "UPGRADE"));
    table.upgraded("connection list", good.replaced("Connection", "keep-alive, Upgrade"));
    table.upgraded("connection list with empty items",
                   good.replaced("Connection", ", keep-alive,\t, upgrade ,"));
    table.upgraded("connection in two fields",
                   good.replaced("Connection", "keep-alive").with("Connection", "Upgrade"));
    table.upgraded("upgrade list", good.replaced("Upgrade", "h2c, websocket"));
    table.upgraded("blanks around values", good.replaced("Sec-WebSocket-Version", "  13 \t"));
    table.upgraded("a query", good.line("GET /v1/socket?a=b&c HTTP/1.1"));
    table.upgraded("its own page", good.with("Origin", "https://Relay.Example:7380"));
    table.upgraded("extensions and protocols that are not spoken",
                   good.with("Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits")
                       .with("Sec-WebSocket-Protocol", "chat, superchat"));
    table.upgraded("an empty body", good.with("Content-Length", "0"));
    table.upgraded("other fields",
                   good.with("User-Agent", "ol\xC3\xA1/1.0").with("Cookie", "a=b").with("X", ""));
}

void addBadUpgrades(HandshakeTable& table) {
    const RequestHead good;
    const QByteArray tryVersion = "426 Sec-WebSocket-Version: 13";
    table.refused("no host", good.without("Host").bytes(), "400");
    table.refused("two hosts", good.with("Host", "b").bytes(), "400");
    table.refused("no upgrade", good.without("Upgrade").bytes(), tryVersion);
    table.refused("another upgrade", good.replaced("Upgrade", "h2c").bytes(), "400");
    table.refused("nearly that upgrade", good.replaced("Upgrade", "websockets").bytes(), "400");
    table.refused("no connection", good.without("Connection").bytes(), "400");
    table.refused("another connection", good.replaced("Connection", "keep-alive").bytes(), "400");
    table.refused("nearly that connection", good.replaced("Connection", "Upgraded").bytes(), "400");
    table.refused("no key", good.without("Sec-WebSocket-Key").bytes(), "400");
    table.refused("two keys", good.with("Sec-WebSocket-Key", sampleKey).bytes(), "400");
    for (const char* key :
         {"", "dGhlIHNhbXBsZSBub25j", "dGhlIHNhbXBsZSBub25jZWQ=", "dGhlIHNhbXBsZSBub25jZWQh",
          "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25j*Q==", "dGhlIHNhbXBsZSBub25jZQ===="})
        table.refused(QByteArray("key ") + key, good.replaced("Sec-WebSocket-Key", key).bytes(), "400");
    table.refused("no version", good.without("Sec-WebSocket-Version").bytes(), tryVersion);
    for (const char* version : {"", "0", "7", "8", "12", "14", "013", "13, 8", "x"})
        table.refused(QByteArray("version ") + version,
                      good.replaced("Sec-WebSocket-Version", version).bytes(), tryVersion);
    table.refused("two versions", good.with("Sec-WebSocket-Version", "8").bytes(), tryVersion);
    table.refused("another path", good.line("GET /v1/sockets HTTP/1.1").bytes(), "404");
    for (const char* method : {"POST", "HEAD", "OPTIONS", "PUT", "get"})
        table.refused(QByteArray("method ") + method,
                      good.line(method + QByteArray(" /v1/socket HTTP/1.1")).bytes(), "405 Allow: GET");
    table.refused("HTTP 1.0", good.line("GET /v1/socket HTTP/1.0").bytes(), "400");
    for (const char* origin :
         {"https://evil.example", "null", "https://relay.example", "ws://relay.example:7380", ""})
        table.refused(QByteArray("origin ") + origin, good.with("Origin", origin).bytes(), "403");
    table.refused("two origins",
                  good.with("Origin", "https://relay.example:7380")
                      .with("Origin", "https://relay.example:7380")
                      .bytes(),
                  "403");
    table.refused("frames behind a refusal", good.without("Sec-WebSocket-Key").bytes() + wholeFrame("a"),
                  "400");
}

void addBadRequests(HandshakeTable& table) {
    const RequestHead good;
    for (const char* version : {"HTTP/2.0", "HTTP/1.2", "HTTP/0.9", "HTTP/1.10", "HTTP/"})
        table.refused(QByteArray("version ") + version,
                      good.line(QByteArray("GET /v1/socket ") + version).bytes(), "505");
    for (const char* line :
         {"GET /v1/socket", "GET", "GET  /v1/socket HTTP/1.1", "GET /v1/socket http/1.1",
          "GET /v1/socket HTTP/1.1 ", " GET /v1/socket HTTP/1.1", "G@T /v1/socket HTTP/1.1",
          "GET v1/socket HTTP/1.1", "GET /v1/\tsocket HTTP/1.1", "GET /v1/\xC3\xA7 HTTP/1.1"})
        table.refused(QByteArray("line ") + line, good.line(line).bytes(),
                      QByteArrayView(line).endsWith("1.1 ") ? "505" : "400");
    table.refused("empty line first", "\r\n" + good.bytes(), "400");
    table.refused("bare line feeds", good.bytes("\n"), "400");
    table.refused("one bare line feed",
                  good.bytes().replace("Upgrade: websocket\r\n", "Upgrade: websocket\n"), "400");
    table.refused("bare carriage return", good.with("X", "a\rb").bytes(), "400");
    table.refused("zero byte", good.with("X", QByteArray("a\0b", 3)).bytes(), "400");
    table.refused("control character",
                  good.with("X", "a\x07"
                                 "b")
                      .bytes(),
                  "400");
    table.refused("folded line", good.with("X", "a\r\n b").bytes(), "400");
    table.refused("line folded with a tab", good.with("X", "a\r\n\tb").bytes(), "400");
    table.refused("blank before the colon", good.with("X ", "a").bytes(), "400");
    table.refused("no colon", good.bytes().replace("Upgrade: websocket", "Upgrade websocket"), "400");
    table.refused("no name", good.with("", "a").bytes(), "400");
    table.refused("name that is no token", good.with("X(y)", "a").bytes(), "400");
    table.refused("long line", good.with("X", QByteArray(9'000, 'x')).bytes(), "431");
    table.refused("long target", good.line("GET /" + QByteArray(9'000, 'x') + " HTTP/1.1").bytes(), "431");
    table.refused("no end of the head", "GET /v1/socket HTTP/1.1\r\nX: " + QByteArray(9'000, 'x'), "431");
    RequestHead many = good;
    for (int count = 0; count < 64; ++count)
        many = many.with("X", "y");
    table.refused("many fields", many.bytes(), "431");
    table.refused("body", good.with("Content-Length", "5").bytes() + "hello", "413");
    table.refused("two lengths", good.with("Content-Length", "0").with("Content-Length", "0").bytes(), "413");
    table.refused("length that is no number", good.with("Content-Length", "-1").bytes(), "413");
    table.refused("chunks", good.with("Transfer-Encoding", "chunked").bytes() + "0\r\n\r\n", "413");
    table.refused("chunks and a length",
                  good.with("Transfer-Encoding", "chunked").with("Content-Length", "0").bytes(), "413");
    table.refused("TLS", QByteArray::fromHex("160301020001000100") + "\r\n\r\n", "400");
    const QByteArray health = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";
    table.refused("health", health, "200");
    table.refused("two requests, one answer", health + health, "200");
}

} // namespace

std::vector<ConformanceCase> handshakeCases() {
    HandshakeTable table;
    addUpgrades(table);
    addBadUpgrades(table);
    addBadRequests(table);
    return table.take();
}

} // namespace recado::tests
