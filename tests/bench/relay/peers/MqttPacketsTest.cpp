#include "bench/relay/peers/MqttPackets.h"

#include "support/Suite.h"

#include <QTest>

#include <vector>

namespace recado::tests::mqtt {

class MqttPacketsTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void packetsAreFoundAtAnyCut();
    void aPublicationIsReadAsItWasWritten_data();
    void aPublicationIsReadAsItWasWritten();
    void whatContradictsItselfIsNoPublication_data();
    void whatContradictsItselfIsNoPublication();
    void aLengthOfFiveBytesIsMalformed();
    void connectAndSubscribeAreAsTheStandardSays();
};

namespace {

/// The packets at the front of `bytes`, as they stand there; what is used is counted.
std::vector<std::string> mqttPacketsOf(std::string_view bytes, std::size_t& used) {
    std::vector<std::string> found;
    Packet packet;
    while (splitPacket(bytes.substr(used), packet) == Split::Complete) {
        found.emplace_back(bytes.substr(used, packet.size));
        used += packet.size;
    }
    return found;
}

} // namespace

void MqttPacketsTest::packetsAreFoundAtAnyCut() {
    const std::string payload(330, 'x');
    std::string stream("\x20\x02\x00\x00", 4); // CONNACK
    appendPublishAck(stream, 7);
    appendPublish(stream, 8, "to/c1", payload);
    stream += std::string("\xd0\x00", 2); // PINGRESP, without a body
    appendPublishAck(stream, 9);
    std::size_t whole = 0;
    const std::vector<std::string> expected = mqttPacketsOf(stream, whole);
    QCOMPARE(expected.size(), std::size_t(5));
    QCOMPARE(whole, stream.size());
    for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
        std::size_t used = 0;
        std::vector<std::string> found = mqttPacketsOf(std::string_view(stream).substr(0, cut), used);
        for (const std::string& rest : mqttPacketsOf(stream, used))
            found.push_back(rest);
        QVERIFY2(found == expected, qPrintable(QString::number(cut)));
    }
}

void MqttPacketsTest::aPublicationIsReadAsItWasWritten_data() {
    QTest::addColumn<int>("bytes");
    for (const int bytes : {0, 1, 119, 120, 121, 330, 16'374, 16'376, 70'000})
        QTest::addRow("%d", bytes) << bytes;
}

void MqttPacketsTest::aPublicationIsReadAsItWasWritten() {
    QFETCH(const int, bytes);
    const std::string payload(std::size_t(bytes), 'p');
    std::string stream;
    appendPublish(stream, 65'535, "to/c1", payload);
    Packet packet;
    QVERIFY(splitPacket(stream, packet) == Split::Complete);
    QCOMPARE(packet.size, stream.size());
    const auto publication = readPublication(packet);
    QVERIFY(publication.has_value());
    QVERIFY(publication->topic == "to/c1");
    QVERIFY(publication->payload == payload);
    QCOMPARE(publication->packetId, quint16(65'535));
    QCOMPARE(publication->qualityOfService, 1);
    QVERIFY(!publication->duplicate);
}

void MqttPacketsTest::whatContradictsItselfIsNoPublication_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("no topic length") << QByteArray("\x32\x01\x00", 3);
    QTest::newRow("topic longer than the packet") << QByteArray("\x32\x04\x00\x09"
                                                                "ab",
                                                                6);
    QTest::newRow("no packet identifier") << QByteArray("\x32\x04\x00\x02"
                                                        "ab",
                                                        6);
    QTest::newRow("quality 3") << QByteArray("\x36\x06\x00\x02"
                                             "ab\x00\x01",
                                             8);
    QTest::newRow("another packet") << QByteArray("\x40\x02\x00\x01", 4);
}

void MqttPacketsTest::whatContradictsItselfIsNoPublication() {
    QFETCH(const QByteArray, bytes);
    Packet packet;
    QVERIFY(splitPacket({bytes.constData(), std::size_t(bytes.size())}, packet) == Split::Complete);
    QVERIFY(!readPublication(packet).has_value());
}

void MqttPacketsTest::aLengthOfFiveBytesIsMalformed() {
    const std::string stream("\x30\xff\xff\xff\xff\x01", 6);
    Packet packet;
    QVERIFY(splitPacket(std::string_view(stream).substr(0, 4), packet) == Split::Incomplete);
    QVERIFY(splitPacket(stream, packet) == Split::Malformed);
}

void MqttPacketsTest::connectAndSubscribeAreAsTheStandardSays() {
    std::string stream;
    appendConnect(stream, "c1", "u", "pw");
    appendSubscribe(stream, 1, "to/c1");
    // MQTT 3.1.1, sections 3.1 and 3.8: user, password, no clean session, no keep-alive; QoS 1.
    const std::string expected("\x10\x15\x00\x04MQTT\x04\xc0\x00\x00\x00\x02"
                               "c1\x00\x01u\x00\x02pw"
                               "\x82\x0a\x00\x01\x00\x05to/c1\x01",
                               23 + 12);
    QCOMPARE(QByteArray::fromStdString(stream), QByteArray::fromStdString(expected));
}

} // namespace recado::tests::mqtt

RECADO_TEST(recado::tests::mqtt::MqttPacketsTest)
#include "MqttPacketsTest.moc"
