#include "app/desktop/HostGate.h"
#include "app/desktop/ReadyLine.h"
#include "app/desktop/SystemAppearance.h"
#include "app/desktop/Translations.h"
#include "app/host/CoreDumps.h"
#include "app/host/TerminationSignals.h"
#include "base/Log.h"
#include "ui/common/Icons.h"
#include "ui/common/Theme.h"
#include "ui/shell/MainWindow.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QDir>
#include <QIcon>
#include <QStandardPaths>
#include <QTimer>

namespace {

/// What the window needs to settle after its first picture: banners slide, the first answers come.
constexpr int screenshotDelayMs = 500;
constexpr int windowIconSize = 128;

struct CommandLine {
    QString profile;
    QString passphraseFile;
    QString screenshot;
    QString link;
};

CommandLine parse(const QApplication& application) {
    QCommandLineParser parser;
    parser.setApplicationDescription(QStringLiteral("Recado, a private desktop chat."));
    parser.addHelpOption();
    parser.addVersionOption();
    const QCommandLineOption profile(QStringLiteral("profile"), QStringLiteral("Keep the profile in DIR."),
                                     QStringLiteral("DIR"));
    const QCommandLineOption passphrase(QStringLiteral("passphrase-file"),
                                        QStringLiteral("Unlock the profile with the first line of F."),
                                        QStringLiteral("F"));
    const QCommandLineOption screenshot(
        QStringLiteral("screenshot"),
        QStringLiteral("For developers: write a PNG of the window to FILE once it is ready, and quit."),
        QStringLiteral("FILE"));
    parser.addOptions({profile, passphrase, screenshot});
    parser.addPositionalArgument(QStringLiteral("LINK"), QStringLiteral("An invitation, recado:…"),
                                 QStringLiteral("[recado:LINK]"));
    parser.process(application);
    const QString home = QStandardPaths::writableLocation(QStandardPaths::AppDataLocation);
    return {parser.isSet(profile) ? QDir(parser.value(profile)).absolutePath() : home,
            parser.value(passphrase), parser.value(screenshot), parser.positionalArguments().value(0)};
}

void applyAppearance(recado::ui::Theme& theme) {
    const QString asked = qEnvironmentVariable("RECADO_THEME");
    if (asked == QLatin1String("light"))
        theme.setAppearance(recado::ui::Appearance::Light);
    else if (asked == QLatin1String("dark"))
        theme.setAppearance(recado::ui::Appearance::Dark);
}

} // namespace

int main(int argc, char** argv) {
    recado::host::forbidCoreDumps();
    recado::base::installLogging();
    // Our own drawing on one plain style: nothing of a desktop's style is loaded for it.
    QApplication::setStyle(QStringLiteral("Fusion"));
    QApplication application(argc, argv);
    QApplication::setApplicationName(QStringLiteral("recado"));
    QApplication::setApplicationDisplayName(QStringLiteral("Recado"));
    QApplication::setApplicationVersion(QStringLiteral(RECADO_VERSION));
    QApplication::setDesktopFileName(QStringLiteral("recado"));
    const CommandLine line = parse(application);
    recado::desktop::installTranslations(application);

    // Before the profile: a second signal while that is closed must not cut it off.
    const recado::host::TerminationSignals termination;
    recado::ui::Theme theme;
    applyAppearance(theme);
    const recado::desktop::SystemAppearance system;
    QObject::connect(&system, &recado::desktop::SystemAppearance::changed, &theme,
                     &recado::ui::Theme::setSystemDark);
    recado::desktop::HostGate gate(line.profile, line.passphraseFile);
    recado::ui::MainWindow window(gate, theme, line.profile);
    window.setRelay(line.link.isEmpty() ? qEnvironmentVariable("RECADO_RELAY_URL") : line.link);
    QObject::connect(&window, &recado::ui::MainWindow::ready, &application, [&] {
        recado::desktop::writeReadyLine();
        QApplication::setWindowIcon(recado::ui::recadoMark(windowIconSize, 1));
        if (line.screenshot.isEmpty())
            return;
        QTimer::singleShot(screenshotDelayMs, &window, [&] {
            const bool saved = window.grab().save(line.screenshot, "PNG");
            if (!saved)
                qWarning("the screenshot could not be written");
            QApplication::exit(saved ? 0 : 1);
        });
    });
    QObject::connect(&termination, &recado::host::TerminationSignals::arrived, &window, [&window] {
        window.close(); // it remembers its place; what comes after exec() ends the rest
        QApplication::exit(0);
    });
    // The window comes up while the profile opens.
    window.show();
    window.begin();
    return QApplication::exec();
}
