// Fuzz target: the relay's WebSocket and HTTP parsers, which read whatever a stranger sends. The first byte
// says in which portions the rest is fed; the portions must not change what comes out.
#include "relay/gateway/HttpRequestParser.h"
#include "relay/gateway/WebSocketParser.h"

#include <QVector>

#include <algorithm>
#include <cstdlib>
#include <tuple>

using namespace recado::relay;

namespace {

constexpr qint64 smallMessage = 4'096;

using Seen = std::tuple<WebSocketParser::Kind, quint16, QByteArray>;

QVector<Seen> parseFrames(QByteArrayView bytes, qsizetype portion) {
    WebSocketParser parser({smallMessage, 16});
    QVector<Seen> seen;
    while (!bytes.isEmpty()) {
        QByteArrayView input = bytes.first(std::min(portion, bytes.size()));
        bytes = bytes.sliced(input.size());
        for (;;) {
            WebSocketParser::Event event = parser.parse(input);
            if (event.kind == WebSocketParser::Kind::None)
                break;
            if (event.payload.size() > smallMessage)
                std::abort(); // a message over the limit must never come out
            seen.emplace_back(event.kind, event.code, event.payload);
        }
        if (parser.keptBytes() > smallMessage + 125)
            std::abort(); // nor may more be kept
    }
    return seen;
}

std::pair<HttpRequestParser::Outcome, int> parseHead(QByteArrayView bytes, qsizetype portion) {
    HttpRequestParser parser({1'024, 16});
    auto outcome = HttpRequestParser::Outcome::NeedMore;
    while (!bytes.isEmpty() && outcome == HttpRequestParser::Outcome::NeedMore) {
        QByteArrayView input = bytes.first(std::min(portion, bytes.size()));
        bytes = bytes.sliced(input.size());
        outcome = parser.parse(input);
    }
    return {outcome, outcome == HttpRequestParser::Outcome::Refused ? parser.status() : 0};
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2)
        return 0;
    const qsizetype portion = 1 + data[0] % 64;
    const QByteArrayView bytes(reinterpret_cast<const char*>(data + 1), qsizetype(size - 1));
    if (parseFrames(bytes, portion) != parseFrames(bytes, bytes.size()))
        std::abort();
    if (parseHead(bytes, portion).first != parseHead(bytes, bytes.size()).first)
        std::abort();
    return 0;
}
