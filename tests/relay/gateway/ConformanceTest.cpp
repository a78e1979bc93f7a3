#include "ConformanceCases.h"
#include "ConformancePlayer.h"
#include "EchoGateway.h"
#include "TestedDriver.h"
#include "support/Suite.h"

#include <QTest>

namespace recado::tests {

/// RFC 6455, strictly: what a peer may send, and what comes back, however the bytes are cut on their way. The
/// table is in FrameCases.cpp and HandshakeCases.cpp; it is the same for all drivers.
class ConformanceTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase_data() { addDriverRows(); }
    void framesAreAnswered_data() { addSections(frameCases()); }
    void framesAreAnswered() { playSection(frameCases()); }
    void requestsAreAnswered_data();
    void requestsAreAnswered();
    void exceptionsNameCasesTheyDifferFrom();

private:
    static QByteArray sectionOf(const ConformanceCase& act);
    static void addSections(const std::vector<ConformanceCase>& cases);
    static void playSection(const std::vector<ConformanceCase>& cases);
    static QByteArray expected(const ConformanceCase& act);
};

QByteArray ConformanceTest::sectionOf(const ConformanceCase& act) {
    return act.begin == ConformanceCase::Begin::AtOnce ? QByteArray("requests")
                                                       : "section " + act.name.left(act.name.indexOf(' '));
}

void ConformanceTest::addSections(const std::vector<ConformanceCase>& cases) {
    QTest::addColumn<QByteArray>("section");
    QByteArray last;
    for (const ConformanceCase& act : cases) {
        if (sectionOf(act) != last)
            QTest::newRow(sectionOf(act).constData()) << sectionOf(act);
        last = sectionOf(act);
    }
}

QByteArray ConformanceTest::expected(const ConformanceCase& act) {
    for (const ConformanceException& exception : conformanceExceptions()) {
        if (exception.driver == testedDriver() && act.name == exception.name)
            return exception.answer;
    }
    return act.answer;
}

void ConformanceTest::playSection(const std::vector<ConformanceCase>& cases) {
    QFETCH(const QByteArray, section);
    EchoGateway echo(conformanceConfig(testedDriver()));
    QVERIFY(echo.isRunning());
    const auto bytesRead = [&] { return echo.counters().bytesIn.load(); };
    constexpr std::size_t atOnce = 200;
    // Apart from each other, because single bytes take many rounds.
    std::vector<Performance> inParts;
    std::vector<Performance> inBytes;
    const auto playAll = [&](std::vector<Performance>& waiting) {
        QVERIFY(play(waiting, echo.port(), bytesRead));
        for (const Performance& performance : waiting) {
            const QByteArray wanted = expected(*performance.act);
            const QByteArray where = performance.act->name + ", first segment of the bytes " +
                                     QByteArray::number(performance.segments.value(1).size());
            QVERIFY2(performance.seen == wanted,
                     (where + ":\n" + performance.seen + "instead of\n" + wanted).constData());
        }
        waiting.clear();
    };
    const auto add = [&](std::vector<Performance>& waiting, Performance performance) {
        waiting.push_back(std::move(performance));
        if (waiting.size() >= atOnce)
            playAll(waiting);
    };
    for (const ConformanceCase& act : cases) {
        if (sectionOf(act) != section)
            continue;
        add(inParts, {&act, wholeOf(act.bytes), {}});
        for (const QVector<QByteArray>& segments : cutsOf(act.bytes))
            add(inParts, {&act, segments, {}});
        add(inBytes, {&act, singleBytesOf(act.bytes), {}});
        if (QTest::currentTestFailed())
            return;
    }
    playAll(inParts);
    playAll(inBytes);
}

void ConformanceTest::requestsAreAnswered_data() {
    addSections(handshakeCases());
}

void ConformanceTest::requestsAreAnswered() {
    playSection(handshakeCases());
}

void ConformanceTest::exceptionsNameCasesTheyDifferFrom() {
    const std::vector<ConformanceCase> cases = frameCases();
    for (const ConformanceException& exception : conformanceExceptions()) {
        const auto found = std::find_if(cases.begin(), cases.end(), [&](const ConformanceCase& act) {
            return act.name == exception.name;
        });
        QVERIFY2(found != cases.end(), exception.name);
        QVERIFY(found->answer != exception.answer);
    }
}

} // namespace recado::tests

RECADO_TEST(recado::tests::ConformanceTest)
#include "ConformanceTest.moc"
