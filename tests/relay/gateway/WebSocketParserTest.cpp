#include "relay/gateway/WebSocketParser.h"

#include "ClientFrames.h"
#include "relay/gateway/Connection.h"
#include "relay/gateway/WebSocketFrame.h"
#include "support/Suite.h"

#include <QTest>

#include <vector>

namespace recado::tests {

using relay::WebSocketParser;
using Kind = WebSocketParser::Kind;
using Events = std::vector<WebSocketParser::Event>;

namespace {

Events parseInPortions(const QByteArray& bytes, qsizetype portion, WebSocketParser::Limits limits) {
    WebSocketParser parser(limits);
    Events events;
    for (qsizetype begin = 0; begin < bytes.size(); begin += portion) {
        QByteArrayView input = QByteArrayView(bytes).sliced(begin, std::min(portion, bytes.size() - begin));
        while (true) {
            WebSocketParser::Event event = parser.parse(input);
            if (event.kind == Kind::None)
                break;
            events.push_back(std::move(event));
        }
    }
    return events;
}

QByteArray hex(const char* text) {
    return QByteArray::fromHex(text);
}

} // namespace

class WebSocketParserTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void violationsAreFound_data();
    void violationsAreFound();
    void closeFramesAreRead_data();
    void closeFramesAreRead();
    void messagesOfEveryLengthArriveInAnyPortions_data();
    void messagesOfEveryLengthArriveInAnyPortions();
    void controlFramesMayInterruptFragments();
    void declaredLengthIsRefusedBeforeAnythingIsKept();
    void fragmentsTogetherStayWithinTheLimit();
    void fragmentsOfOneMessageAreCounted();
    void owedBytesAreKnown();
    void nothingFollowsTheLastEvent();
    void utf8IsCheckedWhereverItIsCut_data();
    void utf8IsCheckedWhereverItIsCut();
};

void WebSocketParserTest::violationsAreFound_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<int>("code");
    const auto row = [](const char* name, const QByteArray& bytes, int code) {
        QTest::newRow(name) << bytes << code;
    };
    row("unmasked", hex("8200"), 1002);
    row("reserved bit 1", hex("c280"), 1002);
    row("reserved bit 2", hex("a280"), 1002);
    row("reserved bit 3", hex("9280"), 1002);
    for (const char* opcode : {"83", "84", "85", "86", "87", "8b", "8c", "8d", "8e", "8f"})
        row(QByteArray("opcode ").append(opcode).constData(), hex(opcode) + hex("80"), 1002);
    row("continuation of nothing", hex("8080") + hex("00000000"), 1002);
    row("new message inside fragments", clientFrame(0x2, "a", Final::No) + clientFrame(0x2, "b", Final::Yes),
        1002);
    row("fragmented ping", clientFrame(0x9, "a", Final::No), 1002);
    row("fragmented close", clientFrame(0x8, "", Final::No), 1002);
    row("ping of 126 bytes", clientFrame(0x9, QByteArray(126, 'x'), Final::Yes), 1002);
    row("length 125 in 16 bits", hex("82fe007d00000000"), 1002);
    row("length 65535 in 64 bits", hex("82ff000000000000ffff00000000"), 1002);
    row("length with the top bit", hex("82ff800000000000000100000000"), 1002);
    row("text that is no UTF-8", clientFrame(0x1, "\xC3\x28", Final::Yes), 1007);
    row("text that ends within a character", clientFrame(0x1, "\xE2\x82", Final::Yes), 1007);
    row("text that ends within a character after a fragment",
        clientFrame(0x1, "a", Final::No) + clientFrame(0x0, "\xF0\x9F", Final::Yes), 1007);
    row("close of one byte", clientFrame(0x8, "\x03", Final::Yes), 1002);
    for (const int code : {0, 999, 1004, 1005, 1006, 1015, 1016, 2000, 2999, 5000, 65535})
        row(QByteArray("close code ").append(QByteArray::number(code)).constData(),
            clientFrame(0x8, closeBody(quint16(code)), Final::Yes), 1002);
    row("close reason that is no UTF-8", clientFrame(0x8, closeBody(1000) + "\xFF", Final::Yes), 1007);
}

void WebSocketParserTest::violationsAreFound() {
    QFETCH(const QByteArray, bytes);
    QFETCH(const int, code);
    for (const qsizetype portion : {qsizetype(1), qsizetype(3), bytes.size()}) {
        const Events events = parseInPortions(bytes, portion, {});
        QVERIFY(!events.empty());
        QCOMPARE(int(events.back().kind), int(Kind::Violation));
        QCOMPARE(int(events.back().code), code);
    }
}

void WebSocketParserTest::closeFramesAreRead_data() {
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<int>("code");
    QTest::newRow("empty") << QByteArray() << 1005;
    for (const int code : {1000, 1001, 1002, 1003, 1007, 1008, 1011, 1014, 3000, 4999})
        QTest::newRow(QByteArray::number(code).constData()) << closeBody(quint16(code)) << code;
    QTest::newRow("with a reason") << closeBody(1000) + QByteArray("até já") << 1000;
    QTest::newRow("with the longest reason") << closeBody(1000) + QByteArray(123, 'r') << 1000;
}

void WebSocketParserTest::closeFramesAreRead() {
    QFETCH(const QByteArray, body);
    QFETCH(const int, code);
    for (const qsizetype portion : {qsizetype(1), qsizetype(200)}) {
        const Events events = parseInPortions(clientFrame(0x8, body, Final::Yes), portion, {});
        QCOMPARE(events.size(), std::size_t(1));
        QCOMPARE(int(events[0].kind), int(Kind::Close));
        QCOMPARE(int(events[0].code), code);
    }
}

void WebSocketParserTest::messagesOfEveryLengthArriveInAnyPortions_data() {
    QTest::addColumn<int>("size");
    for (const int size : {0, 1, 2, 3, 4, 5, 125, 126, 127, 1'000, 65'535, 65'536, 70'001})
        QTest::newRow(QByteArray::number(size).constData()) << size;
}

void WebSocketParserTest::messagesOfEveryLengthArriveInAnyPortions() {
    QFETCH(const int, size);
    QByteArray payload(size, Qt::Uninitialized);
    for (int index = 0; index < size; ++index)
        payload[index] = char(index * 31 + 7);
    const QByteArray bytes =
        clientFrame(0x2, payload, Final::Yes) + clientFrame(0x1, QByteArray("fim ✓"), Final::Yes);
    for (const qsizetype portion :
         {qsizetype(1), qsizetype(2), qsizetype(7), qsizetype(4'096), bytes.size()}) {
        const Events events = parseInPortions(bytes, portion, {});
        QCOMPARE(events.size(), std::size_t(2));
        QCOMPARE(int(events[0].kind), int(Kind::Binary));
        QCOMPARE(events[0].payload, payload);
        QCOMPARE(int(events[1].kind), int(Kind::Text));
        QCOMPARE(events[1].payload, QByteArray("fim ✓"));
    }
}

void WebSocketParserTest::controlFramesMayInterruptFragments() {
    const QByteArray bytes = clientFrame(0x2, "one ", Final::No) + clientFrame(0x9, "ping", Final::Yes) +
                             clientFrame(0x0, "two ", Final::No) + clientFrame(0x0, "", Final::No) +
                             clientFrame(0xA, "pong", Final::Yes) + clientFrame(0x0, "three", Final::Yes);
    for (qsizetype portion = 1; portion <= bytes.size(); ++portion) {
        const Events events = parseInPortions(bytes, portion, {});
        QCOMPARE(events.size(), std::size_t(4));
        QCOMPARE(int(events[0].kind), int(Kind::Ping));
        QCOMPARE(events[0].payload, QByteArray("ping"));
        QCOMPARE(int(events[1].kind), int(Kind::EmptyFragment));
        QCOMPARE(int(events[2].kind), int(Kind::Pong));
        QCOMPARE(events[2].payload, QByteArray("pong"));
        QCOMPARE(int(events[3].kind), int(Kind::Binary));
        QCOMPARE(events[3].payload, QByteArray("one two three"));
    }
}

void WebSocketParserTest::declaredLengthIsRefusedBeforeAnythingIsKept() {
    WebSocketParser parser({.messageBytes = 1'000, .fragmentsPerMessage = 8});
    const QByteArray header = clientFrame(0x2, QByteArray(1'001, 'x'), Final::Yes).first(8);
    QByteArrayView input(header);
    const WebSocketParser::Event event = parser.parse(input);
    QCOMPARE(int(event.kind), int(Kind::Violation));
    QCOMPARE(int(event.code), int(relay::closeMessageTooBig));
    QCOMPARE(parser.keptBytes(), qint64(0));
}

void WebSocketParserTest::fragmentsTogetherStayWithinTheLimit() {
    const WebSocketParser::Limits limits{.messageBytes = 1'000, .fragmentsPerMessage = 8};
    const QByteArray first = clientFrame(0x2, QByteArray(600, 'x'), Final::No);
    const Events fitting =
        parseInPortions(first + clientFrame(0x0, QByteArray(400, 'y'), Final::Yes), 64, limits);
    QCOMPARE(fitting.size(), std::size_t(1));
    QCOMPARE(fitting[0].payload.size(), 1'000);
    const Events tooBig =
        parseInPortions(first + clientFrame(0x0, QByteArray(401, 'y'), Final::Yes), 64, limits);
    QCOMPARE(tooBig.size(), std::size_t(1));
    QCOMPARE(int(tooBig[0].code), int(relay::closeMessageTooBig));
}

void WebSocketParserTest::fragmentsOfOneMessageAreCounted() {
    const WebSocketParser::Limits limits{.messageBytes = 1'000, .fragmentsPerMessage = 8};
    QByteArray bytes = clientFrame(0x2, "", Final::No);
    for (int index = 0; index < 7; ++index)
        bytes += clientFrame(0x0, "", Final::No);
    const Events events = parseInPortions(bytes + clientFrame(0x0, "", Final::Yes), 100, limits);
    QCOMPARE(events.size(), std::size_t(9));
    QCOMPARE(int(events.back().kind), int(Kind::Violation));
    QCOMPARE(int(events.back().code), int(relay::closePolicyViolation));
}

void WebSocketParserTest::owedBytesAreKnown() {
    WebSocketParser parser({});
    const auto feed = [&](const QByteArray& bytes) {
        QByteArrayView input(bytes);
        while (parser.parse(input).kind != Kind::None) {
        }
        return parser.isIncomplete();
    };
    QVERIFY(!parser.isIncomplete());
    QVERIFY(!feed(clientFrame(0x2, "whole", Final::Yes)));
    QVERIFY(feed(QByteArray("\x82")));
    QVERIFY(!feed(clientFrame(0x2, "a", Final::Yes).sliced(1)));
    QVERIFY(feed(clientFrame(0x2, "first", Final::No)));
    QVERIFY(feed(clientFrame(0x9, "", Final::Yes)));
    QVERIFY(!feed(clientFrame(0x0, "last", Final::Yes)));
    QCOMPARE(parser.keptBytes(), qint64(0));
}

void WebSocketParserTest::nothingFollowsTheLastEvent() {
    const QByteArray bytes = clientFrame(0x8, closeBody(1000), Final::Yes) +
                             clientFrame(0x2, "too late", Final::Yes) + QByteArray(1'000, '\xFF');
    WebSocketParser parser({});
    QByteArrayView input(bytes);
    QCOMPARE(int(parser.parse(input).kind), int(Kind::Close));
    QCOMPARE(int(parser.parse(input).kind), int(Kind::None));
    QVERIFY(input.isEmpty());
    QVERIFY(!parser.isIncomplete());
}

void WebSocketParserTest::utf8IsCheckedWhereverItIsCut_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<bool>("valid");
    const auto row = [](const char* name, const char* text, bool valid) {
        QTest::newRow(name) << QByteArray(text) << valid;
    };
    row("ascii", "abc", true);
    row("two bytes", "ção", true);
    row("three bytes", "€ \xEF\xBF\xBD", true);
    row("four bytes", "🙂", true);
    row("highest", "\xF4\x8F\xBF\xBF", true);
    row("overlong slash", "\xC0\xAF", false);
    row("overlong in three bytes", "\xE0\x9F\xBF", false);
    row("overlong in four bytes", "\xF0\x8F\xBF\xBF", false);
    row("surrogate", "\xED\xA0\x80", false);
    row("above the highest", "\xF4\x90\x80\x80", false);
    row("start byte F5", "\xF5\x80\x80\x80", false);
    row("stray continuation", "a\x80", false);
    row("missing continuation", "\xE2\x82x", false);
}

void WebSocketParserTest::utf8IsCheckedWhereverItIsCut() {
    QFETCH(const QByteArray, text);
    QFETCH(const bool, valid);
    for (qsizetype cut = 0; cut <= text.size(); ++cut) {
        const QByteArray bytes =
            clientFrame(0x1, text.first(cut), Final::No) + clientFrame(0x0, text.sliced(cut), Final::Yes);
        const Events events = parseInPortions(bytes, bytes.size(), {});
        QCOMPARE(int(events.back().kind), int(valid ? Kind::Text : Kind::Violation));
    }
}

} // namespace recado::tests

RECADO_TEST(recado::tests::WebSocketParserTest)
#include "WebSocketParserTest.moc"
