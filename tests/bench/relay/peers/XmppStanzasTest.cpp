#include "bench/relay/peers/XmppStanzas.h"

#include "support/Suite.h"

#include <QTest>

#include <string>
#include <vector>

namespace recado::tests::xmpp {

class XmppStanzasTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void piecesAreFoundAtAnyCut();
    void whatIsNoStreamIsMalformed_data();
    void whatIsNoStreamIsMalformed();
    void attributesAreThoseOfTheOutermostTag();
    void textIsFoundBehindItsTag();
    void numbersAreDecimal();
};

namespace {

constexpr std::string_view
    sampleStream("<?xml version='1.0'?><stream:stream xmlns='jabber:client' id='1>2' "
                 "xmlns:stream='http://etherx.jabber.org/streams'>"
                 "<stream:features><mechanisms><mechanism>PLAIN</mechanism></mechanisms></stream:features>\n "
                 "<message from=\"a@localhost/'r'\"><body>x &gt; y</body><empty/></message>"
                 "<a xmlns='urn:xmpp:sm:3' h='3'/><r/>"
                 "<message><body/><note><![CDATA[</message>]]></note></message>"
                 "</stream:stream>");

/// The pieces at the front of `bytes` without the white space, as they stand there.
std::vector<std::string> xmppPiecesOf(std::string_view bytes, std::size_t& used) {
    std::vector<std::string> found;
    Piece piece;
    while (splitStream(bytes.substr(used), piece) == Split::Complete) {
        if (piece.kind != Piece::Kind::Nothing)
            found.push_back(std::to_string(int(piece.kind)) + ' ' + std::string(piece.name) + ' ' +
                            std::string(piece.text));
        used += piece.text.size();
    }
    return found;
}

} // namespace

void XmppStanzasTest::piecesAreFoundAtAnyCut() {
    std::size_t whole = 0;
    const std::vector<std::string> expected = xmppPiecesOf(sampleStream, whole);
    QCOMPARE(whole, sampleStream.size());
    QCOMPARE(expected.size(), std::size_t(7));
    QVERIFY(expected.front().starts_with("1 stream:stream "));
    QVERIFY(expected.back().starts_with("2 stream:stream "));
    QVERIFY(expected[2].starts_with("3 message <message from"));
    QVERIFY(expected[5].ends_with("</note></message>"));
    for (std::size_t cut = 0; cut <= sampleStream.size(); ++cut) {
        std::size_t used = 0;
        std::vector<std::string> found = xmppPiecesOf(sampleStream.substr(0, cut), used);
        for (const std::string& rest : xmppPiecesOf(sampleStream, used))
            found.push_back(rest);
        QVERIFY2(found == expected, qPrintable(QString::number(cut)));
        Piece piece;
        QVERIFY(splitStream(sampleStream.substr(used, cut - used), piece) != Split::Malformed);
    }
}

void XmppStanzasTest::whatIsNoStreamIsMalformed_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("text between stanzas") << QByteArray("hello");
    QTest::newRow("an end without a beginning") << QByteArray("</message>");
    QTest::newRow("a comment") << QByteArray("<!-- -->");
    QTest::newRow("a comment inside") << QByteArray("<message><!-- --></message>");
    QTest::newRow("a processing instruction inside") << QByteArray("<message><?x ?></message>");
}

void XmppStanzasTest::whatIsNoStreamIsMalformed() {
    QFETCH(const QByteArray, bytes);
    Piece piece;
    QVERIFY(splitStream({bytes.constData(), std::size_t(bytes.size())}, piece) == Split::Malformed);
}

void XmppStanzasTest::attributesAreThoseOfTheOutermostTag() {
    constexpr std::string_view element("<iq type='result' id=\"a 'b'\" h='4'><x other='5'/></iq>");
    QVERIFY(attribute(element, "type") == "result");
    QVERIFY(attribute(element, "id") == "a 'b'");
    QVERIFY(attribute(element, "h") == "4");
    QVERIFY(!attribute(element, "other").has_value());
    QVERIFY(!attribute("<r/>", "h").has_value());
    QVERIFY(attribute("<a h='9'/>", "h") == "9");
}

void XmppStanzasTest::textIsFoundBehindItsTag() {
    constexpr std::string_view element(
        "<message to='x'><bodyguard>no</bodyguard><body lang='en'>yes</body></message>");
    QVERIFY(textOf(element, "body") == "yes");
    QVERIFY(!textOf(element, "subject").has_value());
    QVERIFY(textOf("<message><body/></message>", "body") == "");
    QVERIFY(contains(element, "bodyguard"));
    QVERIFY(!contains(element, "guard"));
}

void XmppStanzasTest::numbersAreDecimal() {
    QVERIFY(number("4294967295") == 4'294'967'295U);
    QVERIFY(!number("4294967296").has_value());
    QVERIFY(!number("7x").has_value());
    QVERIFY(!number("").has_value());
    QVERIFY(!number(std::nullopt).has_value());
}

} // namespace recado::tests::xmpp

RECADO_TEST(recado::tests::xmpp::XmppStanzasTest)
#include "XmppStanzasTest.moc"
