#include "support/Suite.h"
#include "ui/FakeGate.h"
#include "ui/SampleTalk.h"
#include "ui/Shots.h"
#include "ui/common/Theme.h"
#include "ui/conversations/ConversationPane.h"
#include "ui/shell/ChatPage.h"
#include "ui/shell/ConversationView.h"
#include "ui/shell/MainWindow.h"

#include <QApplication>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

using namespace recado;
using namespace recado::tests;

/// Draws the window in every state that matters, light and dark, wide and narrow. It asserts that pictures
/// have content; RECADO_SHOTS keeps them for a person to judge.
class ScreenshotTest final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyStateDraws_data();
    void everyStateDraws();
};

namespace {

struct Stage {
    FakeGate gate;
    ui::Theme theme;
    std::unique_ptr<SampleTalk> talk;
    std::unique_ptr<ui::MainWindow> window;

    void open(bool dark, const QSize& size) {
        theme.setAppearance(dark ? ui::Appearance::Dark : ui::Appearance::Light);
        window = std::make_unique<ui::MainWindow>(gate, theme, QString());
        window->resize(size);
        QSignalSpy ready(window.get(), &ui::MainWindow::ready);
        window->begin();
        window->show();
        // A locked profile's page is not what `ready` speaks of.
        QTRY_VERIFY(ready.count() > 0 || window->findChild<QWidget*>(QStringLiteral("unlockPage")));
    }
    void press(const char* name) const {
        QTest::mouseClick(window->findChild<QPushButton*>(QLatin1String(name)), Qt::LeftButton);
    }
    void signUp() const {
        const auto type = [this](const char* field, const QString& text) {
            window->findChild<QLineEdit*>(QLatin1String(field))->setText(text);
        };
        type("startRelay", QStringLiteral("relay.example.org"));
        type("startUsername", QStringLiteral("ana"));
        type("startPassphrase", QStringLiteral("a long passphrase"));
        type("startRepeat", QStringLiteral("a long passphrase"));
        press("startAction");
        QTRY_VERIFY(window->findChild<QWidget*>(QStringLiteral("recoveryCodePage")));
    }
    void openTalk(base::ConversationId id) { window->chatPage()->openConversation(id); }
};

using Scene = std::function<QWidget*(Stage&)>;

QWidget* topDialog(Stage& stage, const char* name) {
    return stage.window->findChild<QWidget*>(QLatin1String(name));
}

const QHash<QString, Scene>& scenes() {
    static const QHash<QString, Scene> all = {
        {QStringLiteral("talk"),
         [](Stage& s) {
             s.openTalk(s.talk->main);
             return s.window.get();
         }},
        {QStringLiteral("large"),
         [](Stage& s) {
             s.openTalk(s.talk->main);
             return s.window.get();
         }},
        {QStringLiteral("newcomer"),
         [](Stage& s) {
             s.openTalk(s.talk->main);
             QTest::keyClicks(s.window->findChild<QWidget*>(QStringLiteral("composerEdit")),
                              QStringLiteral("A thought that waits"));
             const auto id = s.gate.fake.addConversation(QStringLiteral("newcomer"));
             Q_EMIT s.gate.fake.conversationChanged(id);
             s.openTalk(id);
             QTest::qWait(100); // the list is read again
             return s.window.get();
         }},
        {QStringLiteral("unreadable"),
         [](Stage& s) {
             s.gate.fake.fail(QStringLiteral("page"), base::Reason::StorageFailed);
             s.openTalk(s.talk->hebrew);
             return s.window.get();
         }},
        {QStringLiteral("failed"),
         [](Stage& s) {
             s.openTalk(s.talk->failed);
             return s.window.get();
         }},
        {QStringLiteral("request"),
         [](Stage& s) {
             s.openTalk(s.talk->request);
             return s.window.get();
         }},
        {QStringLiteral("identity"),
         [](Stage& s) {
             s.openTalk(s.talk->changed);
             return s.window.get();
         }},
        {QStringLiteral("rtl"),
         [](Stage& s) {
             s.openTalk(s.talk->hebrew);
             return s.window.get();
         }},
        {QStringLiteral("longname"),
         [](Stage& s) {
             s.openTalk(s.talk->longName);
             return s.window.get();
         }},
        {QStringLiteral("offline"),
         [](Stage& s) {
             s.openTalk(s.talk->main);
             Q_EMIT s.gate.fake.connectionChanged(
                 {messaging::ConnectionState::Offline, base::Reason::RelayUnreachable, 2});
             Q_EMIT s.gate.fake.typingChanged(s.talk->main, {}, true);
             QTest::keyClicks(s.window->findChild<QWidget*>(QStringLiteral("composerEdit")),
                              QStringLiteral("Then at eight, and bring"));
             return s.window.get();
         }},
        {QStringLiteral("relaykey"),
         [](Stage& s) {
             Q_EMIT s.gate.fake.connectionChanged(
                 {messaging::ConnectionState::Offline, base::Reason::RelayKeyChanged, 0});
             return s.window.get();
         }},
        {QStringLiteral("safety"),
         [](Stage& s) {
             s.openTalk(s.talk->changed);
             s.window->chatPage()->conversation().showSafetyNumber();
             return topDialog(s, "safetyNumberDialog");
         }},
        {QStringLiteral("newconversation"),
         [](Stage& s) {
             s.window->chatPage()->startNewConversation();
             QWidget* dialog = topDialog(s, "newConversationDialog");
             QTest::keyClicks(dialog->findChild<QWidget*>(QStringLiteral("newAddress")),
                              QStringLiteral("nobody"));
             QTest::mouseClick(dialog->findChild<QPushButton*>(QStringLiteral("newStart")), Qt::LeftButton);
             return dialog;
         }},
    };
    return all;
}

/// More than one colour: something was drawn.
bool hasContent(const QPixmap& picture) {
    const QImage image = picture.toImage();
    const QRgb first = image.pixel(0, 0);
    for (int y = 0; y < image.height(); y += 3) {
        for (int x = 0; x < image.width(); x += 3) {
            if (image.pixel(x, y) != first)
                return true;
        }
    }
    return false;
}

} // namespace

void ScreenshotTest::everyStateDraws_data() {
    QTest::addColumn<QString>("scene");
    QTest::addColumn<bool>("dark");
    QTest::addColumn<bool>("narrow");
    QStringList names = scenes().keys();
    names << QStringLiteral("empty") << QStringLiteral("firststart") << QStringLiteral("firststart-errors")
          << QStringLiteral("unlock") << QStringLiteral("unlock-recover") << QStringLiteral("recoverycode")
          << QStringLiteral("list");
    names.sort();
    for (const QString& name : std::as_const(names)) {
        for (const bool dark : {false, true}) {
            for (const bool narrow : {false, true}) {
                const QString row = QStringLiteral("%1-%2-%3")
                                        .arg(name, dark ? QStringLiteral("dark") : QStringLiteral("light"),
                                             narrow ? QStringLiteral("narrow") : QStringLiteral("wide"));
                QTest::newRow(qPrintable(row)) << name << dark << narrow;
            }
        }
    }
}

void ScreenshotTest::everyStateDraws() {
    QFETCH(QString, scene);
    QFETCH(bool, dark);
    QFETCH(bool, narrow);
    // As on the desktop of someone who has asked for large text.
    const QFont systemFont = QApplication::font();
    if (scene == QStringLiteral("large")) {
        QFont large = systemFont;
        large.setPointSizeF(20);
        QApplication::setFont(large);
    }
    Stage stage;
    QApplication::setFont(systemFont);
    stage.gate.fake.connectionInfo.state = messaging::ConnectionState::Online;
    const bool shown = scene == QStringLiteral("recoverycode");
    const bool start = shown || scene.startsWith(QStringLiteral("firststart"));
    if (start) {
        stage.gate.state = ui::ProfileGate::State::Missing;
        stage.gate.keychain = !shown && !scene.endsWith(QStringLiteral("errors"));
        stage.gate.fake.account.reset();
    } else if (scene.startsWith(QStringLiteral("unlock"))) {
        stage.gate.state = ui::ProfileGate::State::NeedsPassphrase;
    } else if (scene != QStringLiteral("empty")) {
        stage.talk = std::make_unique<SampleTalk>(stage.gate.fake);
    }
    if (shown || scene == QStringLiteral("unlock-recover"))
        stage.gate.recoveryCode = QStringLiteral("7Q4M-0ZKD-P3XA-81RT-V5NC-H9WE-2GYB-J6SF");
    stage.open(dark, narrow ? QSize(420, 700) : QSize(1100, 720));
    QWidget* subject = stage.window.get();
    if (const Scene play = scenes().value(scene))
        subject = play(stage);
    else if (scene == QStringLiteral("firststart-errors"))
        stage.press("startAction");
    else if (scene == QStringLiteral("unlock-recover"))
        stage.press("unlockOtherWay");
    else if (shown)
        stage.signUp();
    QVERIFY(subject);
    // A banner on its way in would be caught half open.
    QTest::qWait(2 * stage.theme.motionMs());
    QVERIFY(hasContent(shoot(*subject, QString::fromLatin1(QTest::currentDataTag()))));
}

RECADO_TEST(ScreenshotTest)
#include "ScreenshotTest.moc"
