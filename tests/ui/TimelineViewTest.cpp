#include "ui/timeline/TimelineView.h"

#include "support/FakeClient.h"
#include "support/Suite.h"

#include <QAbstractButton>
#include <QAccessible>
#include <QClipboard>
#include <QGuiApplication>
#include <QMenu>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTest>
#include <QWheelEvent>

using namespace recado;
using namespace recado::tests;
using namespace recado::ui;
using messaging::MessageStatus;

/// The painted timeline on a fake client, driven by wheel, keys and mouse.
class TimelineViewTest final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void opensAtTheNewestMessage();
    void scrollingTenThousandMessagesKeepsASmallWindow();
    void keepsItsPlaceWhileOlderMessagesCome();
    void opensAtTheFirstUnreadMessage();
    void newMessagesAreCountedWhileScrolledUp();
    void anOwnMessageComesIntoView();
    void theEndKeyComesBackFromFarUp();
    void aLateMessageStandsWhereTheEngineSays();
    void messagesInViewAreReportedAsSeenOnce();
    void retryIsPressedByMouseAndByKey();
    void aClickedLinkIsAskedFor();
    void textIsSweptAndCopied();
    void everyMessageIsAnAccessibleChild();
    void statusChangesReachTheRow();
    void whatHappensWhileAPageIsReadIsNotLost();
    void whatComesWhileReadingBackToTheEndIsNotLost();

private:
    void fill(int count, bool unread = false);
    void open();
    void wheel(int notches) const;
    [[nodiscard]] QPoint inView(int row, const QPointF& point) const;

    std::unique_ptr<FakeClient> m_client;
    std::unique_ptr<TimelineModel> m_model;
    std::unique_ptr<TimelineView> m_view;
    std::unique_ptr<Theme> m_theme;
    base::ConversationId m_talk;
};

void TimelineViewTest::init() {
    m_client = std::make_unique<FakeClient>();
    m_theme = std::make_unique<Theme>();
    m_talk = m_client->addConversation(QStringLiteral("bia"));
    m_model = std::make_unique<TimelineModel>(*m_client);
    m_view = std::make_unique<TimelineView>(*m_model, *m_theme);
    m_view->resize(600, 500);
    m_view->show();
    m_view->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(m_view.get()));
}

void TimelineViewTest::cleanup() {
    m_view.reset();
    m_model.reset();
    m_client.reset();
}

void TimelineViewTest::fill(int count, bool unread) {
    m_client->messageList.reserve(m_client->messageList.size() + count);
    for (int i = 0; i < count; ++i) {
        const QString text = QStringLiteral("message %1 ").arg(i) + QStringLiteral("word ").repeated(i % 40);
        m_client->addMessage(m_talk, text, i % 3 == 0);
        if (!unread)
            m_client->messageList.last().status = i % 3 == 0 ? MessageStatus::Read : MessageStatus::Seen;
    }
}

void TimelineViewTest::open() {
    m_model->open(m_talk, 0);
    QTRY_VERIFY(m_model->isLoaded());
}

void TimelineViewTest::wheel(int notches) const {
    const QPoint middle = m_view->viewport()->rect().center();
    QWheelEvent event(middle, m_view->viewport()->mapToGlobal(middle), QPoint(), QPoint(0, notches * 120),
                      Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase, false);
    QCoreApplication::sendEvent(m_view->viewport(), &event);
}

QPoint TimelineViewTest::inView(int row, const QPointF& point) const {
    return (point + m_view->rectOf(row).topLeft()).toPoint();
}

void TimelineViewTest::opensAtTheNewestMessage() {
    fill(500);
    QSignalSpy drawn(m_view.get(), &TimelineView::drawn);
    open();
    QVERIFY(m_view->isAtEnd());
    QCOMPARE(m_view->geometryOfRows().visible().last().row, m_model->count() - 1);
    QTRY_COMPARE(drawn.count(), 1);
}

void TimelineViewTest::scrollingTenThousandMessagesKeepsASmallWindow() {
    fill(10'000);
    open();
    for (int i = 0; i < 4'000 && (m_model->moreBefore() || m_view->geometryOfRows().offset() > 1); ++i) {
        wheel(20);
        QCoreApplication::processEvents();
        QVERIFY(m_model->count() <= TimelineModel::maximumRows + TimelineModel::pageSize);
        QVERIFY(m_view->cachedLayouts() <= 120);
    }
    QCOMPARE(m_model->at(0).text.section(QLatin1Char(' '), 0, 1), QStringLiteral("message 0"));
    QVERIFY(m_model->count() <= TimelineModel::maximumRows);
    QVERIFY(m_model->moreAfter());
    // And back: the far end comes again.
    for (int i = 0; i < 4'000 && !m_view->isAtEnd(); ++i) {
        wheel(-20);
        QCoreApplication::processEvents();
    }
    QVERIFY(m_view->isAtEnd());
    QCOMPARE(m_model->at(m_model->count() - 1).id, m_client->messageList.last().id);
}

void TimelineViewTest::keepsItsPlaceWhileOlderMessagesCome() {
    fill(1'000);
    open();
    m_client->hold(QStringLiteral("page"));
    m_view->findChild<QScrollBar*>(QStringLiteral("timelineScrollBar"))->setValue(40);
    QTRY_VERIFY(m_client->lastArguments(QStringLiteral("page")).value(1).toInt() ==
                int(messaging::PageRequest::Direction::Before));
    const auto first = m_view->geometryOfRows().visible().first();
    const messaging::LocalId id = m_model->at(first.row).id;
    const int before = m_model->count();
    m_client->release(QStringLiteral("page"));
    QTRY_VERIFY(m_model->count() > before);
    QCOMPARE(m_view->rectOf(m_model->rowOf(id)).top(), first.top);
}

void TimelineViewTest::opensAtTheFirstUnreadMessage() {
    fill(100);
    const messaging::LocalId lastRead = m_client->messageList.last().id;
    fill(60, true);
    m_model->open(m_talk, 40);
    QTRY_VERIFY(m_model->isLoaded());
    QVERIFY(m_model->firstUnread() > lastRead);
    const int row = m_model->rowOf(m_model->firstUnread());
    QVERIFY(!m_view->rectOf(row).isEmpty());
    QVERIFY(!m_view->layoutOf(row).unreadDivider.isEmpty());
    QVERIFY(!m_view->isAtEnd());
}

void TimelineViewTest::newMessagesAreCountedWhileScrolledUp() {
    fill(300);
    open();
    auto* pill = m_view->findChild<QAbstractButton*>(QStringLiteral("newMessagesPill"));
    QVERIFY(!pill->isVisible());
    wheel(10);
    const auto first = m_view->geometryOfRows().visible().first();
    for (int i = 0; i < 2; ++i)
        Q_EMIT m_client->messageReceived(m_client->addMessage(m_talk, QStringLiteral("news"), false));
    QVERIFY(pill->isVisible());
    QVERIFY(pill->text().startsWith(QLatin1Char('2')));
    QCOMPARE(m_view->geometryOfRows().visible().first().top, first.top);
    QTest::mouseClick(pill, Qt::LeftButton);
    QVERIFY(m_view->isAtEnd());
    QVERIFY(!pill->isVisible());
}

void TimelineViewTest::anOwnMessageComesIntoView() {
    fill(300);
    open();
    wheel(30);
    QVERIFY(!m_view->isAtEnd());
    Q_EMIT m_client->messageSent(m_client->addMessage(m_talk, QStringLiteral("mine"), true));
    QVERIFY(m_view->isAtEnd());
}

void TimelineViewTest::theEndKeyComesBackFromFarUp() {
    fill(2'000);
    open();
    for (int i = 0; i < 400 && !m_model->moreAfter(); ++i) {
        wheel(20);
        QCoreApplication::processEvents();
    }
    QVERIFY(m_model->moreAfter());
    QTest::keyClick(m_view.get(), Qt::Key_End);
    QTRY_VERIFY(m_view->isAtEnd());
    QCOMPARE(m_model->at(m_model->count() - 1).id, m_client->messageList.last().id);
}

void TimelineViewTest::aLateMessageStandsWhereTheEngineSays() {
    fill(10);
    open();
    // The engine sorts it before the last one: in the fake, ids are the order.
    messaging::Message& last = m_client->messageList.last();
    last.id += 1;
    Q_EMIT m_client->conversationChanged(m_talk);
    m_model->open(m_talk, 0);
    QTRY_VERIFY(m_model->isLoaded());
    messaging::Message late = m_client->messageList.first();
    late.id = m_client->messageList.last().id - 1;
    late.outgoing = false;
    late.text = QStringLiteral("late");
    late.timestampMs = m_client->messageList.last().timestampMs - 500;
    m_client->messageList.insert(m_client->messageList.size() - 1, late);
    Q_EMIT m_client->messageReceived(late);
    QTRY_COMPARE(m_model->count(), 11);
    QCOMPARE(m_model->at(9).text, QStringLiteral("late"));
}

void TimelineViewTest::messagesInViewAreReportedAsSeenOnce() {
    fill(5);
    QSignalSpy seen(m_view.get(), &TimelineView::seen);
    open();
    QCOMPARE(seen.count(), 0);
    const messaging::Message fresh = m_client->addMessage(m_talk, QStringLiteral("new"), false);
    Q_EMIT m_client->messageReceived(fresh);
    QCOMPARE(seen.count(), 1);
    QCOMPARE(seen.first().first().value<messaging::LocalId>(), fresh.id);
    m_view->resize(610, 510);
    QCOMPARE(seen.count(), 1);
}

void TimelineViewTest::retryIsPressedByMouseAndByKey() {
    fill(3);
    m_client->addMessage(m_talk, QStringLiteral("refused"), true);
    m_client->messageList.last().status = MessageStatus::Failed;
    m_client->messageList.last().failure = base::Reason::RateLimited;
    open();
    QSignalSpy retry(m_view.get(), &TimelineView::retryRequested);
    const QPoint place = inView(3, m_view->layoutOf(3).retry.center());
    QTest::mouseClick(m_view->viewport(), Qt::LeftButton, {}, place);
    QCOMPARE(retry.count(), 1);
    m_view->setFocus();
    m_view->setCurrentRow(3);
    QTest::keyClick(m_view.get(), Qt::Key_Return);
    QCOMPARE(retry.count(), 2);
    QCOMPARE(retry.last().first().value<messaging::LocalId>(), m_client->messageList.last().id);
}

void TimelineViewTest::aClickedLinkIsAskedFor() {
    m_client->addMessage(m_talk, QStringLiteral("https://example.org/page"), false);
    open();
    QSignalSpy links(m_view.get(), &TimelineView::linkActivated);
    const TimelineRowLayout& row = m_view->layoutOf(0);
    const QPoint place = inView(0, row.textOrigin + QPointF(30, 8));
    QTest::mouseClick(m_view->viewport(), Qt::LeftButton, {}, place);
    QCOMPARE(links.count(), 1);
    QCOMPARE(links.first().first().toUrl(), QUrl(QStringLiteral("https://example.org/page")));
}

void TimelineViewTest::textIsSweptAndCopied() {
    m_client->addMessage(m_talk, QStringLiteral("first second"), false);
    open();
    const TimelineRowLayout& row = m_view->layoutOf(0);
    const QTextLine line = row.text->lineAt(0);
    const auto at = [&](int character) {
        return inView(0, row.textOrigin + QPointF(line.cursorToX(character), 8));
    };
    QTest::mousePress(m_view->viewport(), Qt::LeftButton, {}, at(0));
    QMouseEvent move(QEvent::MouseMove, at(5), m_view->viewport()->mapToGlobal(at(5)), Qt::NoButton,
                     Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(m_view->viewport(), &move);
    QTest::mouseRelease(m_view->viewport(), Qt::LeftButton, {}, at(5));
    m_view->setFocus();
    QTest::keyClick(m_view.get(), Qt::Key_C, Qt::ControlModifier);
    QCOMPARE(QGuiApplication::clipboard()->text(), QStringLiteral("first"));
    // A press elsewhere lets go; then the menu copies the whole text.
    QTest::mouseClick(m_view->viewport(), Qt::LeftButton, {}, QPoint(590, 5));
    QContextMenuEvent menuEvent(QContextMenuEvent::Mouse, at(3), m_view->viewport()->mapToGlobal(at(3)));
    QCoreApplication::sendEvent(m_view->viewport(), &menuEvent);
    auto* menu = m_view->findChild<QMenu*>(QStringLiteral("messageMenu"));
    QVERIFY(menu);
    menu->actions().first()->trigger();
    menu->close();
    QCOMPARE(QGuiApplication::clipboard()->text(), QStringLiteral("first second"));
}

void TimelineViewTest::everyMessageIsAnAccessibleChild() {
    m_client->addMessage(m_talk, QStringLiteral("hello there"), false);
    m_client->addMessage(m_talk, QStringLiteral("hi"), true);
    m_client->messageList.last().status = MessageStatus::Delivered;
    open();
    QAccessibleInterface* list = QAccessible::queryAccessibleInterface(m_view.get());
    QVERIFY(list);
    QCOMPARE(list->role(), QAccessible::List);
    QVERIFY(!list->text(QAccessible::Name).isEmpty());
    QCOMPARE(list->childCount(), 2);
    QAccessibleInterface* theirs = list->child(0);
    QCOMPARE(theirs->role(), QAccessible::ListItem);
    QVERIFY(theirs->text(QAccessible::Name).contains(QStringLiteral("Bia")));
    QVERIFY(theirs->text(QAccessible::Name).contains(QStringLiteral("hello there")));
    QAccessibleInterface* mine = list->child(1);
    QVERIFY(mine->text(QAccessible::Name).contains(QStringLiteral("Delivered")));
    QCOMPARE(list->indexOfChild(mine), 1);
    QCOMPARE(mine->parent(), list);
    const QPoint middle = mine->rect().center();
    QCOMPARE(list->childAt(middle.x(), middle.y()), mine);
    m_view->setFocus();
    QTest::keyClick(m_view.get(), Qt::Key_Up);
    QTest::keyClick(m_view.get(), Qt::Key_Up);
    QCOMPARE(m_view->currentRow(), 0);
    QCOMPARE(list->focusChild(), theirs);
}

void TimelineViewTest::statusChangesReachTheRow() {
    m_client->addMessage(m_talk, QStringLiteral("hi"), true);
    open();
    const messaging::LocalId id = m_client->messageList.last().id;
    Q_EMIT m_client->statusChanged(id, m_talk, MessageStatus::Read, {});
    QCOMPARE(m_model->at(0).status, MessageStatus::Read);
    QVERIFY(m_view->accessibleTextOf(0).contains(QStringLiteral("Read")));
    // Why it failed is not in the signal: the row asks.
    m_client->messageList.last().status = MessageStatus::Failed;
    m_client->messageList.last().failure = base::Reason::UnknownAccount;
    Q_EMIT m_client->statusChanged(id, m_talk, MessageStatus::Failed, {});
    QTRY_VERIFY(m_view->layoutOf(0).failureText.contains(QStringLiteral("no longer exists")));
}

void TimelineViewTest::whatHappensWhileAPageIsReadIsNotLost() {
    fill(3);
    m_client->addMessage(m_talk, QStringLiteral("mine"), true);
    const messaging::LocalId mine = m_client->messageList.last().id;
    m_client->hold(QStringLiteral("page"));
    m_model->open(m_talk, 0);
    // The reader's picture of the database is older than what the engine says meanwhile.
    QVector<messaging::Message> before = m_client->messageList;
    const messaging::Message fresh = m_client->addMessage(m_talk, QStringLiteral("fresh"), false);
    QVector<messaging::Message> after = m_client->messageList;
    after[3].status = MessageStatus::Delivered;
    m_client->messageList = before;
    Q_EMIT m_client->messageReceived(fresh);
    Q_EMIT m_client->statusChanged(mine, m_talk, MessageStatus::Delivered, {});
    m_client->hold(QStringLiteral("message"));
    m_client->release(QStringLiteral("page"));
    QTRY_COMPARE(m_model->count(), 5);
    QCOMPARE(m_model->at(4).id, fresh.id);
    m_client->messageList = after;
    m_client->release(QStringLiteral("message"));
    QTRY_COMPARE(m_model->at(m_model->rowOf(mine)).status, MessageStatus::Delivered);
    QCOMPARE(m_model->count(), 5);
}

void TimelineViewTest::whatComesWhileReadingBackToTheEndIsNotLost() {
    fill(2'000);
    open();
    for (int i = 0; i < 400 && !m_model->moreAfter(); ++i) {
        wheel(20);
        QCoreApplication::processEvents();
    }
    QVERIFY(m_model->moreAfter());
    m_client->hold(QStringLiteral("page"));
    m_model->loadNewest();
    const QVector<messaging::Message> before = m_client->messageList;
    const messaging::Message fresh = m_client->addMessage(m_talk, QStringLiteral("fresh"), false);
    m_client->messageList = before;
    Q_EMIT m_client->messageReceived(fresh);
    m_client->release(QStringLiteral("page"));
    QTRY_VERIFY(!m_model->moreAfter());
    QTRY_COMPARE(m_model->at(m_model->count() - 1).id, fresh.id);
}

RECADO_TEST(TimelineViewTest)
#include "TimelineViewTest.moc"
