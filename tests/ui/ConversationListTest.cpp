#include "support/FakeClient.h"
#include "support/Suite.h"
#include "ui/common/Metrics.h"
#include "ui/conversations/ConversationDelegate.h"
#include "ui/conversations/ConversationPane.h"

#include <QListView>
#include <QPushButton>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTest>

using namespace recado;
using namespace recado::tests;
using namespace recado::ui;

class ConversationListTest final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void newestActivityStandsFirst();
    void theLastLineSaysWhatHappens();
    void typingEndsWithTheMessage();
    void presenceAndStatusReachTheRow();
    void requestsHaveTheirFolder();
    void requestsAreNotUnreadTwice();
    void rowsMoveUnderTheHandWithoutLosingIt();
    void aRowIsOpenedByMouseAndByKey();
    void anEmptyListSaysWhatToDo();
    void rowPartsDoNotOverlap_data();
    void rowPartsDoNotOverlap();
    void accessibleTextTellsTheWholeRow();

private:
    static QString previewOf(ConversationModel& model, base::ConversationId id) {
        return model.data(model.index(model.rowOf(id)), ConversationModel::PreviewRole).toString();
    }
};

void ConversationListTest::newestActivityStandsFirst() {
    FakeClient client;
    const auto a = client.addConversation(QStringLiteral("aaa"));
    const auto b = client.addConversation(QStringLiteral("bbb"));
    client.addMessage(a, QStringLiteral("old"), false);
    client.addMessage(b, QStringLiteral("new"), false);
    ConversationModel model(client);
    QSignalSpy loaded(&model, &ConversationModel::loaded);
    model.reload();
    QTRY_COMPARE(loaded.count(), 1);
    QCOMPARE(model.at(0).id, b);
    Q_EMIT client.messageReceived(client.addMessage(a, QStringLiteral("newest"), false));
    QCOMPARE(previewOf(model, a), QStringLiteral("newest"));
    QTRY_COMPARE(model.at(0).id, a);
    QCOMPARE(model.unreadCount(), 3);
}

void ConversationListTest::theLastLineSaysWhatHappens() {
    FakeClient client;
    const auto id = client.addConversation(QStringLiteral("aaa"));
    ConversationModel model(client);
    model.reload();
    QTRY_VERIFY(model.isLoaded());
    QCOMPARE(previewOf(model, id), QStringLiteral("No messages yet"));
    client.addMessage(id, QStringLiteral("two\nlines   here"), false);
    Q_EMIT client.conversationChanged(id);
    QTRY_COMPARE(previewOf(model, id), QStringLiteral("two lines here"));
    client.addMessage(id, QStringLiteral("mine"), true);
    Q_EMIT client.conversationChanged(id);
    QTRY_VERIFY(previewOf(model, id).startsWith(QStringLiteral("You: ")));
    client.conversationList.first().identityChanged = true;
    Q_EMIT client.identityChanged(client.conversationList.first().participants.first());
    QTRY_COMPARE(previewOf(model, id), QStringLiteral("Safety number has changed"));
}

void ConversationListTest::typingEndsWithTheMessage() {
    FakeClient client;
    const auto id = client.addConversation(QStringLiteral("aaa"));
    ConversationModel model(client);
    model.reload();
    QTRY_VERIFY(model.isLoaded());
    Q_EMIT client.typingChanged(id, {}, true);
    QCOMPARE(previewOf(model, id), QStringLiteral("typing…"));
    Q_EMIT client.messageReceived(client.addMessage(id, QStringLiteral("done"), false));
    QCOMPARE(previewOf(model, id), QStringLiteral("done"));
}

void ConversationListTest::presenceAndStatusReachTheRow() {
    FakeClient client;
    const auto id = client.addConversation(QStringLiteral("aaa"));
    const auto sent = client.addMessage(id, QStringLiteral("hi"), true);
    ConversationModel model(client);
    model.reload();
    QTRY_VERIFY(model.isLoaded());
    Q_EMIT client.presenceChanged(model.at(0).participants.first(), {true, {}});
    QVERIFY(model.at(0).presence->online);
    Q_EMIT client.statusChanged(sent.id, id, messaging::MessageStatus::Failed, {});
    QCOMPARE(model.at(0).lastMessage->status, messaging::MessageStatus::Failed);
}

void ConversationListTest::requestsHaveTheirFolder() {
    FakeClient client;
    client.addConversation(QStringLiteral("friend"));
    const auto stranger = client.addConversation(QStringLiteral("stranger"), true);
    ConversationModel model(client);
    model.reload();
    QTRY_COMPARE(model.rowCount(), 2);
    QCOMPARE(model.requestCount(), 1);
    model.setFolder(ConversationModel::Folder::Requests);
    QCOMPARE(model.rowCount(), 1);
    QCOMPARE(model.at(0).id, stranger);
    QVERIFY(model.find(stranger));
}

void ConversationListTest::requestsAreNotUnreadTwice() {
    FakeClient client;
    client.addMessage(client.addConversation(QStringLiteral("friend")), QStringLiteral("hi"), false);
    client.addMessage(client.addConversation(QStringLiteral("stranger"), true), QStringLiteral("hi"), false);
    ConversationModel model(client);
    model.reload();
    QTRY_COMPARE(model.requestCount(), 1);
    QCOMPARE(model.unreadCount(), 1);
}

void ConversationListTest::rowsMoveUnderTheHandWithoutLosingIt() {
    FakeClient client;
    QVector<base::ConversationId> ids;
    for (int i = 0; i < 40; ++i) {
        ids.append(client.addConversation(QStringLiteral("name%1").arg(i)));
        client.addMessage(ids.last(), QStringLiteral("text"), false);
    }
    Theme theme;
    ConversationPane pane(client, theme);
    pane.resize(300, 500);
    pane.show();
    pane.model().reload();
    QTRY_COMPARE(pane.model().rowCount(), 40);
    QVERIFY(QTest::qWaitForWindowExposed(&pane));
    QSignalSpy resets(&pane.model(), &QAbstractItemModel::modelReset);
    QListView& view = pane.view();
    view.setCurrentIndex(pane.model().index(pane.model().rowOf(ids[10])));
    view.verticalScrollBar()->setValue(view.verticalScrollBar()->maximum());
    const int scrolled = view.verticalScrollBar()->value();
    QVERIFY(scrolled > 0);
    // Somebody far down writes, somebody leaves, somebody comes.
    Q_EMIT client.messageReceived(client.addMessage(ids[3], QStringLiteral("news"), false));
    QTRY_COMPARE(pane.model().at(0).id, ids[3]);
    QCOMPARE(pane.model().at(view.currentIndex().row()).id, ids[10]);
    QCOMPARE(view.verticalScrollBar()->value(), scrolled);
    client.conversationList.removeAt(5);
    const auto fresh = client.addConversation(QStringLiteral("fresh"));
    client.addMessage(fresh, QStringLiteral("hello"), false);
    Q_EMIT client.conversationChanged(fresh);
    QTRY_COMPARE(pane.model().at(0).id, fresh);
    QCOMPARE(pane.model().rowCount(), 40);
    QCOMPARE(pane.model().rowOf(ids[5]), -1);
    QCOMPARE(pane.model().at(view.currentIndex().row()).id, ids[10]);
    QCOMPARE(resets.count(), 0);
    QVector<qint64> times;
    for (int row = 0; row < 40; ++row)
        times.append(pane.model().at(row).lastActivityMs);
    QVERIFY(std::is_sorted(times.crbegin(), times.crend()));
}

void ConversationListTest::aRowIsOpenedByMouseAndByKey() {
    FakeClient client;
    const auto first = client.addConversation(QStringLiteral("aaa"));
    const auto second = client.addConversation(QStringLiteral("bbb"));
    Theme theme;
    ConversationPane pane(client, theme);
    pane.resize(320, 500);
    pane.show();
    pane.model().reload();
    QTRY_COMPARE(pane.model().rowCount(), 2);
    QSignalSpy opened(&pane, &ConversationPane::opened);
    QListView& view = pane.view();
    QTest::mouseClick(view.viewport(), Qt::LeftButton, {},
                      view.visualRect(view.model()->index(1, 0)).center());
    QCOMPARE(opened.count(), 1);
    QCOMPARE(opened.last().first().value<base::ConversationId>(), second);
    view.setFocus();
    QTest::keyClick(&view, Qt::Key_Up);
    QTest::keyClick(&view, Qt::Key_Return);
    QCOMPARE(opened.last().first().value<base::ConversationId>(), first);
    QVERIFY(view.visualRect(view.model()->index(0, 0)).height() >= metric::listRow);
}

void ConversationListTest::anEmptyListSaysWhatToDo() {
    FakeClient client;
    Theme theme;
    ConversationPane pane(client, theme);
    pane.show();
    QSignalSpy wanted(&pane, &ConversationPane::newConversationRequested);
    pane.model().reload();
    auto* action = pane.findChild<QPushButton*>(QStringLiteral("emptyAction"));
    QTRY_VERIFY(action->isVisible());
    QTest::mouseClick(action, Qt::LeftButton);
    QCOMPARE(wanted.count(), 1);
}

void ConversationListTest::rowPartsDoNotOverlap_data() {
    QTest::addColumn<int>("unread");
    QTest::addColumn<bool>("request");
    QTest::addColumn<bool>("failed");
    QTest::addColumn<bool>("mirrored");
    QTest::newRow("plain") << 0 << false << false << false;
    QTest::newRow("unread") << 12 << false << false << false;
    QTest::newRow("very unread") << 12'345 << false << false << false;
    QTest::newRow("request") << 1 << true << false << false;
    QTest::newRow("failed") << 0 << false << true << false;
    QTest::newRow("mirrored") << 3 << false << false << true;
}

void ConversationListTest::rowPartsDoNotOverlap() {
    QFETCH(int, unread);
    QFETCH(bool, request);
    QFETCH(bool, failed);
    QFETCH(bool, mirrored);
    FakeClient client;
    const auto id = client.addConversation(QStringLiteral("aaa"), request);
    client.addMessage(id, QStringLiteral("text"), failed);
    messaging::Conversation& conversation = client.conversationList.first();
    conversation.unread = unread;
    conversation.presence = messaging::Presence{true, {}};
    if (failed)
        conversation.lastMessage->status = messaging::MessageStatus::Failed;
    Theme theme;
    const ConversationDelegate delegate(theme);
    const QRect row(0, 136, metric::listMinimumWidth, metric::listRow);
    const auto layout = delegate.layOut(conversation, row, mirrored ? Qt::RightToLeft : Qt::LeftToRight);
    const QVector<QRect> parts = {layout.avatar, layout.name, layout.time, layout.preview, layout.mark};
    for (int i = 0; i < parts.size(); ++i) {
        if (parts[i].isEmpty())
            continue;
        QVERIFY2(row.contains(parts[i]), qPrintable(QString::number(i)));
        for (int j = i + 1; j < parts.size(); ++j)
            QVERIFY2(!parts[i].intersects(parts[j]), qPrintable(QStringLiteral("%1 %2").arg(i).arg(j)));
    }
    QCOMPARE(layout.mark.isEmpty(), unread == 0 && !request && !failed);
    QCOMPARE(layout.avatar.left() > layout.name.right(), mirrored);
    QVERIFY(layout.avatar.adjusted(-2, -2, 2, 2).contains(layout.presence));
}

void ConversationListTest::accessibleTextTellsTheWholeRow() {
    FakeClient client;
    const auto id = client.addConversation(QStringLiteral("clara"), true);
    client.addMessage(id, QStringLiteral("hello"), false);
    client.conversationList.first().presence = messaging::Presence{true, {}};
    ConversationModel model(client);
    model.reload();
    QTRY_VERIFY(model.isLoaded());
    const QString text = model.data(model.index(0), Qt::AccessibleTextRole).toString();
    for (const auto* part : {"Clara", "message request", "online", "1 unread", "hello"})
        QVERIFY2(text.contains(QLatin1String(part)), qPrintable(text));
}

RECADO_TEST(ConversationListTest)
#include "ConversationListTest.moc"
