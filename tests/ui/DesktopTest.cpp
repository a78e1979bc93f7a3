#include "app/desktop/HostGate.h"
#include "app/desktop/SystemAppearance.h"
#include "storage/ProfileDirectory.h"
#include "storage/ProfileKey.h"
#include "support/RelayProcess.h"
#include "support/Suite.h"
#include "ui/Shots.h"
#include "ui/conversations/ConversationPane.h"
#include "ui/shell/ChatPage.h"
#include "ui/shell/ConversationView.h"
#include "ui/shell/MainWindow.h"
#include "ui/timeline/TimelineView.h"

#include <QAbstractButton>
#include <QDir>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QProcess>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>

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

/// A profile with the cheapest passphrase there is.
void makeLockedProfile(const QString& directory) {
    storage::ProtectionRequest request;
    request.protection = storage::KeyProtection::Passphrase;
    request.passphrase = base::SecretBytes::copyOf("correct horse");
    request.cost = {.passes = 1, .memoryBytes = 8 * 1'024 * 1'024};
    QVERIFY(storage::ProfileKey::create(directory, request).ok());
}

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
    void anUnseenRecoveryCodeComesAtTheNextStart();
    void aProfileInUseIsSaidBeforeItsPassphraseIsAsked();
    void passphraseFilesThatDoNotOpenAreToldApart();
    void aTerminationSignalEndsTheProgramCleanly_data();
    void aTerminationSignalEndsTheProgramCleanly();
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

void DesktopTest::anUnseenRecoveryCodeComesAtTheNextStart() {
    QTemporaryDir folder;
    const QString profile = folder.filePath(QStringLiteral("ana"));
    const QString passphrase = QStringLiteral("a long passphrase");
    {
        Seat first(profile);
        first.show();
        QTRY_VERIFY(first.find<QLineEdit>("startRelay"));
        first.type("startRelay", QStringLiteral("ws://127.0.0.1:1")); // nobody listens there
        first.type("startUsername", QStringLiteral("ana"));
        first.type("startPassphrase", passphrase);
        first.type("startRepeat", passphrase);
        first.press("startAction");
        QTRY_VERIFY_WITH_TIMEOUT(
            first.find<QLabel>("startRelayNote")->text().contains(QStringLiteral("does not answer")), slow);
        QVERIFY(first.window.close());
    }
    RelayProcess relay(folder.filePath(QStringLiteral("relay")));
    QVERIFY(relay.start());
    {
        Seat second(profile);
        second.unlock(passphrase);
        QTRY_VERIFY_WITH_TIMEOUT(second.find<QLineEdit>("startRelay"), slow);
        second.type("startRelay", relay.url());
        second.type("startUsername", QStringLiteral("ana"));
        second.press("startAction");
        QTRY_VERIFY_WITH_TIMEOUT(second.find<QLabel>("recoveryGroup7"), slow);
        QVERIFY(!second.window.chatPage());
        QVERIFY(second.window.close()); // Alt+F4 on the page that shows it
    }
    QString code;
    {
        Seat third(profile);
        third.unlock(passphrase);
        QTRY_VERIFY_WITH_TIMEOUT(third.find<QLabel>("recoveryGroup7"), slow);
        QStringList groups;
        for (int i = 0; i < 8; ++i)
            groups << third.find<QLabel>(qPrintable(QStringLiteral("recoveryGroup%1").arg(i)))->text();
        code = groups.join(QLatin1Char('-'));
        third.press("recoveryKept");
        QTRY_VERIFY(third.window.chatPage());
    }
    Seat fourth(profile);
    fourth.unlock(passphrase);
    QTRY_VERIFY_WITH_TIMEOUT(fourth.window.chatPage(), slow);
    QVERIFY(!fourth.find<QLabel>("recoveryGroup7"));
    storage::Credentials credentials;
    credentials.recoveryCode = code;
    QVERIFY(storage::ProfileKey::unlock(profile, credentials).ok());
}

void DesktopTest::aProfileInUseIsSaidBeforeItsPassphraseIsAsked() {
    QTemporaryDir folder;
    makeLockedProfile(folder.path());
    Seat first(folder.path());
    first.show();
    QTRY_VERIFY(first.find<QLineEdit>("unlockPassphrase"));
    Seat second(folder.path());
    second.show();
    QTRY_VERIFY(second.find<QLabel>("emptyText"));
    QVERIFY(second.find<QLabel>("emptyText")->text().contains(QStringLiteral("Another program")));
    QVERIFY(!second.find<QLineEdit>("unlockPassphrase"));
    // Typing a wrong one does not give the profile away.
    first.type("unlockPassphrase", QStringLiteral("not the one"));
    first.press("unlockAction");
    QTRY_VERIFY_WITH_TIMEOUT(
        first.find<QLabel>("unlockPassphraseNote")->text().contains(QStringLiteral("does not open")), slow);
    QCOMPARE(storage::ProfileDirectory::claim(folder.path()).error().reason, base::Reason::ProfileInUse);
}

void DesktopTest::passphraseFilesThatDoNotOpenAreToldApart() {
    QTemporaryDir folder;
    const QString profile = folder.filePath(QStringLiteral("ana"));
    QVERIFY(QDir().mkpath(profile));
    makeLockedProfile(profile);
    QFile wrong(folder.filePath(QStringLiteral("wrong.txt")));
    QVERIFY(wrong.open(QIODevice::WriteOnly) && wrong.write("not the one\n") > 0);
    wrong.close();
    {
        desktop::HostGate gate(profile, wrong.fileName());
        const auto opened = gate.open();
        QTRY_VERIFY_WITH_TIMEOUT(opened.isFinished(), slow);
        QVERIFY(opened.result().ok());
        QCOMPARE(opened.result().value(), ProfileGate::State::WrongPassphrase);
    }
    const QString missing = folder.filePath(QStringLiteral("missing.txt"));
    desktop::HostGate gate(profile, missing);
    const auto opened = gate.open();
    QTRY_VERIFY_WITH_TIMEOUT(opened.isFinished(), slow);
    QVERIFY(!opened.result().ok());
    QCOMPARE(gate.unusablePassphraseFile(), missing);
}

void DesktopTest::aTerminationSignalEndsTheProgramCleanly_data() {
    QTest::addColumn<int>("signal");
    QTest::newRow("SIGTERM") << SIGTERM;
    QTest::newRow("SIGINT") << SIGINT;
}

void DesktopTest::aTerminationSignalEndsTheProgramCleanly() {
    QFETCH(int, signal);
    QTemporaryDir profile;
    QProcess program;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("RECADO_READY_FD"), QStringLiteral("1"));
    program.setProcessEnvironment(environment);
    program.start(QStringLiteral(RECADO_PROGRAMS "/recado"), {QStringLiteral("--profile"), profile.path()});
    QByteArray output;
    QTRY_VERIFY_WITH_TIMEOUT((output += program.readAllStandardOutput()).contains("ready"), slow);
    QCOMPARE(::kill(pid_t(program.processId()), signal), 0);
    QVERIFY(program.waitForFinished(slow));
    QCOMPARE(program.exitStatus(), QProcess::NormalExit);
    QCOMPARE(program.exitCode(), 0);
    QVERIFY(QFile::exists(profile.filePath(QStringLiteral("window.ini"))));
}

RECADO_TEST(DesktopTest)
#include "DesktopTest.moc"
