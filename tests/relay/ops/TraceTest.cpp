#include "../gateway/RawClient.h"
#include "FakeCollector.h"
#include "OpsExchange.h"
#include "relay/ops/Relay.h"
#include "relay/ops/TraceExporter.h"
#include "support/Suite.h"

#include <QDir>
#include <QTemporaryDir>
#include <QTest>
#include <QUrl>

#include <future>

namespace recado::tests {

using relay::MessageTrace;
using relay::OperationsState;
using relay::TraceContext;
using relay::TraceExporter;
using relay::TraceOptions;

namespace {

constexpr char someTrace[] = "0af7651916cd43dd8448eb211c80319c";
constexpr char someParent[] = "b7ad6b7169203331";

QByteArray traceparentOf(const char* flags) {
    return QByteArray("00-") + someTrace + '-' + someParent + '-' + flags;
}

TraceOptions optionsFor(const FakeCollector& collector, double ratio = 1) {
    TraceOptions options;
    options.endpoint = collector.url();
    options.ratio = ratio;
    options.interval = std::chrono::milliseconds(10);
    options.timeout = std::chrono::milliseconds(200);
    return options;
}

QString textOf(const QJsonObject& span, const char* key) {
    return span[QLatin1String(key)].toString();
}

} // namespace

class TraceTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void contextsAreReadAsTheStandardSays_data();
    void contextsAreReadAsTheStandardSays();
    void wayOfAMessageBecomesSpans();
    void receiverAndStoreNeverGetTheContext();
    void ownTraceBeginsWhereTheSenderNamesNone();
    void unsampledSendersAreNotFollowed();
    void nothingIsFollowedWithoutLuck();
    void httpRequestsThatNameATraceAreFollowed();
    void collectorThatFailsIsAskedAgain();
    void collectorThatHangsDropsAndBlocksNobody();
    void fullQueueDropsTheNewest();
    void stopSendsWhatWaits();
};

void TraceTest::contextsAreReadAsTheStandardSays_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<bool>("good");
    QTest::addColumn<bool>("sampled");
    const QByteArray good = traceparentOf("01");
    QTest::newRow("sampled") << good << true << true;
    QTest::newRow("not sampled") << traceparentOf("00") << true << false;
    QTest::newRow("other flags") << traceparentOf("03") << true << true;
    QTest::newRow("later version") << QByteArray(good).replace(0, 2, "cc") << true << true;
    QTest::newRow("later version with more")
        << QByteArray(good).replace(0, 2, "cc") + "-what" << true << true;
    QTest::newRow("later version, badly continued")
        << QByteArray(good).replace(0, 2, "cc") + "what" << false << false;
    QTest::newRow("version ff") << QByteArray(good).replace(0, 2, "ff") << false << false;
    QTest::newRow("more in version 0") << good + "-what" << false << false;
    QTest::newRow("short") << good.chopped(1) << false << false;
    QTest::newRow("empty") << QByteArray() << false << false;
    QTest::newRow("capitals") << good.toUpper() << false << false;
    QTest::newRow("no digits") << QByteArray(good).replace(5, 1, "g") << false << false;
    QTest::newRow("other separators") << QByteArray(good).replace('-', '_') << false << false;
    QTest::newRow("trace of zeros") << QByteArray(good).replace(someTrace, QByteArray(32, '0')) << false
                                    << false;
    QTest::newRow("parent of zeros") << QByteArray(good).replace(someParent, QByteArray(16, '0')) << false
                                     << false;
}

void TraceTest::contextsAreReadAsTheStandardSays() {
    QFETCH(const QByteArray, text);
    QFETCH(const bool, good);
    QFETCH(const bool, sampled);
    const auto context = TraceContext::parse({text.constData(), std::size_t(text.size())});
    QCOMPARE(context.has_value(), good);
    if (context)
        QCOMPARE(context->sampled, sampled);
}

/// A relay with two connected devices that sends its spans to a collector.
struct TracedRelay {
    explicit TracedRelay(double ratio = 1) {
        relay::RelayConfig config;
        config.dataDirectory = directory.filePath(QStringLiteral("data"));
        config.trace = optionsFor(collector, ratio);
        if (!ana.enrol(config.dataDirectory, QStringLiteral("ana")) ||
            !bruno.enrol(config.dataDirectory, QStringLiteral("bruno")))
            return;
        auto made = relay::Relay::create(config);
        if (!made)
            return;
        relay = *std::move(made);
        relay->start();
        port = quint16(QUrl(relay->url()).port());
        isReady = ana.connectTo(port) && bruno.connectTo(port) &&
                  bruno.await(wire::RelayFrame::kMailboxDrained).has_value();
    }

    ~TracedRelay() { stop(); }

    /// The devices leave first: they would not answer its farewell.
    void stop() {
        ana.socket.reset();
        bruno.socket.reset();
        if (relay)
            relay->stop();
    }

    /// One message all the way; the frame its receiver got.
    std::optional<wire::RelayFrame> exchange(const QByteArray& traceparent) {
        if (!ana.submit(++number, bruno, traceparent))
            return std::nullopt;
        auto delivered = bruno.await(wire::RelayFrame::kDeliver);
        return ana.await(wire::RelayFrame::kAccepted) ? delivered : std::nullopt;
    }

    QTemporaryDir directory;
    FakeCollector collector;
    OpsDevice ana;
    OpsDevice bruno;
    std::unique_ptr<relay::Relay> relay;
    quint16 port = 0;
    quint64 number = 0;
    bool isReady = false;
};

void TraceTest::wayOfAMessageBecomesSpans() {
    TracedRelay traced;
    QVERIFY(traced.isReady);
    QVERIFY(traced.exchange(traceparentOf("01")));
    QTRY_COMPARE(traced.collector.spans().size(), 5);
    QVERIFY(traced.collector.lastHead().startsWith("POST /v1/traces HTTP/1.1"));
    const QJsonObject submit = traced.collector.spansNamed("submit").value(0);
    QCOMPARE(textOf(submit, "traceId"), QLatin1String(someTrace));
    QCOMPARE(textOf(submit, "parentSpanId"), QLatin1String(someParent));
    const auto timeOf = [](const QJsonObject& span, const char* key) {
        return textOf(span, key).toLongLong();
    };
    for (const char* name : {"check", "commit", "deliver", "accepted"}) {
        const QJsonObject span = traced.collector.spansNamed(name).value(0);
        QCOMPARE(textOf(span, "traceId"), QLatin1String(someTrace));
        QCOMPARE(textOf(span, "parentSpanId"), textOf(submit, "spanId"));
        QVERIFY(timeOf(span, "startTimeUnixNano") >= timeOf(submit, "startTimeUnixNano"));
        QVERIFY(timeOf(span, "endTimeUnixNano") >= timeOf(span, "startTimeUnixNano"));
    }
    // Nothing in what left names anybody.
    for (const QByteArray& body : traced.collector.bodies()) {
        for (const OpsDevice* device : {&traced.ana, &traced.bruno}) {
            QVERIFY(!body.contains(device->account.toHex().toLatin1()));
            QVERIFY(!body.contains(device->account.toBytes().toBase64().left(20)));
        }
        QVERIFY(!body.contains("bruno"));
    }
}

// It would tell the receiver, or whoever gets the disk, who sent what.
void TraceTest::receiverAndStoreNeverGetTheContext() {
    TracedRelay traced;
    QVERIFY(traced.isReady);
    const auto delivered = traced.exchange(traceparentOf("01"));
    QVERIFY(delivered);
    const std::string bytes = delivered->SerializeAsString();
    QVERIFY(bytes.find(someTrace) == std::string::npos);
    QVERIFY(bytes.find(someParent) == std::string::npos);
    QVERIFY(bytes.find(QByteArray::fromHex(someTrace).toStdString()) == std::string::npos);
    QTRY_COMPARE(traced.collector.spans().size(), 5);
    traced.stop();
    const QDir data(traced.directory.filePath(QStringLiteral("data")));
    const QStringList files = data.entryList(QDir::Files);
    QVERIFY(files.contains(QStringLiteral("relay.db")));
    for (const QString& name : files) {
        QFile file(data.filePath(name));
        if (!file.open(QIODevice::ReadOnly))
            continue;
        const QByteArray content = file.readAll();
        QVERIFY(!content.contains(someTrace) && !content.contains(QByteArray::fromHex(someTrace)));
    }
}

void TraceTest::ownTraceBeginsWhereTheSenderNamesNone() {
    TracedRelay traced;
    QVERIFY(traced.isReady);
    for (const QByteArray& nothing : {QByteArray(), QByteArray("nonsense")}) {
        QVERIFY(traced.exchange(nothing));
    }
    QTRY_COMPARE(traced.collector.spans().size(), 10);
    QSet<QString> traces;
    for (const QJsonObject& span : traced.collector.spansNamed("submit")) {
        QVERIFY(!span.contains(QStringLiteral("parentSpanId")));
        traces.insert(textOf(span, "traceId"));
    }
    QCOMPARE(traces.size(), 2);
}

void TraceTest::unsampledSendersAreNotFollowed() {
    TracedRelay traced;
    QVERIFY(traced.isReady);
    QVERIFY(traced.exchange(traceparentOf("00")));
    QVERIFY(traced.exchange(traceparentOf("01"))); // in order: what came first would be there as well
    QTRY_COMPARE(traced.collector.spansNamed("submit").size(), 1);
}

void TraceTest::nothingIsFollowedWithoutLuck() {
    TracedRelay traced(0);
    QVERIFY(traced.isReady);
    QVERIFY(traced.exchange(traceparentOf("01")));
    traced.stop();
    QCOMPARE(traced.collector.requests(), 0);
}

void TraceTest::httpRequestsThatNameATraceAreFollowed() {
    TracedRelay traced;
    QVERIFY(traced.isReady);
    RawClient silent(traced.port);
    silent.write("GET /healthz HTTP/1.1\r\nHost: relay\r\n\r\n");
    QVERIFY(silent.read(1'024).startsWith("HTTP/1.1 200 "));
    RawClient client(traced.port);
    client.write("GET /healthz HTTP/1.1\r\nHost: relay\r\nTraceparent: " + traceparentOf("01") + "\r\n\r\n");
    QVERIFY(client.read(1'024).startsWith("HTTP/1.1 200 "));
    QTRY_COMPARE(traced.collector.spans().size(), 1);
    const QJsonObject span = traced.collector.spans().first();
    QCOMPARE(textOf(span, "name"), QStringLiteral("http"));
    QCOMPARE(textOf(span, "traceId"), QLatin1String(someTrace));
    QCOMPARE(textOf(span, "parentSpanId"), QLatin1String(someParent));
}

void TraceTest::collectorThatFailsIsAskedAgain() {
    FakeCollector collector;
    collector.setStatus(503);
    OperationsState state;
    TraceExporter exporter(optionsFor(collector), QStringLiteral("test"), state);
    exporter.request(traceparentOf("01"), "GET", 200, MessageTrace::nowNs());
    QTRY_VERIFY(collector.requests() >= 1);
    collector.setStatus(200);
    QTRY_COMPARE(state.spansExported.load(), 1u);
    QCOMPARE(state.spansDropped.load(), 0u);
    QCOMPARE(collector.spans().size(), 1);
}

void TraceTest::collectorThatHangsDropsAndBlocksNobody() {
    FakeCollector collector;
    collector.hold();
    OperationsState state;
    TraceOptions options = optionsFor(collector);
    options.timeout = std::chrono::milliseconds(20);
    TraceExporter exporter(options, QStringLiteral("test"), state);
    exporter.request(traceparentOf("01"), "GET", 200, MessageTrace::nowNs());
    QTRY_COMPARE(state.spansDropped.load(), 1u);
    QVERIFY(collector.requests() > 1);
    QCOMPARE(state.spansExported.load(), 0u);
}

void TraceTest::fullQueueDropsTheNewest() {
    FakeCollector collector;
    OperationsState state;
    TraceOptions options = optionsFor(collector);
    options.queuedSpans = 3;
    options.interval = std::chrono::hours(1);
    TraceExporter exporter(options, QStringLiteral("test"), state);
    for (int span = 0; span < 10; ++span)
        exporter.request(traceparentOf("01"), "GET", 200, MessageTrace::nowNs());
    QCOMPARE(state.spansDropped.load(), 7u);
}

void TraceTest::stopSendsWhatWaits() {
    FakeCollector collector;
    // The collector lives on this thread, so that stopping happens on another.
    OperationsState state;
    TraceOptions options = optionsFor(collector);
    options.interval = std::chrono::hours(1);
    options.timeout = std::chrono::seconds(5);
    TraceExporter exporter(options, QStringLiteral("test"), state);
    exporter.request(traceparentOf("01"), "GET", 200, MessageTrace::nowNs());
    std::future<void> stopped = std::async(std::launch::async, [&] { exporter.stop(); });
    QTRY_COMPARE(collector.spans().size(), 1);
    QTRY_COMPARE(state.spansExported.load(), 1u);
    stopped.wait();
}

} // namespace recado::tests

RECADO_TEST(recado::tests::TraceTest)
#include "TraceTest.moc"
