#include "bench/relay/peers/MqttLoad.h"

#include "bench/relay/peers/RecordingSink.h"
#include "support/Suite.h"

#include <QTest>

namespace recado::tests::load {

class MqttLoadTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void aConversationMeansTheSameAtAnyCut();
    void answersAreMatchedAcrossTheWrapOfPacketIdentifiers();
    void whatIsRefusedFails_data();
    void whatIsRefusedFails();
};

namespace {

const std::string connectAccepted("\x20\x02\x00\x00", 4);
const std::string subscribeAccepted("\x90\x03\x00\x01\x01", 5);

} // namespace

void MqttLoadTest::aConversationMeansTheSameAtAnyCut() {
    std::string stream = connectAccepted + subscribeAccepted;
    mqtt::appendPublish(stream, 9, MqttLoad::topic(1), "one");
    mqtt::appendPublishAck(stream, 1);
    mqtt::appendPublish(stream, 10, MqttLoad::topic(1), "two");
    for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
        MqttLoad driver(2);
        LoadConnection connection;
        connection.client = 1;
        driver.opened(connection);
        driver.submit(connection, 0, {1, 0, 0});
        connection.output.clear();
        RecordingSink sink(&driver);
        feedInTwo(driver, connection, stream, cut, sink);
        const std::vector<std::string> expected{"ready", "delivered one", "accepted 0", "delivered two"};
        QVERIFY2(sink.said == expected, qPrintable(QString::number(cut)));
        QVERIFY(connection.output.ends_with(std::string("\x40\x02\x00\x09\x40\x02\x00\x0a", 8)));
    }
}

void MqttLoadTest::answersAreMatchedAcrossTheWrapOfPacketIdentifiers() {
    MqttLoad driver(2);
    LoadConnection connection;
    connection.client = 0;
    driver.opened(connection);
    RecordingSink sink;
    std::string answers = connectAccepted + subscribeAccepted;
    driver.received(connection, answers, sink);
    answers.clear();
    // 65,534 has the last identifier, 65,535, and the next number begins again with 1.
    for (std::uint32_t sequence = 65'533; sequence <= 65'536; ++sequence)
        driver.submit(connection, 1, {0, sequence, 0});
    for (const quint16 id : {65'534, 65'535, 1, 2})
        mqtt::appendPublishAck(answers, id);
    driver.received(connection, answers, sink);
    const std::vector<std::string> expected{"ready", "accepted 65533", "accepted 65534", "accepted 65535",
                                            "accepted 65536"};
    QVERIFY(sink.said == expected);
}

void MqttLoadTest::whatIsRefusedFails_data() {
    QTest::addColumn<QByteArray>("answer");
    QTest::addColumn<QByteArray>("failure");
    QTest::newRow("login") << QByteArray("\x20\x02\x00\x05", 4) << QByteArray("failed: CONNECT was refused");
    QTest::newRow("subscription") << QByteArray("\x20\x02\x00\x00\x90\x03\x00\x01\x80", 9)
                                  << QByteArray("failed: SUBSCRIBE at QoS 1 was refused");
    QTest::newRow("an answer to nothing")
        << QByteArray("\x40\x02\x00\x07", 4) << QByteArray("failed: a PUBACK for what was never published");
    QTest::newRow("somebody else's message") << QByteArray("\x32\x09\x00\x05to/c7\x00\x01", 11)
                                             << QByteArray("failed: a PUBLISH to somebody else's topic");
}

void MqttLoadTest::whatIsRefusedFails() {
    QFETCH(const QByteArray, answer);
    QFETCH(const QByteArray, failure);
    MqttLoad driver(2);
    LoadConnection connection;
    connection.client = 1;
    driver.opened(connection);
    RecordingSink sink;
    driver.received(connection, {answer.constData(), std::size_t(answer.size())}, sink);
    QCOMPARE(QByteArray::fromStdString(sink.said.empty() ? std::string() : sink.said.back()), failure);
}

} // namespace recado::tests::load

RECADO_TEST(recado::tests::load::MqttLoadTest)
#include "MqttLoadTest.moc"
