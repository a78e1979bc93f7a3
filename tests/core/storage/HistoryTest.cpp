#include "StoreFixture.h"
#include "storage/SearchExpression.h"
#include "support/Suite.h"

#include <QTest>

namespace recado::tests {

using base::Reason;
using messaging::LocalId;
using messaging::Message;
using messaging::NewMessage;
using messaging::Page;
using Direction = messaging::PageRequest::Direction;

class HistoryTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void pages_data();
    void pages();
    void pagesJoinWithoutLossOrRepetition_data();
    void pagesJoinWithoutLossOrRepetition();
    void tiesAreOrderedByAuthorSequenceAndArrival();
    void limitsAreBounded();
    void unknownChatsAndAnchorsAreErrors();
    void conversationsAreListedByActivity();
    void aConversationShowsWhoItIsWith();
    void searchFinds_data();
    void searchFinds();
    void searchIsNewestFirstAndCanStayInOneChat();
    void expressionsNeverFail_data();
    void expressionsNeverFail();
};

namespace {

QString textsOf(const Page& page) {
    QStringList texts;
    for (const Message& message : page.messages)
        texts.append(message.text);
    return (page.moreBefore ? QStringLiteral("< ") : QString()) + texts.join(QChar::Space) +
           (page.moreAfter ? QStringLiteral(" >") : QString());
}

/// Texts 1 to 9 in the chat, inserted in another order; returns their ids by text.
QHash<int, LocalId> addNine(StoreFixture& f) {
    QHash<int, LocalId> ids;
    for (const int number : {5, 1, 9, 3, 7, 2, 8, 4, 6})
        ids[number] = f.add(f.incoming(QString::number(number), quint64(number)));
    return ids;
}

} // namespace

void HistoryTest::pages_data() {
    QTest::addColumn<Direction>("direction");
    QTest::addColumn<int>("anchor");
    QTest::addColumn<int>("limit");
    QTest::addColumn<QString>("texts");
    QTest::newRow("newest") << Direction::Newest << 0 << 3 << "< 7 8 9";
    QTest::newRow("all") << Direction::Newest << 0 << 9 << "1 2 3 4 5 6 7 8 9";
    QTest::newRow("before") << Direction::Before << 7 << 3 << "< 4 5 6 >";
    QTest::newRow("before, to the start") << Direction::Before << 4 << 3 << "1 2 3 >";
    QTest::newRow("before the first") << Direction::Before << 1 << 3 << " >";
    QTest::newRow("after") << Direction::After << 3 << 3 << "< 4 5 6 >";
    QTest::newRow("after, to the end") << Direction::After << 6 << 3 << "< 7 8 9";
    QTest::newRow("after the last") << Direction::After << 9 << 3 << "< ";
    QTest::newRow("around") << Direction::Around << 5 << 5 << "< 3 4 5 6 7 >";
    QTest::newRow("around the first") << Direction::Around << 1 << 4 << "1 2 3 4 >";
    QTest::newRow("around the last") << Direction::Around << 9 << 4 << "< 6 7 8 9";
    QTest::newRow("around, everything") << Direction::Around << 2 << 50 << "1 2 3 4 5 6 7 8 9";
    QTest::newRow("around, alone") << Direction::Around << 5 << 1 << "< 5 >";
}

void HistoryTest::pages() {
    QFETCH(Direction, direction);
    QFETCH(int, anchor);
    QFETCH(int, limit);
    QFETCH(QString, texts);
    StoreFixture f;
    f.fill();
    const QHash<int, LocalId> ids = addNine(f);
    const auto page = f.history.page({f.chat, direction, ids.value(anchor), limit});
    RECADO_OK(page);
    QCOMPARE(textsOf(*page), texts);
}

void HistoryTest::pagesJoinWithoutLossOrRepetition_data() {
    QTest::addColumn<int>("clocks"); // how many different clock values 60 messages share
    QTest::newRow("all at once") << 1;
    QTest::newRow("many ties") << 7;
    QTest::newRow("no ties") << 60;
}

void HistoryTest::pagesJoinWithoutLossOrRepetition() {
    QFETCH(int, clocks);
    StoreFixture f;
    f.fill();
    RECADO_OK(f.stores.work.begin());
    for (int i = 0; i < 60; ++i) {
        NewMessage message = i % 3 ? f.incoming(QString::number(i), 1) : f.outgoing(QString::number(i), 1);
        message.clock = quint64(i * 37 % clocks);
        message.sequence = quint64(i % 5);
        QVERIFY(f.add(message) > 0);
    }
    RECADO_OK(f.stores.work.commit());
    const Page whole = *f.history.page({f.chat, Direction::Newest, 0, 500});
    QCOMPARE(whole.messages.size(), 60);
    QVector<LocalId> expected, back, forth;
    for (const Message& message : whole.messages)
        expected.append(message.id);
    for (Page page = *f.history.page({f.chat, Direction::Newest, 0, 7});;
         page = *f.history.page({f.chat, Direction::Before, page.messages.first().id, 7})) {
        for (auto message = page.messages.rbegin(); message != page.messages.rend(); ++message)
            back.prepend(message->id);
        if (!page.moreBefore)
            break;
    }
    QCOMPARE(back, expected);
    forth.append(expected.first());
    for (bool more = true; more;) {
        const Page page = *f.history.page({f.chat, Direction::After, forth.last(), 7});
        for (const Message& message : page.messages)
            forth.append(message.id);
        more = page.moreAfter;
    }
    QCOMPARE(forth, expected);
}

void HistoryTest::tiesAreOrderedByAuthorSequenceAndArrival() {
    StoreFixture f;
    f.fill();
    const base::AccountId low = std::min(f.me, f.peer), high = std::max(f.me, f.peer);
    const auto add = [&f](const base::AccountId& author, quint64 sequence, const char* text) {
        NewMessage message = f.incoming(QString::fromLatin1(text), 5);
        message.key.author = author;
        message.sequence = sequence;
        return f.add(message);
    };
    add(high, 1, "d");
    add(low, 2, "b");
    add(low, 2, "c");
    add(low, 1, "a");
    QCOMPARE(textsOf(*f.history.page({f.chat})), QStringLiteral("a b c d"));
}

void HistoryTest::limitsAreBounded() {
    StoreFixture f;
    f.fill();
    RECADO_OK(f.stores.work.begin());
    for (quint64 i = 0; i < 510; ++i)
        f.add(f.incoming(QStringLiteral("x"), i));
    RECADO_OK(f.stores.work.commit());
    QCOMPARE(f.history.page({f.chat, Direction::Newest, 0, 100'000})->messages.size(), 500);
    QCOMPARE(f.history.page({f.chat, Direction::Newest, 0, -1})->messages.size(), 1);
    QCOMPARE(f.history.search({QStringLiteral("x"), {}, 100'000})->size(), 500);
}

void HistoryTest::unknownChatsAndAnchorsAreErrors() {
    StoreFixture f;
    f.fill();
    const auto nowhere = base::ConversationId::random();
    QCOMPARE(f.history.page({nowhere}).error().reason, Reason::UnknownChat);
    QCOMPARE(f.history.page({f.chat, Direction::Before, 99, 5}).error().reason, Reason::UnknownMessage);
    QCOMPARE(f.history.message(99).error().reason, Reason::UnknownMessage);
    QCOMPARE(f.history.search({QStringLiteral("x"), nowhere, 5}).error().reason, Reason::UnknownChat);
    const auto other = base::ConversationId::random();
    f.addConversation(other, base::AccountId::random());
    const LocalId elsewhere = f.add(f.incoming(QStringLiteral("x"), 1));
    QCOMPARE(f.history.page({other, Direction::Around, elsewhere, 5}).error().reason, Reason::UnknownMessage);
    QCOMPARE(f.history.message(elsewhere)->text, QStringLiteral("x"));
}

void HistoryTest::conversationsAreListedByActivity() {
    StoreFixture f;
    f.fill();
    const auto quiet = base::ConversationId::random(), busy = base::ConversationId::random();
    f.addConversation(quiet, base::AccountId::random());
    f.addConversation(busy, base::AccountId::random());
    RECADO_OK(f.stores.conversations.saveClock(quiet, 5ull << 16, 0));
    f.add(f.incoming(QStringLiteral("old"), 10));
    NewMessage recent = f.incoming(QStringLiteral("recent"), 20);
    recent.key.conversation = busy;
    f.add(recent);
    const auto list = *f.history.conversations();
    QCOMPARE(list.size(), 3);
    QCOMPARE(list[0].id, busy);
    QCOMPARE(list[0].lastMessage->text, QStringLiteral("recent"));
    QCOMPARE(list[0].unread, 1);
    QCOMPARE(list[1].id, f.chat);
    QCOMPARE(list[1].lastActivityMs, 10);
    QCOMPARE(list[2].id, quiet);
    QCOMPARE(list[2].lastActivityMs, 5);
    QVERIFY(!list[2].lastMessage);
    QCOMPARE(list[2].unread, 0);
}

void HistoryTest::aConversationShowsWhoItIsWith() {
    StoreFixture f;
    f.fill();
    QCOMPARE(f.listed().title, QStringLiteral("Bia"));
    QCOMPARE(f.listed().participants.size(), 1);
    QCOMPARE(f.listed().participants.first().account, f.peer);
    QCOMPARE(f.listed().request, false);
    QCOMPARE(f.listed().identityChanged, false);
    RECADO_OK(f.stores.conversations.setRequest(f.chat, true));
    RECADO_OK(f.stores.contacts.setIdentity(f.peer, {"one", "two", messaging::Trust::Changed}));
    messaging::ContactRecord contact = **f.stores.contacts.contact(f.peer);
    contact.displayName.clear();
    RECADO_OK(f.stores.contacts.saveContact(contact));
    QCOMPARE(f.listed().title, QStringLiteral("bia@relay.example"));
    QCOMPARE(f.listed().request, true);
    QCOMPARE(f.listed().identityChanged, true);
}

void HistoryTest::searchFinds_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("query");
    QTest::addColumn<bool>("found");
    QTest::newRow("a word") << "see you tomorrow"
                            << "tomorrow" << true;
    QTest::newRow("another word") << "see you tomorrow"
                                  << "today" << false;
    QTest::newRow("upper case") << "See You"
                                << "sEE" << true;
    QTest::newRow("accents in the text") << "amanhã às três"
                                         << "amanha tres" << true;
    QTest::newRow("accents in the query") << "amanha as tres"
                                          << "amanhã às três" << true;
    QTest::newRow("the beginning of a word") << "see you tomorrow"
                                             << "tom" << true;
    QTest::newRow("beginnings of all words") << "see you tomorrow"
                                             << "se yo tomo" << true;
    QTest::newRow("not the end of a word") << "see you tomorrow"
                                           << "morrow" << false;
    QTest::newRow("words in any order") << "see you tomorrow"
                                        << "tomorrow see" << true;
    QTest::newRow("one word is missing") << "see you tomorrow"
                                         << "see me tomorrow" << false;
    QTest::newRow("an apostrophe") << "don't"
                                   << "don't" << true;
    QTest::newRow("quotes") << "he said \"never\" again"
                            << "\"never\"" << true;
    QTest::newRow("an operator is a word") << "this OR that"
                                           << "this or that" << true;
    QTest::newRow("an operator is not obeyed") << "this"
                                               << "this OR that" << false;
    QTest::newRow("NOT is a word") << "this"
                                   << "this NOT that" << false;
    QTest::newRow("a column filter is text") << "text of it"
                                             << "text:of" << true;
    QTest::newRow("no other column") << "hello"
                                     << "rowid:hello" << false;
    QTest::newRow("Cyrillic") << "Привет, мир"
                              << "привет" << true;
    QTest::newRow("numbers") << "room 1024"
                             << "102" << true;
    QTest::newRow("only signs") << "!!!"
                                << "!!!" << false;
    QTest::newRow("nothing") << "something"
                             << "   " << false;
}

void HistoryTest::searchFinds() {
    QFETCH(QString, text);
    QFETCH(QString, query);
    QFETCH(bool, found);
    StoreFixture f;
    f.fill();
    f.add(f.incoming(text, 1));
    const auto hits = f.history.search({query, std::nullopt, 50});
    RECADO_OK(hits);
    QCOMPARE(!hits->isEmpty(), found);
}

void HistoryTest::searchIsNewestFirstAndCanStayInOneChat() {
    StoreFixture f;
    f.fill();
    const auto other = base::ConversationId::random();
    f.addConversation(other, base::AccountId::random());
    for (quint64 i = 0; i < 5; ++i) {
        NewMessage message = f.incoming(QStringLiteral("word %1").arg(i), i);
        if (i % 2)
            message.key.conversation = other;
        f.add(message);
    }
    const auto texts = [](const base::Result<QVector<Message>>& hits) {
        QStringList all;
        for (const Message& message : *hits)
            all.append(message.text.right(1));
        return all.join(QString());
    };
    QCOMPARE(texts(f.history.search({QStringLiteral("word"), std::nullopt, 50})), QStringLiteral("43210"));
    QCOMPARE(texts(f.history.search({QStringLiteral("word"), std::nullopt, 2})), QStringLiteral("43"));
    QCOMPARE(texts(f.history.search({QStringLiteral("word"), other, 50})), QStringLiteral("31"));
    QCOMPARE(texts(f.history.search({QStringLiteral("word"), f.chat, 50})), QStringLiteral("420"));
}

void HistoryTest::expressionsNeverFail_data() {
    QTest::addColumn<QString>("query");
    const char* queries[] = {"\"",
                             "\"\"\"",
                             "a\"b",
                             "*",
                             "a*",
                             "^a",
                             "(a",
                             "a)",
                             "AND",
                             "a AND",
                             "NOT a",
                             "NEAR(a b)",
                             "a NEAR",
                             "-a",
                             "+a",
                             "a:b",
                             "{a b}:c",
                             "a + b",
                             "\\",
                             "'",
                             "; DROP",
                             "a\tb",
                             "%",
                             "_",
                             "é",
                             "\xf0\x9f\x99\x82",
                             "\xf0\x9f\x99\x82 a"};
    for (const char* query : queries)
        QTest::newRow(query) << QString::fromUtf8(query);
    QTest::newRow("a zero character") << QStringLiteral("a%1b").arg(QChar(QChar::Null));
    QTest::newRow("half a character") << QString(QChar(0xd83d));
    QTest::newRow("a novel") << QStringLiteral("word ").repeated(20'000);
    QTest::newRow("a very long word") << QString(60'000, QChar(u'w'));
}

void HistoryTest::expressionsNeverFail() {
    QFETCH(QString, query);
    StoreFixture f;
    f.fill();
    f.add(f.incoming(QStringLiteral("a b c"), 1));
    RECADO_OK(f.history.search({query, std::nullopt, 50}));
}

} // namespace recado::tests

RECADO_TEST(recado::tests::HistoryTest)
#include "HistoryTest.moc"
