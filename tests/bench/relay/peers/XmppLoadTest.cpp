#include "bench/relay/peers/XmppLoad.h"

#include "bench/relay/peers/RecordingSink.h"
#include "support/Suite.h"

#include <QTest>

namespace recado::tests::load {

class XmppLoadTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void aConversationMeansTheSameAtAnyCut();
    void theServerIsAnsweredOnceWhatItSentIsAcknowledged();
    void oneAnswerMayCoverSeveralMessages();
    void whatIsRefusedFails_data();
    void whatIsRefusedFails();
};

namespace {

const std::string loginAnswers(
    "<?xml version='1.0'?><stream:stream id='1' version='1.0'><stream:features><mechanisms>"
    "<mechanism>SCRAM-SHA-1</mechanism><mechanism>PLAIN</mechanism></mechanisms></stream:features>"
    "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>"
    "<?xml version='1.0'?><stream:stream id='2' version='1.0'><stream:features>"
    "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/><sm xmlns='urn:xmpp:sm:3'/></stream:features>"
    "<iq type='result' id='bind'><bind><jid>c1@localhost/r</jid></bind></iq><enabled "
    "xmlns='urn:xmpp:sm:3'/>");
const std::string ownPresence("<presence from='c1@localhost/r'/>");

std::string xmppMessage(const std::string& body) {
    return "<message from='c0@localhost/r' type='chat'><body>" + body + "</body></message>";
}

std::string answerOf(int count) {
    return "<a xmlns='urn:xmpp:sm:3' h='" + std::to_string(count) + "'/>";
}

/// Client 1, logged in; nothing is left in its output.
LoadConnection loggedIn(XmppLoad& driver, RecordingSink& sink) {
    LoadConnection connection;
    connection.client = 1;
    driver.opened(connection);
    driver.received(connection, loginAnswers, sink);
    connection.output.clear();
    return connection;
}

} // namespace

void XmppLoadTest::aConversationMeansTheSameAtAnyCut() {
    const std::string stream =
        loginAnswers + ownPresence + xmppMessage("one") + "<r xmlns='urn:xmpp:sm:3'/>" + xmppMessage("two");
    for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
        XmppLoad driver(2);
        LoadConnection connection;
        connection.client = 1;
        driver.opened(connection);
        RecordingSink sink(&driver);
        feedInTwo(driver, connection, stream, cut, sink);
        const std::vector<std::string> expected{"ready", "delivered one", "delivered two"};
        QVERIFY2(sink.said == expected, qPrintable(QString::number(cut)));
        QVERIFY(connection.output.find("mechanism='PLAIN'>AGMxAHNlY3JldDE=</auth>") != std::string::npos);
        QVERIFY(connection.output.ends_with("<presence/><enable xmlns='urn:xmpp:sm:3'/>" + answerOf(2)));
    }
}

void XmppLoadTest::theServerIsAnsweredOnceWhatItSentIsAcknowledged() {
    XmppLoad driver(2);
    RecordingSink sink;
    LoadConnection connection = loggedIn(driver, sink);
    driver.received(connection, xmppMessage("one") + ownPresence + "<r xmlns='urn:xmpp:sm:3'/>", sink);
    QVERIFY(connection.output.empty());
    QCOMPARE(sink.tokens.size(), std::size_t(1));
    driver.acknowledge(connection, sink.tokens.front());
    QCOMPARE(QByteArray::fromStdString(connection.output), QByteArray::fromStdString(answerOf(2)));
}

void XmppLoadTest::oneAnswerMayCoverSeveralMessages() {
    XmppLoad driver(2);
    RecordingSink sink;
    LoadConnection connection = loggedIn(driver, sink);
    for (std::uint32_t sequence = 40; sequence < 44; ++sequence)
        driver.submit(connection, 0, {1, sequence, 0});
    driver.received(connection, answerOf(3) + answerOf(3) + answerOf(4), sink);
    const std::vector<std::string> expected{"ready", "accepted 40", "accepted 41", "accepted 42",
                                            "accepted 43"};
    QVERIFY(sink.said == expected);
}

void XmppLoadTest::whatIsRefusedFails_data() {
    QTest::addColumn<QByteArray>("answer");
    QTest::newRow("login") << QByteArray("<failure><not-authorized/></failure>");
    QTest::newRow("end") << QByteArray("</stream:stream>");
    QTest::newRow("an error stanza") << QByteArray("<message type='error'><error/></message>");
    QTest::newRow("an error of the stream") << QByteArray("<stream:error><conflict/></stream:error>");
    QTest::newRow("a message without a body") << QByteArray("<message><x/></message>");
    QTest::newRow("an answer to nothing") << QByteArray("<a h='1'/>");
    QTest::newRow("an answer without a count") << QByteArray("<a/>");
    QTest::newRow("no XML") << QByteArray("HTTP/1.1 400");
}

void XmppLoadTest::whatIsRefusedFails() {
    QFETCH(const QByteArray, answer);
    XmppLoad driver(2);
    RecordingSink sink;
    LoadConnection connection = loggedIn(driver, sink);
    driver.received(connection, {answer.constData(), std::size_t(answer.size())}, sink);
    QCOMPARE(sink.said.size(), std::size_t(2));
    QVERIFY(sink.said.back().starts_with("failed: "));
}

} // namespace recado::tests::load

RECADO_TEST(recado::tests::load::XmppLoadTest)
#include "XmppLoadTest.moc"
