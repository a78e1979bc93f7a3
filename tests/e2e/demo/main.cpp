// The demo behind `./dev demo`: the product's main job, with real processes and without a display. Exits 1
// when any step fails.
#include "Conversation.h"
#include "Stage.h"

#include <QCommandLineParser>
#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>
#include <QImage>
#include <QProcess>

using namespace recado::tests;

namespace {

bool registerBoth(Stage& stage) {
    struct Person {
        CliProcess* cli;
        QString username;
        QString displayName;
    };
    for (const Person& person :
         {Person{&stage.ana(), QStringLiteral("ana"), QStringLiteral("Ana Souza")},
          Person{&stage.bruno(), QStringLiteral("bruno"), QStringLiteral("Bruno Lima")}}) {
        if (!person.cli->start())
            return stage.fail(QStringLiteral("recado-cli did not start"));
        const RpcAnswer answer =
            person.cli->registerAt(stage.relay().url(), person.username, person.displayName);
        if (!answer.ok())
            return stage.fail(QString::fromUtf8(answer.describe()));
        stage.note(QStringLiteral("%1 is %2").arg(person.displayName, person.cli->address()));
    }
    return stage.ana().waitOnline() && stage.bruno().waitOnline()
               ? true
               : stage.fail(QStringLiteral("not both came online"));
}

/// The real windows on the two profiles, each with the conversation that the step before left in them.
bool takePictures(Stage& stage) {
    if (stage.ana().finish() != 0 || stage.bruno().finish() != 0)
        return stage.fail(QStringLiteral("a client did not end cleanly"));
    struct Shot {
        CliProcess* person;
        const char* theme;
    };
    for (const Shot& shot : {Shot{&stage.ana(), "light"}, Shot{&stage.bruno(), "dark"}}) {
        const QString file =
            QDir(stage.output())
                .filePath(QStringLiteral("%1-%2.png")
                              .arg(stage.nameOf(*shot.person).toLower(), QLatin1String(shot.theme)));
        QFile::remove(file);
        ChildProcess window(QStringLiteral("recado"), stage.directory() + QStringLiteral("/window"));
        window.setEnvironment(QStringLiteral("QT_QPA_PLATFORM"), QStringLiteral("offscreen"));
        window.setEnvironment(QStringLiteral("RECADO_THEME"), QLatin1String(shot.theme));
        window.setArguments({QStringLiteral("--profile"), shot.person->profileDirectory(),
                             QStringLiteral("--screenshot"), file});
        if (!window.launch())
            return stage.fail(QStringLiteral("recado did not start"));
        const int exitCode = window.waitForExit(30'000);
        const QImage picture(file);
        if (exitCode != 0 || picture.width() < 600 || picture.height() < 400) {
            return stage.fail(QStringLiteral("no picture of %1's window (exit code %2): %3")
                                  .arg(stage.nameOf(*shot.person))
                                  .arg(exitCode)
                                  .arg(QString::fromUtf8(window.errorText().right(500))));
        }
        stage.note(QStringLiteral("%1 × %2 pixels in %3")
                       .arg(picture.width())
                       .arg(picture.height())
                       .arg(QFileInfo(file).fileName()));
    }
    return true;
}

} // namespace

int main(int argc, char** argv) {
    QCoreApplication application(argc, argv);
    QCommandLineParser parser;
    parser.addHelpOption();
    const QCommandLineOption output(QStringLiteral("output"), QStringLiteral("Where pictures go."),
                                    QStringLiteral("DIR"), QStringLiteral("build/demo"));
    const QCommandLineOption corpus(QStringLiteral("corpus"),
                                    QStringLiteral("Replay this file: one JSON object with text a line."),
                                    QStringLiteral("FILE"));
    parser.addOptions({output, corpus});
    parser.process(application);

    QDir().mkpath(parser.value(output));
    Stage stage(QDir(parser.value(output)).absolutePath());
    stage.step(QStringLiteral("A fresh relay"), [&] {
        if (!stage.relay().start())
            return stage.fail(QStringLiteral("recado-relay did not start"));
        stage.note(stage.relay().url());
        return true;
    });
    stage.step(QStringLiteral("Ana and Bruno register"), [&] { return registerBoth(stage); });
    stage.step(QStringLiteral("Ana writes while Bruno is offline"), [&] { return offlineFirst(stage); });
    stage.step(QStringLiteral("Both are online"), [&] { return bothWays(stage); });
    stage.step(QStringLiteral("The relay is killed in the middle"),
               [&] { return relayKilledInTheMiddle(stage); });
    if (parser.isSet(corpus)) {
        stage.step(QStringLiteral("A corpus of real messages"),
                   [&] { return replayCorpus(stage, parser.value(corpus)); });
    }
    stage.step(QStringLiteral("A last word, and both windows"),
               [&] { return bothWays(stage) && takePictures(stage); });
    return stage.failed() ? 1 : 0;
}
