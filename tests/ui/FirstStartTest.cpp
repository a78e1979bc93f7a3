#include "support/Suite.h"
#include "ui/FakeGate.h"
#include "ui/shell/ChatPage.h"
#include "ui/shell/FirstStartPage.h"
#include "ui/shell/MainWindow.h"

#include <QApplication>
#include <QClipboard>
#include <QFile>
#include <QFileDialog>
#include <QGuiApplication>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace recado;
using namespace recado::tests;
using namespace recado::ui;

/// The real window from nothing to the first conversation list, as a person goes through it.
class FirstStartTest final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup() { m_window.reset(); }

    void emptyFieldsAreNamedInPlainWords();
    void usernamesAreChecked_data();
    void usernamesAreChecked();
    void passphrasesMustBeLongAndEqual();
    void anInvitationLinkBecomesRelayAndInvite();
    void aRecoveryLinkBringsItsName();
    void aTakenNameIsSaidAtTheName();
    void anUnreachableRelayIsSaidAtTheRelay();
    void theProfileIsMadeOnlyOnce();
    void theKeychainIsOfferedWhenThereIsOne();
    void aLockedProfileAsksForItsPassphrase();
    void aProfileThatCannotBeOpenedSaysWhy();
    void theRecoveryCodeIsShownOnce();
    void anUnconfirmedRecoveryCodeIsShownAfterUnlocking();
    void aWrongPassphraseFileAsksForThePassphrase();
    void anUnusablePassphraseFileIsNamed();
    void aMangledLinkIsSaidAtOnce();
    void aRelayThatNeedsAnInvitationSaysSo();
    void lettersAfterTabGoIntoTheSecondPassphrase();
    void whatTheWindowRemembersIsItsOwnersOnly();
    void theRecoveryCodeIsSavedForItsOwnerOnly();
    void aLostPassphraseIsReplacedByTheRecoveryCode();
    void aKeychainWithoutItsKeyAsksForTheRecoveryCode();
    void aKeychainThatRefusesIsNotCalledARelay();
    void whatEnterDoes();
    void tabGoesThroughTheFormsInOrder();
    void anAppearanceForOneRunIsNotRemembered();
    void readyComesOnceForEachFirstPage_data();
    void readyComesOnceForEachFirstPage();
    void aPageThatAsksForAPassphraseIsNotReady();
    void theWindowRemembersItsSize();

private:
    void start(ProfileGate::State state);
    template <typename T>
    [[nodiscard]] T* find(const char* name) const {
        return m_window->findChild<T*>(QLatin1String(name));
    }
    void type(const char* field, const QString& text) const {
        auto* edit = find<QLineEdit>(field);
        edit->clear();
        QTest::keyClicks(edit, text);
    }
    [[nodiscard]] QString noteOf(const char* field) const {
        return find<QLabel>((QByteArray(field) + "Note").constData())->text();
    }
    void fillIn() const;
    void press() const { QTest::mouseClick(find<QPushButton>("startAction"), Qt::LeftButton); }

    std::unique_ptr<FakeGate> m_gate;
    std::unique_ptr<Theme> m_theme;
    std::unique_ptr<MainWindow> m_window;
    QString m_directory;
};

void FirstStartTest::init() {
    m_gate = std::make_unique<FakeGate>();
    m_theme = std::make_unique<Theme>();
    m_directory.clear();
}

void FirstStartTest::start(ProfileGate::State state) {
    m_gate->state = state;
    if (state == ProfileGate::State::Missing)
        m_gate->fake.account.reset();
    m_window = std::make_unique<MainWindow>(*m_gate, *m_theme, m_directory);
    m_window->begin();
    m_window->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
}

void FirstStartTest::fillIn() const {
    type("startRelay", QStringLiteral("127.0.0.1:7380"));
    type("startUsername", QStringLiteral("ana"));
    type("startPassphrase", QStringLiteral("long enough"));
    type("startRepeat", QStringLiteral("long enough"));
}

void FirstStartTest::emptyFieldsAreNamedInPlainWords() {
    start(ProfileGate::State::Missing);
    press();
    QVERIFY(noteOf("startRelay").contains(QStringLiteral("Which relay")));
    QVERIFY(noteOf("startUsername").contains(QStringLiteral("Choose")));
    QVERIFY(find<QLineEdit>("startRelay")->hasFocus());
    QVERIFY(m_gate->created.isEmpty());
    // Typing takes the reproach away.
    type("startRelay", QStringLiteral("r"));
    QVERIFY(!noteOf("startRelay").contains(QStringLiteral("Which relay")));
}

void FirstStartTest::usernamesAreChecked_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<bool>("good");
    QTest::newRow("good") << QStringLiteral("ana.b_2") << true;
    QTest::newRow("capital") << QStringLiteral("Ana") << false;
    QTest::newRow("short") << QStringLiteral("an") << false;
    QTest::newRow("long") << QString(33, QLatin1Char('a')) << false;
    QTest::newRow("accent") << QStringLiteral("josé") << false;
    QTest::newRow("address") << QStringLiteral("ana@relay") << false;
    QTest::newRow("space") << QStringLiteral("ana b") << false;
}

void FirstStartTest::usernamesAreChecked() {
    QFETCH(QString, name);
    QTEST(FirstStartPage::usernameProblem(name).isEmpty(), "good");
}

void FirstStartTest::passphrasesMustBeLongAndEqual() {
    start(ProfileGate::State::Missing);
    fillIn();
    type("startPassphrase", QStringLiteral("short"));
    press();
    QVERIFY(noteOf("startPassphrase").contains(QStringLiteral("8")));
    type("startPassphrase", QStringLiteral("long enough"));
    type("startRepeat", QStringLiteral("long enouhg"));
    press();
    QVERIFY(noteOf("startRepeat").contains(QStringLiteral("not the same")));
    QVERIFY(m_gate->created.isEmpty());
    QCOMPARE(find<QLineEdit>("startPassphrase")->echoMode(), QLineEdit::Password);
}

void FirstStartTest::anInvitationLinkBecomesRelayAndInvite() {
    start(ProfileGate::State::Missing);
    fillIn();
    type("startRelay", QStringLiteral("recado:?relay=ws%3A%2F%2F10.0.0.2%3A80&invite=code-1"));
    type("startDisplayName", QStringLiteral("Ana B."));
    press();
    QTRY_VERIFY(m_window->chatPage());
    QCOMPARE(m_gate->fake.lastArguments(QStringLiteral("registerAccount")),
             QVariantList({QStringLiteral("ws://10.0.0.2:80"), QStringLiteral("ana"),
                           QStringLiteral("Ana B."), QStringLiteral("code-1")}));
    QCOMPARE(m_gate->created.first().passphrase, QStringLiteral("long enough"));
    QCOMPARE(m_gate->fake.count(QStringLiteral("start")), 1);
}

void FirstStartTest::aRecoveryLinkBringsItsName() {
    start(ProfileGate::State::Missing);
    fillIn();
    type("startRelay", QStringLiteral("recado:?relay=ws%3A%2F%2F10.0.0.2%3A80&invite=r.code&name=bea"));
    QCOMPARE(find<QLineEdit>("startUsername")->text(), QStringLiteral("bea"));
    press();
    QTRY_VERIFY(m_window->chatPage());
    const QVariantList asked = m_gate->fake.lastArguments(QStringLiteral("registerAccount"));
    QCOMPARE(asked.at(1).toString(), QStringLiteral("bea"));
    QCOMPARE(asked.at(3).toString(), QStringLiteral("r.code"));
}

void FirstStartTest::aTakenNameIsSaidAtTheName() {
    start(ProfileGate::State::Missing);
    fillIn();
    m_gate->fake.fail(QStringLiteral("registerAccount"), base::Reason::UsernameTaken);
    press();
    QTRY_VERIFY(noteOf("startUsername").contains(QStringLiteral("taken")));
    QVERIFY(find<QLineEdit>("startUsername")->hasFocus());
    QVERIFY(!m_window->chatPage());
}

void FirstStartTest::anUnreachableRelayIsSaidAtTheRelay() {
    start(ProfileGate::State::Missing);
    fillIn();
    m_gate->fake.fail(QStringLiteral("registerAccount"), base::Reason::RelayUnreachable);
    press();
    QTRY_VERIFY(noteOf("startRelay").contains(QStringLiteral("does not answer")));
}

void FirstStartTest::theProfileIsMadeOnlyOnce() {
    start(ProfileGate::State::Missing);
    fillIn();
    m_gate->fake.fail(QStringLiteral("registerAccount"), base::Reason::UsernameTaken);
    press();
    QTRY_VERIFY(!find<QLineEdit>("startPassphrase")->isVisible());
    QVERIFY(find<QLineEdit>("startPassphrase")->text().isEmpty());
    type("startUsername", QStringLiteral("ana2"));
    QTest::keyClick(find<QLineEdit>("startUsername"), Qt::Key_Return);
    QTRY_VERIFY(m_window->chatPage());
    QCOMPARE(m_gate->created.size(), 1);
}

void FirstStartTest::theKeychainIsOfferedWhenThereIsOne() {
    m_gate->keychain = true;
    start(ProfileGate::State::Missing);
    QTRY_VERIFY(find<QRadioButton>("startKeychain")->isVisible());
    QVERIFY(find<QRadioButton>("startKeychain")->isChecked());
    QVERIFY(!find<QLineEdit>("startPassphrase")->isVisible());
    type("startRelay", QStringLiteral("relay.example.org"));
    type("startUsername", QStringLiteral("ana"));
    press();
    QTRY_COMPARE(m_gate->created.size(), 1);
    QVERIFY(m_gate->created.first().keychain);
    QVERIFY(m_gate->created.first().passphrase.isEmpty());
}

void FirstStartTest::aLockedProfileAsksForItsPassphrase() {
    start(ProfileGate::State::NeedsPassphrase);
    auto* field = find<QLineEdit>("unlockPassphrase");
    QTRY_VERIFY(field->hasFocus());
    QTest::keyClicks(field, QStringLiteral("wrong"));
    QTest::keyClick(field, Qt::Key_Return);
    QTRY_VERIFY(noteOf("unlockPassphrase").contains(QStringLiteral("does not open")));
    type("unlockPassphrase", m_gate->passphrase);
    QTest::mouseClick(find<QPushButton>("unlockAction"), Qt::LeftButton);
    QTRY_VERIFY(m_window->chatPage());
}

void FirstStartTest::aProfileThatCannotBeOpenedSaysWhy() {
    m_gate->openFailure = base::Reason::ProfileInUse;
    start(ProfileGate::State::Open);
    QTRY_VERIFY(find<QLabel>("emptyText"));
    QVERIFY(find<QLabel>("emptyText")->text().contains(QStringLiteral("Another program")));
    m_gate->openFailure.reset();
    QTest::mouseClick(find<QPushButton>("emptyAction"), Qt::LeftButton);
    QTRY_VERIFY(m_window->chatPage());
}

void FirstStartTest::theRecoveryCodeIsShownOnce() {
    m_gate->recoveryCode = QStringLiteral("AAAA-BBBB-CCCC-DDDD-EEEE-FFFF-GGGG-HHHH");
    start(ProfileGate::State::Missing);
    fillIn();
    // It is of no use before the account is there, and comes although the first attempt failed.
    m_gate->fake.fail(QStringLiteral("registerAccount"), base::Reason::UsernameTaken);
    press();
    QTRY_VERIFY(noteOf("startUsername").contains(QStringLiteral("taken")));
    QVERIFY(!find<QLabel>("recoveryGroup0"));
    press();
    QTRY_VERIFY(find<QLabel>("recoveryGroup0"));
    QVERIFY(!m_window->chatPage());
    QCOMPARE(find<QLabel>("recoveryGroup0")->text(), QStringLiteral("AAAA"));
    QCOMPARE(find<QLabel>("recoveryGroup7")->text(), QStringLiteral("HHHH"));
    QTest::mouseClick(find<QPushButton>("recoveryCopy"), Qt::LeftButton);
    QCOMPARE(QGuiApplication::clipboard()->text(), m_gate->recoveryCode);
    QTest::mouseClick(find<QPushButton>("recoveryKept"), Qt::LeftButton);
    QTRY_VERIFY(m_window->chatPage());
    QTRY_VERIFY(!find<QLabel>("recoveryGroup0"));
}

void FirstStartTest::theRecoveryCodeIsSavedForItsOwnerOnly() {
    QTemporaryDir folder;
    m_gate->recoveryCode = QStringLiteral("AAAA-BBBB");
    start(ProfileGate::State::Missing);
    fillIn();
    press();
    QTRY_VERIFY(find<QPushButton>("recoverySave"));
    QTest::mouseClick(find<QPushButton>("recoverySave"), Qt::LeftButton);
    auto* dialog = find<QFileDialog>("recoveryFileDialog");
    QVERIFY(dialog);
    const QString path = folder.filePath(QStringLiteral("code.txt"));
    Q_EMIT dialog->fileSelected(path);
    dialog->close();
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(file.readAll(), QByteArray("AAAA-BBBB\n"));
    QVERIFY(!(file.permissions() & (QFileDevice::ReadGroup | QFileDevice::ReadOther)));
    QCOMPARE(find<QLabel>("recoveryNote")->text(), QStringLiteral("Saved."));
}

void FirstStartTest::aLostPassphraseIsReplacedByTheRecoveryCode() {
    m_gate->recoveryCode = QStringLiteral("AAAA-BBBB");
    start(ProfileGate::State::NeedsPassphrase);
    QVERIFY(!find<QLineEdit>("unlockCode")->isVisible());
    QTest::mouseClick(find<QPushButton>("unlockOtherWay"), Qt::LeftButton);
    QVERIFY(find<QLineEdit>("unlockCode")->hasFocus());
    QVERIFY(!find<QLineEdit>("unlockPassphrase")->isVisible());
    type("unlockCode", QStringLiteral("AAAA-BBBC"));
    type("unlockNew", QStringLiteral("short"));
    QTest::mouseClick(find<QPushButton>("unlockAction"), Qt::LeftButton);
    QVERIFY(noteOf("unlockNew").contains(QStringLiteral("8")));
    type("unlockNew", QStringLiteral("a new passphrase"));
    type("unlockRepeat", QStringLiteral("a new passphrase"));
    QTest::mouseClick(find<QPushButton>("unlockAction"), Qt::LeftButton);
    QTRY_VERIFY(noteOf("unlockCode").contains(QStringLiteral("does not open")));
    type("unlockCode", QStringLiteral("AAAA-BBBB"));
    QTest::keyClick(find<QLineEdit>("unlockCode"), Qt::Key_Return);
    QTRY_VERIFY(m_window->chatPage());
    QCOMPARE(m_gate->passphrase, QStringLiteral("a new passphrase"));
}

void FirstStartTest::aKeychainWithoutItsKeyAsksForTheRecoveryCode() {
    m_gate->openFailure = base::Reason::ProfileLocked;
    m_gate->recoveryCode = QStringLiteral("AAAA-BBBB");
    start(ProfileGate::State::Open);
    QTRY_VERIFY(find<QLineEdit>("unlockCode"));
    QVERIFY(find<QLineEdit>("unlockCode")->isVisible());
    // The keychain may have been unlocked meanwhile.
    m_gate->openFailure.reset();
    QTest::mouseClick(find<QPushButton>("unlockOtherWay"), Qt::LeftButton);
    QTRY_VERIFY(m_window->chatPage());
}

void FirstStartTest::aKeychainThatRefusesIsNotCalledARelay() {
    m_gate->keychain = true;
    m_gate->createFailure = base::Reason::Timeout;
    start(ProfileGate::State::Missing);
    type("startRelay", QStringLiteral("relay.example.org"));
    type("startUsername", QStringLiteral("ana"));
    press();
    QTRY_VERIFY(find<QLabel>("formProblem")->text().contains(QStringLiteral("keychain")));
    QVERIFY(!noteOf("startRelay").contains(QStringLiteral("does not answer")));
}

void FirstStartTest::whatEnterDoes() {
    m_gate->recoveryCode = QStringLiteral("AAAA-BBBB");
    start(ProfileGate::State::NeedsPassphrase);
    auto* other = find<QPushButton>("unlockOtherWay");
    other->setFocus();
    QTest::keyClick(other, Qt::Key_Return);
    QVERIFY(find<QLineEdit>("unlockCode")->isVisible());
    auto* secret = find<QLineEdit>("unlockNew");
    secret->setFocus();
    QTest::keyClick(secret, Qt::Key_V, Qt::AltModifier);
    QCOMPARE(secret->echoMode(), QLineEdit::Normal);
    QTest::keyClick(secret, Qt::Key_V, Qt::AltModifier);
    QCOMPARE(secret->echoMode(), QLineEdit::Password);
    QVERIFY(secret->text().isEmpty());
}

void FirstStartTest::tabGoesThroughTheFormsInOrder() {
    const auto tabbed = [this] {
        QStringList names;
        for (int i = 0; i < 20; ++i) {
            const QString name =
                QApplication::focusWidget() ? QApplication::focusWidget()->objectName() : QString();
            if (names.contains(name))
                break;
            names << name;
            QTest::keyClick(m_window.get(), Qt::Key_Tab);
        }
        return names.join(QLatin1Char(' '));
    };
    m_gate->recoveryCode = QStringLiteral("AAAA-BBBB");
    start(ProfileGate::State::Missing);
    QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
    QCOMPARE(tabbed(), QStringLiteral("startRelay startUsername startDisplayName startPassphrase "
                                      "startRepeat startAction"));
    fillIn();
    press();
    QTRY_VERIFY(find<QWidget>("recoveryCodePage"));
    QCOMPARE(tabbed(), QStringLiteral("recoveryCopy recoverySave recoveryKept"));
    m_window.reset();
    start(ProfileGate::State::NeedsPassphrase);
    QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
    QCOMPARE(tabbed(), QStringLiteral("unlockPassphrase unlockAction unlockOtherWay"));
}

void FirstStartTest::anAppearanceForOneRunIsNotRemembered() {
    QTemporaryDir directory;
    m_directory = directory.path();
    m_theme->setAppearance(Appearance::Dark); // as RECADO_THEME does, before there is a window
    start(ProfileGate::State::Open);
    QVERIFY(m_theme->isDark());
    m_window->close();
    m_theme = std::make_unique<Theme>();
    m_window = std::make_unique<MainWindow>(*m_gate, *m_theme, m_directory);
    QCOMPARE(m_theme->appearance(), Appearance::System);
}

void FirstStartTest::readyComesOnceForEachFirstPage_data() {
    QTest::addColumn<int>("state");
    QTest::newRow("first start") << int(ProfileGate::State::Missing);
    QTest::newRow("conversations") << int(ProfileGate::State::Open);
}

void FirstStartTest::readyComesOnceForEachFirstPage() {
    QFETCH(int, state);
    m_gate->state = ProfileGate::State(state);
    m_gate->fake.addMessage(m_gate->fake.addConversation(QStringLiteral("bia")), QStringLiteral("hi"), false);
    m_window = std::make_unique<MainWindow>(*m_gate, *m_theme, QString());
    QSignalSpy ready(m_window.get(), &MainWindow::ready);
    m_window->show();
    m_window->begin();
    QTRY_COMPARE(ready.count(), 1);
    m_window->repaint();
    QTest::qWait(50);
    QCOMPARE(ready.count(), 1);
}

void FirstStartTest::aPageThatAsksForAPassphraseIsNotReady() {
    m_gate->state = ProfileGate::State::NeedsPassphrase;
    m_gate->fake.addMessage(m_gate->fake.addConversation(QStringLiteral("bia")), QStringLiteral("hi"), false);
    m_window = std::make_unique<MainWindow>(*m_gate, *m_theme, QString());
    QSignalSpy ready(m_window.get(), &MainWindow::ready);
    m_window->show();
    m_window->begin();
    QTRY_VERIFY(find<QLineEdit>("unlockPassphrase"));
    QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
    m_window->repaint();
    QCoreApplication::processEvents();
    QCOMPARE(ready.count(), 0);
    type("unlockPassphrase", m_gate->passphrase);
    QTest::keyClick(find<QLineEdit>("unlockPassphrase"), Qt::Key_Return);
    QTRY_COMPARE(ready.count(), 1);
    QVERIFY(m_window->chatPage());
}

void FirstStartTest::anUnconfirmedRecoveryCodeIsShownAfterUnlocking() {
    // The window was closed on the page that showed it, or before there was an account.
    m_gate->unconfirmedCode = QStringLiteral("AAAA-BBBB");
    start(ProfileGate::State::NeedsPassphrase);
    type("unlockPassphrase", m_gate->passphrase);
    QTest::keyClick(find<QLineEdit>("unlockPassphrase"), Qt::Key_Return);
    QTRY_VERIFY(find<QLabel>("recoveryGroup0"));
    QVERIFY(!m_window->chatPage());
    m_window->close();
    QCOMPARE(m_gate->unconfirmedCode, QStringLiteral("AAAA-BBBB"));
    m_window.reset();
    start(ProfileGate::State::Open);
    QTRY_VERIFY(find<QLabel>("recoveryGroup0"));
    QTest::mouseClick(find<QPushButton>("recoveryKept"), Qt::LeftButton);
    QTRY_VERIFY(m_window->chatPage());
    QVERIFY(m_gate->unconfirmedCode.isEmpty());
}

void FirstStartTest::aWrongPassphraseFileAsksForThePassphrase() {
    m_gate->recoveryCode = QStringLiteral("AAAA-BBBB");
    start(ProfileGate::State::WrongPassphrase);
    QTRY_VERIFY(find<QLineEdit>("unlockPassphrase"));
    QVERIFY(
        noteOf("unlockPassphrase").contains(QStringLiteral("This passphrase does not open the profile.")));
    QVERIFY(find<QLineEdit>("unlockPassphrase")->isVisible());
    type("unlockPassphrase", m_gate->passphrase);
    QTest::keyClick(find<QLineEdit>("unlockPassphrase"), Qt::Key_Return);
    QTRY_VERIFY(m_window->chatPage());
}

void FirstStartTest::anUnusablePassphraseFileIsNamed() {
    m_gate->openFailure = base::Reason::IoFailed;
    m_gate->badPassphraseFile = QStringLiteral("/somewhere/secret.txt");
    start(ProfileGate::State::Open);
    QTRY_VERIFY(find<QLabel>("emptyText"));
    QVERIFY(find<QLabel>("emptyText")->text().contains(m_gate->badPassphraseFile));
}

void FirstStartTest::aMangledLinkIsSaidAtOnce() {
    m_gate->state = ProfileGate::State::Missing;
    m_window = std::make_unique<MainWindow>(*m_gate, *m_theme, QString());
    m_window->setRelay(QStringLiteral("recado:garbage"));
    m_window->begin();
    m_window->show();
    QTRY_VERIFY(find<QLineEdit>("startRelay"));
    QVERIFY(noteOf("startRelay").contains(QStringLiteral("neither an address nor an invitation")));
}

void FirstStartTest::aRelayThatNeedsAnInvitationSaysSo() {
    start(ProfileGate::State::Missing);
    fillIn();
    m_gate->fake.fail(QStringLiteral("registerAccount"), base::Reason::InvalidInvite);
    press();
    QTRY_VERIFY(noteOf("startRelay").contains(QStringLiteral("needs an invitation. Ask somebody there")));
    type("startRelay", QStringLiteral("127.0.0.1:7380/old-code"));
    m_gate->fake.fail(QStringLiteral("registerAccount"), base::Reason::InvalidInvite);
    press();
    QTRY_VERIFY(noteOf("startRelay").contains(QStringLiteral("this one is not valid")));
}

void FirstStartTest::lettersAfterTabGoIntoTheSecondPassphrase() {
    start(ProfileGate::State::Missing);
    QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
    type("startRelay", QStringLiteral("127.0.0.1:7380"));
    type("startUsername", QStringLiteral("ana"));
    find<QLineEdit>("startPassphrase")->setFocus();
    const auto typeHere = [](const QString& text) { QTest::keyClicks(QApplication::focusWidget(), text); };
    typeHere(QStringLiteral("long enough"));
    QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab);
    typeHere(QStringLiteral("long enough"));
    QCOMPARE(find<QLineEdit>("startPassphrase")->text(), QStringLiteral("long enough"));
    QCOMPARE(find<QLineEdit>("startRepeat")->text(), QStringLiteral("long enough"));
    QCOMPARE(find<QLineEdit>("startPassphrase")->echoMode(), QLineEdit::Password);
    QTest::keyClick(QApplication::focusWidget(), Qt::Key_Return);
    QTRY_VERIFY(m_window->chatPage());
}

void FirstStartTest::whatTheWindowRemembersIsItsOwnersOnly() {
    QTemporaryDir directory;
    m_directory = directory.path();
    start(ProfileGate::State::Open);
    m_window->close();
    const auto others = QFileDevice::ReadGroup | QFileDevice::ReadOther;
    QVERIFY(QFile::exists(directory.filePath(QStringLiteral("window.ini"))));
    QVERIFY(!(QFile::permissions(directory.filePath(QStringLiteral("window.ini"))) & others));
}

void FirstStartTest::theWindowRemembersItsSize() {
    QTemporaryDir directory;
    m_directory = directory.path();
    start(ProfileGate::State::Open);
    m_window->resize(900, 600);
    Q_EMIT m_window->chatPage()->appearanceChosen(Appearance::Dark);
    m_window->close();
    m_theme = std::make_unique<Theme>();
    m_window = std::make_unique<MainWindow>(*m_gate, *m_theme, m_directory);
    QCOMPARE(m_window->size(), QSize(900, 600));
    QVERIFY(m_theme->isDark());
    m_window.reset();
}

RECADO_TEST(FirstStartTest)
#include "FirstStartTest.moc"
