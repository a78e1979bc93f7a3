#include "support/Suite.h"
#include "ui/FakeGate.h"
#include "ui/SampleTalk.h"
#include "ui/common/Banner.h"
#include "ui/common/Metrics.h"
#include "ui/composer/Composer.h"
#include "ui/conversations/ConversationPane.h"
#include "ui/shell/ChatPage.h"
#include "ui/shell/ConversationView.h"
#include "ui/shell/MainWindow.h"
#include "ui/timeline/TimelineView.h"

#include <QAbstractButton>
#include <QApplication>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QPlainTextEdit>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTest>

using namespace recado;
using namespace recado::tests;
using namespace recado::ui;

/// Conversations in the real window on a fake client: writing, deciding, banners, narrow windows,
/// accessibility.
class ConversationTest final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void enterSendsAndShiftEnterBreaks();
    void whatCannotBeSentComesBack();
    void tooLongTextsAreCountedAndHeld();
    void typingIsToldAndEnds();
    void draftsStayWithTheirConversation();
    void aFailedMessageIsRetried();
    void aRequestIsAccepted();
    void aRequestIsDeleted();
    void anAcceptedRequestIsTheMarkedChat();
    void shortcutsWorkWithoutTheKeyboardAnywhere();
    void noKeyAcceptsARequestByItself();
    void theSafetyNumberFitsLargeText();
    void theComposerShowsAllItsLines();
    void anotherRelaysAddressIsExplained();
    void aWaitingRequestIsNamedInTheEmptyPane();
    void aDecisionThatFailsSaysSo();
    void aDraftIsSeenInTheList();
    void markupInNamesIsNotObeyed();
    void anEmptyConversationSaysSo();
    void anUnreadableConversationCanBeReadAgain();
    void aNumberThatChangesWhileComparedIsShownAnew();
    void noDecisionHasTheKeyboardFirst();
    void nothingIsReadInARequest();
    void aChangedIdentityBlocksUntilDecided_data();
    void aChangedIdentityBlocksUntilDecided();
    void theSafetyNumberHasTwelveGroups();
    void theBannerSaysWhatTheConnectionDoes();
    void aChangedRelayKeyIsADecision();
    void aNewConversationBeginsWithAnAddress();
    void aNarrowWindowShowsOnePane();
    void theComposerGrowsToEightLines();
    void aDialogMayGoBeforeItsAnswer();
    void everyControlHasNameTooltipAndSize();
    void keysMoveBetweenConversations();

private:
    template <typename T>
    [[nodiscard]] T* find(const char* name) const {
        return m_window->findChild<T*>(QLatin1String(name));
    }
    void open(base::ConversationId id) const { m_window->chatPage()->openConversation(id); }
    void click(const char* name) const { QTest::mouseClick(find<QAbstractButton>(name), Qt::LeftButton); }
    [[nodiscard]] FakeClient& client() const { return m_gate->fake; }
    [[nodiscard]] QPlainTextEdit& edit() const { return *find<QPlainTextEdit>("composerEdit"); }

    std::unique_ptr<FakeGate> m_gate;
    std::unique_ptr<Theme> m_theme;
    std::unique_ptr<SampleTalk> m_talk;
    std::unique_ptr<MainWindow> m_window;
};

void ConversationTest::init() {
    m_gate = std::make_unique<FakeGate>();
    m_gate->fake.connectionInfo.state = messaging::ConnectionState::Online;
    m_theme = std::make_unique<Theme>();
    m_talk = std::make_unique<SampleTalk>(m_gate->fake);
    m_window = std::make_unique<MainWindow>(*m_gate, *m_theme, QString());
    QSignalSpy ready(m_window.get(), &MainWindow::ready);
    m_window->show();
    m_window->begin();
    QTRY_COMPARE(ready.count(), 1);
    QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
}

void ConversationTest::cleanup() {
    m_window.reset();
    m_gate.reset();
}

void ConversationTest::enterSendsAndShiftEnterBreaks() {
    open(m_talk->main);
    QVERIFY(edit().hasFocus());
    QVERIFY(!find<QAbstractButton>("composerSend")->isVisible());
    QTest::keyClicks(&edit(), QStringLiteral("one"));
    QVERIFY(find<QAbstractButton>("composerSend")->isVisible());
    QTest::keyClick(&edit(), Qt::Key_Return, Qt::ShiftModifier);
    QTest::keyClicks(&edit(), QStringLiteral("two"));
    QCOMPARE(client().count(QStringLiteral("sendText")), 0);
    QTest::keyClick(&edit(), Qt::Key_Return);
    QCOMPARE(client().lastArguments(QStringLiteral("sendText")).value(1).toString(),
             QStringLiteral("one\ntwo"));
    QVERIFY(edit().toPlainText().isEmpty());
    TimelineView& timeline = m_window->chatPage()->conversation().timeline();
    QCOMPARE(timeline.model().at(timeline.model().count() - 1).text, QStringLiteral("one\ntwo"));
    QVERIFY(timeline.isAtEnd());
    // Nothing but white space is nothing.
    QTest::keyClicks(&edit(), QStringLiteral("   "));
    QTest::keyClick(&edit(), Qt::Key_Return);
    QCOMPARE(client().count(QStringLiteral("sendText")), 1);
}

void ConversationTest::whatCannotBeSentComesBack() {
    open(m_talk->main);
    client().fail(QStringLiteral("sendText"), base::Reason::StorageFailed);
    QTest::keyClicks(&edit(), QStringLiteral("precious"));
    click("composerSend");
    QTRY_COMPARE(edit().toPlainText(), QStringLiteral("precious"));
    QVERIFY(find<QLabel>("composerProblem")->isVisible());
    QTest::keyClicks(&edit(), QStringLiteral("!"));
    QVERIFY(!find<QLabel>("composerProblem")->isVisible());
}

void ConversationTest::tooLongTextsAreCountedAndHeld() {
    open(m_talk->main);
    QVERIFY(!find<QLabel>("composerCounter")->isVisible());
    // Two bytes a letter: the limit is in bytes.
    edit().setPlainText(QString(Composer::maximumBytes / 2 - 5, QChar(0xE9)));
    QVERIFY(find<QLabel>("composerCounter")->isVisible());
    QCOMPARE(find<QLabel>("composerCounter")->text(), QStringLiteral("10"));
    edit().setPlainText(QString(Composer::maximumBytes / 2 + 1, QChar(0xE9)));
    QVERIFY(!find<QAbstractButton>("composerSend")->isEnabled());
    QTest::keyClick(&edit(), Qt::Key_Return);
    QCOMPARE(client().count(QStringLiteral("sendText")), 0);
    QVERIFY(!edit().toPlainText().isEmpty());
}

void ConversationTest::typingIsToldAndEnds() {
    open(m_talk->main);
    QTest::keyClicks(&edit(), QStringLiteral("several letters"));
    QCOMPARE(client().count(QStringLiteral("setTyping")), 1);
    QCOMPARE(client().lastArguments(QStringLiteral("setTyping")).value(1).toBool(), true);
    QTest::keyClick(&edit(), Qt::Key_Return);
    QCOMPARE(client().count(QStringLiteral("setTyping")), 2);
    QCOMPARE(client().lastArguments(QStringLiteral("setTyping")).value(1).toBool(), false);
}

void ConversationTest::draftsStayWithTheirConversation() {
    open(m_talk->main);
    QTest::keyClicks(&edit(), QStringLiteral("for Clara"));
    open(m_talk->hebrew);
    QVERIFY(edit().toPlainText().isEmpty());
    open(m_talk->main);
    QCOMPARE(edit().toPlainText(), QStringLiteral("for Clara"));
}

void ConversationTest::aFailedMessageIsRetried() {
    open(m_talk->failed);
    TimelineView& timeline = m_window->chatPage()->conversation().timeline();
    QTRY_COMPARE(timeline.model().count(), 3);
    const QPointF retry = timeline.layoutOf(2).retry.center() + timeline.rectOf(2).topLeft();
    QTest::mouseClick(timeline.viewport(), Qt::LeftButton, {}, retry.toPoint());
    QCOMPARE(client().count(QStringLiteral("retry")), 1);
    QCOMPARE(timeline.model().at(2).status, messaging::MessageStatus::Pending);
    QVERIFY(timeline.layoutOf(2).retry.isEmpty());
}

void ConversationTest::aRequestIsAccepted() {
    open(m_talk->request);
    QVERIFY(find<QWidget>("requestBar")->isVisible());
    QVERIFY(!edit().isVisible());
    click("requestAccept");
    QTRY_VERIFY(edit().isVisible());
    QVERIFY(!find<QWidget>("requestBar")->isVisible());
    QCOMPARE(client().count(QStringLiteral("acceptConversation")), 1);
    QVERIFY(edit().hasFocus());
    // What was looked at before counts as read from now on.
    QTRY_COMPARE(m_window->chatPage()->list().model().find(m_talk->request)->unread, 0);
}

void ConversationTest::aRequestIsDeleted() {
    open(m_talk->request);
    const int rows = m_window->chatPage()->list().model().rowCount();
    click("requestDelete");
    QTRY_COMPARE(m_window->chatPage()->list().model().rowCount(), rows - 1);
    QVERIFY(m_window->chatPage()->conversation().conversation().isNull());
    QVERIFY(find<QWidget>("conversationEmpty")->isVisible());
}

void ConversationTest::anAcceptedRequestIsTheMarkedChat() {
    const auto other = client().addConversation(QStringLiteral("stranger2"), true);
    client().addMessage(other, QStringLiteral("me too"), false);
    Q_EMIT client().conversationChanged(other);
    QTRY_COMPARE(m_window->chatPage()->list().model().requestCount(), 2);
    QTest::keyClick(m_window.get(), Qt::Key_2, Qt::ControlModifier);
    ConversationPane& list = m_window->chatPage()->list();
    QCOMPARE(list.model().rowCount(), 2);
    open(m_talk->request);
    auto* accept = find<QAbstractButton>("requestAccept");
    accept->setFocus();
    QTest::keyClick(accept, Qt::Key_Return);
    QTRY_VERIFY(edit().hasFocus());
    QTRY_COMPARE(list.model().requestCount(), 1);
    QCOMPARE(list.model().folder(), ConversationModel::Folder::All);
    QVERIFY(find<QAbstractButton>("railChats")->property("checked").toBool());
    QVERIFY(list.view().currentIndex().isValid());
    QCOMPARE(list.model().at(list.view().currentIndex().row()).id, m_talk->request);
    QCOMPARE(m_window->chatPage()->conversation().conversation(), m_talk->request);
    QVERIFY(edit().hasFocus());
}

void ConversationTest::shortcutsWorkWithoutTheKeyboardAnywhere() {
    ConversationPane& list = m_window->chatPage()->list();
    open(m_talk->request);
    auto* remove = find<QAbstractButton>("requestDelete");
    remove->setFocus();
    QTest::keyClick(remove, Qt::Key_Return);
    QTRY_VERIFY(m_window->chatPage()->conversation().conversation().isNull());
    QVERIFY(list.view().hasFocus());
    if (QWidget* focus = QApplication::focusWidget())
        focus->clearFocus();
    QTest::keyClick(m_window.get(), Qt::Key_2, Qt::ControlModifier);
    QCOMPARE(list.model().folder(), ConversationModel::Folder::Requests);
    QTest::keyClick(m_window.get(), Qt::Key_1, Qt::ControlModifier);
    QCOMPARE(list.model().folder(), ConversationModel::Folder::All);
    QTest::keyClick(m_window.get(), Qt::Key_F6);
    QVERIFY(list.view().hasFocus());
}

void ConversationTest::noKeyAcceptsARequestByItself() {
    open(m_talk->request);
    QVERIFY(m_window->chatPage()->conversation().timeline().hasFocus());
    QTest::keyClick(QApplication::focusWidget(), Qt::Key_Return);
    QTest::keyClick(QApplication::focusWidget(), Qt::Key_Space);
    QCOMPARE(client().count(QStringLiteral("acceptConversation")), 0);
    // The buttons come next.
    QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab);
    QVERIFY(find<QAbstractButton>("requestDelete")->hasFocus());
}

void ConversationTest::theSafetyNumberFitsLargeText() {
    const QFont systemFont = QApplication::font();
    QFont large = systemFont;
    large.setPointSizeF(systemFont.pointSizeF() * 4);
    QApplication::setFont(large);
    m_window.reset();
    m_theme = std::make_unique<Theme>();
    QApplication::setFont(systemFont);
    QVERIFY(m_theme->scale() >= 1.6);
    m_window = std::make_unique<MainWindow>(*m_gate, *m_theme, QString());
    m_window->show();
    m_window->begin();
    QTRY_VERIFY(m_window->chatPage());
    QTRY_VERIFY(m_window->chatPage()->list().model().isLoaded());
    for (const auto& id : {m_talk->main, m_talk->changed}) {
        open(id);
        m_window->chatPage()->conversation().showSafetyNumber();
        QTRY_VERIFY(find<QLabel>("safetyGroup0")->text() != QStringLiteral("·····"));
        auto* dialog = find<QWidget>("safetyNumberDialog");
        QVERIFY(QTest::qWaitForWindowExposed(dialog));
        for (const QLabel* label : dialog->findChildren<QLabel*>()) {
            const int height =
                label->wordWrap() ? label->heightForWidth(label->width()) : label->minimumSizeHint().height();
            QVERIFY2(label->height() >= height, qPrintable(QStringLiteral("%1 %2 < %3, dialog %4x%5")
                                                               .arg(label->objectName())
                                                               .arg(label->height())
                                                               .arg(height)
                                                               .arg(dialog->width())
                                                               .arg(dialog->height())));
            QVERIFY2(label->width() >= label->minimumSizeHint().width(), qPrintable(label->text()));
        }
        for (const QAbstractButton* button : dialog->findChildren<QAbstractButton*>()) {
            if (button->isVisible())
                QVERIFY2(button->width() >= button->minimumSizeHint().width(), qPrintable(button->text()));
        }
        dialog->close();
        QTRY_VERIFY(!find<QWidget>("safetyNumberDialog"));
    }
}

void ConversationTest::theComposerShowsAllItsLines() {
    open(m_talk->main);
    for (int line = 1; line <= metric::composerLines; ++line) {
        QTest::keyClicks(&edit(), QString::number(line));
        const int before = edit().height();
        if (line < metric::composerLines) {
            QTest::keyClick(&edit(), Qt::Key_Return, Qt::ShiftModifier);
            QTRY_VERIFY(edit().height() > before || line == 1);
            QTRY_COMPARE(edit().verticalScrollBar()->value(), 0);
        }
    }
    QCOMPARE(edit().document()->blockCount(), metric::composerLines);
    QTRY_COMPARE(edit().verticalScrollBar()->maximum(), 0);
}

void ConversationTest::anotherRelaysAddressIsExplained() {
    m_window->chatPage()->startNewConversation();
    QTest::keyClicks(find<QLineEdit>("newAddress"), QStringLiteral("ana@elsewhere.test"));
    click("newStart");
    QTRY_VERIFY(find<QLabel>("newProblem")->text().contains(QStringLiteral("your own relay")));
    QVERIFY(find<QLabel>("newProblem")->text().contains(QStringLiteral("relay.test")));
}

void ConversationTest::aWaitingRequestIsNamedInTheEmptyPane() {
    client().conversationList.clear();
    m_window = std::make_unique<MainWindow>(*m_gate, *m_theme, QString());
    m_window->show();
    m_window->begin();
    QTRY_VERIFY(m_window->chatPage());
    QTRY_VERIFY(m_window->chatPage()->list().model().isLoaded());
    const auto titleOfPane = [this] {
        return find<QWidget>("conversationEmpty")->findChild<QLabel*>(QStringLiteral("emptyTitle"))->text();
    };
    QVERIFY(titleOfPane().contains(QStringLiteral("Nothing here yet")));
    const auto stranger = client().addConversation(QStringLiteral("stranger"), true);
    Q_EMIT client().conversationChanged(stranger);
    QTRY_VERIFY(titleOfPane().contains(QStringLiteral("wants to write")));
}

void ConversationTest::aDecisionThatFailsSaysSo() {
    open(m_talk->request);
    client().fail(QStringLiteral("acceptConversation"), base::Reason::StorageFailed);
    click("requestAccept");
    QTRY_VERIFY(find<QLabel>("requestProblem")->isVisible());
    QVERIFY(find<QAbstractButton>("requestAccept")->isEnabled());
    client().fail(QStringLiteral("removeConversation"), base::Reason::StorageFailed);
    open(m_talk->main);
    open(m_talk->request);
    QVERIFY(!find<QLabel>("requestProblem")->isVisible());
    click("requestDelete");
    QTRY_VERIFY(find<QLabel>("requestProblem")->isVisible());
}

void ConversationTest::aDraftIsSeenInTheList() {
    ConversationModel& model = m_window->chatPage()->list().model();
    const auto previewOf = [&](base::ConversationId id) {
        return model.data(model.index(model.rowOf(id)), ConversationModel::PreviewRole).toString();
    };
    open(m_talk->main);
    QTest::keyClicks(&edit(), QStringLiteral("half a thought"));
    open(m_talk->hebrew);
    QVERIFY(previewOf(m_talk->main).startsWith(QStringLiteral("Draft: ")));
    QVERIFY(previewOf(m_talk->main).contains(QStringLiteral("half a thought")));
    open(m_talk->main);
    QVERIFY(!previewOf(m_talk->main).contains(QStringLiteral("Draft")));
    edit().clear();
    open(m_talk->hebrew);
    QVERIFY(!previewOf(m_talk->main).contains(QStringLiteral("Draft")));
}

void ConversationTest::markupInNamesIsNotObeyed() {
    const QString hostile = QStringLiteral("<img src='http://127.0.0.1/x'><b>Ana</b>");
    messaging::Conversation& conversation = client().conversationList[0];
    conversation.title = hostile;
    conversation.participants.first().displayName = hostile;
    conversation.identityChanged = true;
    Q_EMIT client().conversationChanged(conversation.id);
    open(conversation.id);
    QTRY_COMPARE(find<QLabel>("headerName")->text(), hostile);
    for (const QWidget* widget : m_window->findChildren<QWidget*>())
        QVERIFY2(!widget->toolTip().contains(QStringLiteral("<img")), qPrintable(widget->objectName()));
    QVERIFY(find<QLabel>("headerName")->toolTip().contains(QStringLiteral("&lt;img")));
}

void ConversationTest::anEmptyConversationSaysSo() {
    const auto id = client().addConversation(QStringLiteral("newcomer"));
    Q_EMIT client().conversationChanged(id);
    open(id);
    auto* notice = find<QWidget>("timelineNotice");
    QTRY_VERIFY(notice->isVisible());
    QVERIFY(notice->findChild<QLabel*>(QStringLiteral("emptyTitle"))
                ->text()
                .contains(QStringLiteral("No messages")));
    QTest::keyClicks(&edit(), QStringLiteral("hello"));
    QTest::keyClick(&edit(), Qt::Key_Return);
    QTRY_VERIFY(!notice->isVisible());
}

void ConversationTest::anUnreadableConversationCanBeReadAgain() {
    client().fail(QStringLiteral("page"), base::Reason::StorageFailed);
    open(m_talk->main);
    auto* notice = find<QWidget>("timelineNotice");
    QTRY_VERIFY(notice->isVisible());
    auto* again = notice->findChild<QAbstractButton*>(QStringLiteral("emptyAction"));
    QVERIFY(again->isVisible());
    QTest::mouseClick(again, Qt::LeftButton);
    QTRY_VERIFY(m_window->chatPage()->conversation().timeline().model().count() > 0);
    QVERIFY(!notice->isVisible());
}

void ConversationTest::aNumberThatChangesWhileComparedIsShownAnew() {
    open(m_talk->changed);
    m_window->chatPage()->conversation().showSafetyNumber();
    QTRY_COMPARE(find<QLabel>("safetyGroup0")->text(), QStringLiteral("04821"));
    const messaging::Person tomas = client().contacts[QStringLiteral("tomas@relay.test")].person;
    const auto changeNumber = [&](QChar digit) {
        for (messaging::Contact& contact : client().contacts) {
            if (contact.person.account == tomas.account)
                contact.safetyNumber = QString(60, digit);
        }
    };
    changeNumber(QLatin1Char('7'));
    client().hold(QStringLiteral("contactOf"));
    Q_EMIT client().identityChanged(tomas);
    // Until the new number is there, nobody can say yes to the old one.
    QVERIFY(!find<QAbstractButton>("safetyVerify")->isEnabled());
    client().release(QStringLiteral("contactOf"));
    QTRY_COMPARE(find<QLabel>("safetyGroup0")->text(), QStringLiteral("77777"));
    QVERIFY(find<QAbstractButton>("safetyVerify")->isEnabled());
    // It changes once more before the window knows: a yes to the number that was shown counts for nothing.
    changeNumber(QLatin1Char('8'));
    click("safetyVerify");
    QTRY_COMPARE(find<QLabel>("safetyGroup0")->text(), QStringLiteral("88888"));
    QVERIFY(find<QWidget>("safetyNumberDialog"));
    QVERIFY(find<Banner>("identityBanner")->isSaying());
}

void ConversationTest::noDecisionHasTheKeyboardFirst() {
    open(m_talk->main);
    m_window->chatPage()->conversation().showSafetyNumber();
    auto* dialog = find<QWidget>("safetyNumberDialog");
    QTRY_VERIFY(dialog->focusWidget());
    QCOMPARE(dialog->focusWidget()->objectName(), QStringLiteral("safetyCopy"));
    QTest::keyClick(dialog->focusWidget(), Qt::Key_Return);
    QCOMPARE(client().count(QStringLiteral("setTrustOf")), 0);
}

void ConversationTest::nothingIsReadInARequest() {
    const int before = client().count(QStringLiteral("markRead"));
    open(m_talk->request);
    QTRY_VERIFY(m_window->chatPage()->conversation().timeline().model().isLoaded());
    QCOMPARE(client().count(QStringLiteral("markRead")), before);
    open(m_talk->hebrew);
    QTRY_COMPARE(client().count(QStringLiteral("markRead")), before + 1);
}

void ConversationTest::aChangedIdentityBlocksUntilDecided_data() {
    QTest::addColumn<QByteArray>("button");
    QTest::addColumn<int>("trust");
    QTest::newRow("compared") << QByteArray("safetyVerify") << int(messaging::Trust::Verified);
    QTest::newRow("without comparing") << QByteArray("safetyGoOn") << int(messaging::Trust::Unverified);
}

void ConversationTest::aChangedIdentityBlocksUntilDecided() {
    QFETCH(QByteArray, button);
    QFETCH(int, trust);
    open(m_talk->changed);
    auto* banner = find<Banner>("identityBanner");
    QVERIFY(banner->isVisible());
    QVERIFY(banner->text().contains(QStringLiteral("safety number has changed")));
    QVERIFY(find<QLabel>("composerBlocked")->isVisible());
    QVERIFY(!edit().isVisible());
    QTest::mouseClick(banner->findChild<QAbstractButton*>(QStringLiteral("bannerAction")), Qt::LeftButton);
    QTRY_VERIFY(find<QWidget>("safetyNumberDialog"));
    click(button.constData());
    QTRY_VERIFY(edit().isVisible());
    QVERIFY(!banner->isSaying());
    QCOMPARE(client().lastArguments(QStringLiteral("setTrustOf")).value(1).toInt(), trust);
}

void ConversationTest::theSafetyNumberHasTwelveGroups() {
    open(m_talk->changed);
    QTest::keyClick(m_window.get(), Qt::Key_I, Qt::ControlModifier);
    QTRY_VERIFY(find<QWidget>("safetyNumberDialog"));
    QString number;
    for (int i = 0; i < 12; ++i) {
        const QString group = find<QLabel>(qPrintable(QStringLiteral("safetyGroup%1").arg(i)))->text();
        QCOMPARE(group.size(), 5);
        number += group;
    }
    QCOMPARE(number, client().contacts[QStringLiteral("tomas@relay.test")].safetyNumber);
}

void ConversationTest::theBannerSaysWhatTheConnectionDoes() {
    using messaging::ConnectionState;
    open(m_talk->main);
    auto* banner = find<Banner>("connectionBanner");
    QVERIFY(!banner->isSaying());
    Q_EMIT client().connectionChanged({ConnectionState::Offline, base::Reason::RelayUnreachable, 3});
    QVERIFY(banner->isSaying());
    QVERIFY(banner->text().contains(QStringLiteral("Offline")) && banner->text().contains(QLatin1Char('3')));
    Q_EMIT client().connectionChanged({ConnectionState::Connecting, {}, 0});
    QVERIFY(banner->text().contains(QStringLiteral("Connecting")));
    Q_EMIT client().connectionChanged({ConnectionState::Offline, base::Reason::AuthenticationFailed, 0});
    QVERIFY(banner->text().contains(QStringLiteral("does not let this device in")));
    QTRY_VERIFY(banner->height() >= metric::bannerHeight);
    const auto* words = banner->findChild<QLabel*>(QStringLiteral("bannerText"));
    QVERIFY(words->isVisible() && words->width() > banner->width() / 2 &&
            words->height() >= metric::bannerHeight);
    Q_EMIT client().connectionChanged({ConnectionState::Online, {}, 0});
    QVERIFY(!banner->isSaying());
    QTRY_VERIFY(!banner->isVisible());
    // A moment of connecting is not worth a word.
    Q_EMIT client().connectionChanged({ConnectionState::Connecting, {}, 0});
    QVERIFY(!banner->isSaying());
    QTRY_VERIFY(banner->isSaying());
}

void ConversationTest::aChangedRelayKeyIsADecision() {
    open(m_talk->main);
    Q_EMIT client().connectionChanged(
        {messaging::ConnectionState::Offline, base::Reason::RelayKeyChanged, 0});
    auto* banner = find<Banner>("connectionBanner");
    QTest::mouseClick(banner->findChild<QAbstractButton*>(QStringLiteral("bannerAction")), Qt::LeftButton);
    QTRY_VERIFY(find<QWidget>("relayKeyDialog"));
    QCOMPARE(client().count(QStringLiteral("acceptRelayKey")), 0);
    click("relayKeyAccept");
    QTRY_COMPARE(client().count(QStringLiteral("acceptRelayKey")), 1);
}

void ConversationTest::aNewConversationBeginsWithAnAddress() {
    QTest::keyClick(m_window.get(), Qt::Key_N, Qt::ControlModifier);
    QTRY_VERIFY(find<QWidget>("newConversationDialog"));
    auto* address = find<QLineEdit>("newAddress");
    auto* problem = find<QLabel>("newProblem");
    QVERIFY(!find<QAbstractButton>("newStart")->isEnabled());
    QTest::keyClicks(address, QStringLiteral("no one"));
    click("newStart");
    QVERIFY(problem->text().contains(QStringLiteral("small letters")));
    QCOMPARE(client().count(QStringLiteral("createDirect")), 0);
    address->clear();
    QTest::keyClicks(address, QStringLiteral("nobody"));
    QTest::keyClick(address, Qt::Key_Return);
    QTRY_VERIFY(problem->text().contains(QStringLiteral("Nobody has this address")));
    address->clear();
    // A capital is a habit of keyboards.
    QTest::keyClicks(address, QStringLiteral("Noa@relay.test"));
    QTest::keyClick(address, Qt::Key_Return);
    QTRY_COMPARE(m_window->chatPage()->conversation().conversation(), m_talk->hebrew);
    QTRY_VERIFY(!find<QWidget>("newConversationDialog"));
}

void ConversationTest::aNarrowWindowShowsOnePane() {
    open(m_talk->main);
    m_window->resize(420, 700);
    ChatPage& page = *m_window->chatPage();
    QTRY_VERIFY(page.isNarrow());
    QVERIFY(page.conversation().isVisible());
    QVERIFY(!page.list().isVisible());
    click("backButton");
    QVERIFY(page.list().isVisible());
    QVERIFY(!page.conversation().isVisible());
    page.list().setCurrent(m_talk->hebrew);
    QTest::keyClick(&page.list().view(), Qt::Key_Return);
    QVERIFY(page.conversation().isVisible());
    QTest::keyClick(m_window.get(), Qt::Key_Escape);
    QVERIFY(page.list().isVisible());
    m_window->resize(1000, 700);
    QTRY_VERIFY(!page.isNarrow());
    QVERIFY(page.list().isVisible() && page.conversation().isVisible());
    QVERIFY(!find<QAbstractButton>("backButton")->isVisible());
}

void ConversationTest::theComposerGrowsToEightLines() {
    open(m_talk->main);
    const int one = edit().height();
    edit().setPlainText(QStringLiteral("1\n2\n3\n4"));
    QTRY_VERIFY(edit().height() > 2 * one);
    edit().setPlainText(QStringLiteral("l\n").repeated(8).chopped(1));
    QTRY_VERIFY(edit().height() > 4 * one);
    const int eight = edit().height();
    edit().setPlainText(QStringLiteral("l\n").repeated(30));
    QTest::qWait(20);
    QCOMPARE(edit().height(), eight);
}

void ConversationTest::aDialogMayGoBeforeItsAnswer() {
    client().hold(QStringLiteral("createDirect"));
    m_window->chatPage()->startNewConversation();
    QTest::keyClicks(find<QLineEdit>("newAddress"), QStringLiteral("noa"));
    click("newStart");
    click("newCancel");
    QTRY_VERIFY(!find<QWidget>("newConversationDialog"));
    const auto open = m_window->chatPage()->conversation().conversation();
    client().release(QStringLiteral("createDirect"));
    QCOMPARE(m_window->chatPage()->conversation().conversation(), open);
}

void ConversationTest::everyControlHasNameTooltipAndSize() {
    for (const auto& id : {m_talk->main, m_talk->request, m_talk->changed}) {
        open(id);
        for (const QAbstractButton* button : m_window->findChildren<QAbstractButton*>()) {
            if (!button->isVisible())
                continue;
            const QByteArray what = button->objectName().toUtf8() + " " + button->metaObject()->className();
            QVERIFY2(!button->objectName().isEmpty(), what.constData());
            QVERIFY2(!button->accessibleName().isEmpty() || !button->text().isEmpty(), what.constData());
            QVERIFY2(!button->toolTip().isEmpty(), what.constData());
            QVERIFY2(button->height() >= metric::hitArea && button->width() >= metric::hitArea,
                     what.constData());
            QVERIFY2(button->focusPolicy() != Qt::NoFocus, what.constData());
        }
    }
    QVERIFY(!edit().accessibleName().isEmpty());
    // A badge is heard as well as seen.
    QVERIFY(find<QAbstractButton>("railChats")->accessibleDescription().contains(QStringLiteral("unread")));
    QCOMPARE(find<QAbstractButton>("railRequests")->accessibleDescription(), QStringLiteral("1"));
    for (const QLabel* label : m_window->findChildren<QLabel*>()) {
        if (!label->text().isEmpty())
            QCOMPARE(label->textFormat(), Qt::PlainText);
    }
}

void ConversationTest::keysMoveBetweenConversations() {
    ChatPage& page = *m_window->chatPage();
    const auto first = page.list().model().at(0).id;
    const auto second = page.list().model().at(1).id;
    open(first);
    QTest::keyClick(m_window.get(), Qt::Key_Down, Qt::AltModifier);
    QCOMPARE(page.conversation().conversation(), second);
    QTest::keyClick(m_window.get(), Qt::Key_Up, Qt::AltModifier);
    QCOMPARE(page.conversation().conversation(), first);
    QTest::keyClick(m_window.get(), Qt::Key_2, Qt::ControlModifier);
    QCOMPARE(page.list().model().rowCount(), 1);
}

RECADO_TEST(ConversationTest)
#include "ConversationTest.moc"
