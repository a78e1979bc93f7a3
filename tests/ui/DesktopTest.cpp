#include "app/desktop/HostGate.h"
#include "app/desktop/SystemAppearance.h"
#include "support/RelayProcess.h"
#include "support/Suite.h"
#include "ui/Shots.h"
#include "ui/conversations/ConversationPane.h"
#include "ui/shell/ChatPage.h"
#include "ui/shell/ConversationView.h"
#include "ui/shell/MainWindow.h"
#include "ui/timeline/TimelineView.h"

#include <QAbstractButton>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QProcess>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace recado;
using namespace recado::tests;
using namespace recado::ui;

namespace {

/// One person at a real window with a real engine.
struct Seat {
    explicit Seat(const QString& directory)
        : gate(directory, QString())
        , window(gate, theme, directory) {}

    void show() {
        window.show();
        window.begin();
    }
    template <typename T>
    [[nodiscard]] T* find(const char* name) const {
        return window.findChild<T*>(QLatin1String(name));
    }
    void type(const char* field, const QString& text) const {
        QTest::keyClicks(find<QLineEdit>(field), text);
    }
    void unlock(const QString& passphrase) {
        show();
        QTRY_VERIFY(find<QLineEdit>("unlockPassphrase"));
        type("unlockPassphrase", passphrase);
        press("unlockAction");
    }
    void press(const char* button) const { QTest::mouseClick(find<QAbstractButton>(button), Qt::LeftButton); }
    [[nodiscard]] TimelineModel& timeline() { return window.chatPage()->conversation().timeline().model(); }
    [[nodiscard]] ConversationModel& list() { return window.chatPage()->list().model(); }

    QString recoveryCode;
    Theme theme;
    desktop::HostGate gate;
    MainWindow window;
};

constexpr int slow = 30'000; // Argon2id takes its second, twice

} // namespace

/// Two people from the first start to a conversation, each at a real window on a real engine, through a real
/// relay.
class DesktopTest final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void twoPeopleMeetAndWrite();
    void withoutASessionBusThereIsNoKeychain();
    void thePortalsAppearanceIsUnderstood();
    void theProgramSaysReadyAndTakesAPicture();
};

void DesktopTest::twoPeopleMeetAndWrite() {
    QTemporaryDir folder;
    RelayProcess relay(folder.filePath(QStringLiteral("relay")));
    QVERIFY(relay.start());
    const auto signUp = [&](Seat& seat, const QString& name) {
        seat.show();
        QTRY_VERIFY(seat.find<QLineEdit>("startRelay"));
        seat.type("startRelay", relay.url());
        seat.type("startUsername", name);
        seat.type("startPassphrase", QStringLiteral("a long passphrase"));
        seat.type("startRepeat", QStringLiteral("a long passphrase"));
        seat.press("startAction");
        QTRY_VERIFY_WITH_TIMEOUT(seat.find<QLabel>("recoveryGroup7"), slow);
        for (int i = 0; i < 8; ++i)
            seat.recoveryCode +=
                seat.find<QLabel>(qPrintable(QStringLiteral("recoveryGroup%1").arg(i)))->text();
        shoot(seat.window, QStringLiteral("desktop-recovery-") + name);
        seat.press("recoveryKept");
        QTRY_VERIFY_WITH_TIMEOUT(seat.window.chatPage(), slow);
    };
    auto ana = std::make_unique<Seat>(folder.filePath(QStringLiteral("ana")));
    signUp(*ana, QStringLiteral("ana"));
    Seat bia(folder.filePath(QStringLiteral("bia")));
    signUp(bia, QStringLiteral("bia"));

    ana->window.chatPage()->startNewConversation();
    QTRY_VERIFY(ana->find<QLineEdit>("newAddress"));
    ana->type("newAddress", QStringLiteral("bia"));
    ana->press("newStart");
    QTRY_VERIFY_WITH_TIMEOUT(!ana->window.chatPage()->conversation().conversation().isNull(), slow);
    QTest::keyClicks(ana->find<QPlainTextEdit>("composerEdit"), QStringLiteral("Hello Bia"));
    QTest::keyClick(ana->find<QPlainTextEdit>("composerEdit"), Qt::Key_Return);

    QTRY_COMPARE_WITH_TIMEOUT(bia.list().requestCount(), 1, slow);
    bia.window.chatPage()->openConversation(bia.list().at(0).id);
    QTRY_COMPARE(bia.timeline().count(), 1);
    QCOMPARE(bia.timeline().at(0).text, QStringLiteral("Hello Bia"));
    bia.press("requestAccept");
    QTRY_VERIFY_WITH_TIMEOUT(bia.find<QPlainTextEdit>("composerEdit")->isVisible(), slow);
    QTest::keyClicks(bia.find<QPlainTextEdit>("composerEdit"), QStringLiteral("Hello Ana"));
    QTest::keyClick(bia.find<QPlainTextEdit>("composerEdit"), Qt::Key_Return);
    QTRY_COMPARE_WITH_TIMEOUT(ana->timeline().count(), 2, slow);
    QTRY_VERIFY_WITH_TIMEOUT(bia.timeline().at(1).status >= messaging::MessageStatus::Sent, slow);
    shoot(ana->window, QStringLiteral("desktop-ana"));
    shoot(bia.window, QStringLiteral("desktop-bia"));

    // Ana starts again: the profile is locked, and opens with its passphrase to the same conversation.
    const QString code = ana->recoveryCode;
    ana.reset();
    {
        Seat again(folder.filePath(QStringLiteral("ana")));
        again.unlock(QStringLiteral("a long passphrase"));
        QTRY_VERIFY_WITH_TIMEOUT(again.window.chatPage(), slow);
        QTRY_COMPARE_WITH_TIMEOUT(again.timeline().count(), 2, slow);
    }
    // She forgets it: the recovery code opens the profile, and a new passphrase from then on.
    {
        Seat forgetful(folder.filePath(QStringLiteral("ana")));
        forgetful.unlock(QStringLiteral("not the one"));
        QTRY_VERIFY_WITH_TIMEOUT(
            forgetful.find<QLabel>("unlockPassphraseNote")->text().contains(QStringLiteral("does not open")),
            slow);
        forgetful.press("unlockOtherWay");
        forgetful.type("unlockCode", code.toLower());
        forgetful.type("unlockNew", QStringLiteral("another passphrase"));
        forgetful.type("unlockRepeat", QStringLiteral("another passphrase"));
        forgetful.press("unlockAction");
        QTRY_VERIFY_WITH_TIMEOUT(forgetful.window.chatPage(), slow);
        QTRY_COMPARE_WITH_TIMEOUT(forgetful.timeline().count(), 2, slow);
    }
    Seat restored(folder.filePath(QStringLiteral("ana")));
    restored.unlock(QStringLiteral("another passphrase"));
    QTRY_VERIFY_WITH_TIMEOUT(restored.window.chatPage(), slow);
}

void DesktopTest::withoutASessionBusThereIsNoKeychain() {
    QTemporaryDir folder;
    qputenv("DBUS_SESSION_BUS_ADDRESS", "disabled:");
    desktop::HostGate gate(folder.path(), QString());
    const QFuture<bool> answer = gate.hasKeychain();
    QTRY_VERIFY(answer.isFinished());
    QCOMPARE(answer.result(), false);
}

void DesktopTest::thePortalsAppearanceIsUnderstood() {
    using desktop::SystemAppearance;
    QCOMPARE(SystemAppearance::isDark(1U), std::optional(true));
    QCOMPARE(SystemAppearance::isDark(2U), std::optional(false));
    QCOMPARE(SystemAppearance::isDark(0U), std::optional<bool>());
    QCOMPARE(SystemAppearance::isDark({}), std::optional<bool>());
    const QVariant wrapped = QVariant::fromValue(QDBusVariant(QVariant::fromValue(QDBusVariant(1U))));
    QCOMPARE(SystemAppearance::isDark(wrapped), std::optional(true));
}

void DesktopTest::theProgramSaysReadyAndTakesAPicture() {
    QTemporaryDir folder;
    const QString picture = folder.filePath(QStringLiteral("window.png"));
    QProcess program;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("RECADO_READY_FD"), QStringLiteral("1"));
    environment.insert(QStringLiteral("RECADO_THEME"), QStringLiteral("dark"));
    environment.insert(QStringLiteral("RECADO_RELAY_URL"), QStringLiteral("ws://127.0.0.1:1"));
    program.setProcessEnvironment(environment);
    program.start(QStringLiteral(RECADO_PROGRAMS "/recado"),
                  {QStringLiteral("--profile"), folder.filePath(QStringLiteral("new")),
                   QStringLiteral("--screenshot"), picture});
    QVERIFY(program.waitForFinished(slow));
    QCOMPARE(program.exitCode(), 0);
    QCOMPARE(program.readAllStandardOutput(), QByteArray("ready\n"));
    const QImage image(picture);
    QVERIFY(!image.isNull());
    QCOMPARE(image.pixelColor(2, 2), QColor(0x15161A));
    // Looking at the first start makes no profile.
    QVERIFY(!QFileInfo::exists(folder.filePath(QStringLiteral("new"))));
}

RECADO_TEST(DesktopTest)
#include "DesktopTest.moc"
