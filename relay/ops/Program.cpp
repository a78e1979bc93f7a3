#include "relay/ops/Program.h"

#include "base/Log.h"
#include "relay/ops/ConfigKeys.h"
#include "relay/ops/Options.h"

#include <cstdio>

namespace recado::relay {

namespace {

QString helpText() {
    QString text = QStringLiteral(
        "recado-relay serve [--config FILE] [--KEY VALUE]…\n"
        "recado-relay invite [--uses N] [--expires-days N] [--KEY VALUE]…   prints a new invitation\n"
        "recado-relay invite --recover USERNAME [--expires-days N]          gives an account back whose "
        "devices "
        "are lost\n"
        "recado-relay users [--json] [--KEY VALUE]…                         lists the accounts\n"
        "recado-relay erase WHO [--yes] [--KEY VALUE]…                      deletes an account without a "
        "trace\n"
        "recado-relay export WHO [--output FILE] [--KEY VALUE]…             what is kept about an account, "
        "as "
        "JSON\n"
        "recado-relay backup TARGET [--without-key] [--KEY VALUE]…          a verified copy, while the relay "
        "runs\n"
        "recado-relay restore BACKUP --data NEW-DIRECTORY [--key FILE]      a relay from a backup\n"
        "recado-relay doctor [--json] [--url URL] [--KEY VALUE]…            checks the installation\n"
        "recado-relay bench [--KEY VALUE]…                                  how fast this disk and a mailbox "
        "store on it are\n"
        "recado-relay --version | --help\n"
        "\n"
        "Every key is also an environment variable (RECADO_…, upper case, underscores) and, as `key = "
        "value`,\n"
        "a line of the config file. An option beats the environment, which beats the file.\n"
        "\n");
    for (const ConfigKey& key : configKeys())
        text += QStringLiteral("  %1 %2\n").arg(key.name, -28).arg(key.help);
    return text;
}

} // namespace

int runProgram(const QStringList& words) {
    const QString command = words.value(0);
    const QStringList options = words.mid(1);
    if (asksForHelp(words)) {
        say(helpText());
        return exitSuccess;
    }
    if (command == QStringLiteral("serve"))
        return runServe(options);
    if (command == QStringLiteral("invite"))
        return runInvite(options);
    if (command == QStringLiteral("users"))
        return runUsers(options);
    if (command == QStringLiteral("doctor"))
        return runDoctor(options);
    if (command == QStringLiteral("erase"))
        return runErase(options);
    if (command == QStringLiteral("export"))
        return runExport(options);
    if (command == QStringLiteral("backup"))
        return runBackup(options);
    if (command == QStringLiteral("restore"))
        return runRestore(options);
    if (command == QStringLiteral("bench"))
        return runBench(options);
    if (command == QStringLiteral("--version")) {
        say(QStringLiteral("recado-relay " RECADO_VERSION "\n"));
        return exitSuccess;
    }
    complain(command.isEmpty() ? QStringLiteral("a subcommand is missing; see recado-relay --help")
                               : QStringLiteral("%1: no such subcommand").arg(command));
    return exitUsage;
}

void complain(const QString& text) {
    QString line = text;
    line.replace(QLatin1Char('\n'), QLatin1Char(' '));
    // Whoever reads the log by machine gets nothing else.
    if (base::logFormat() == base::LogFormat::Json)
        base::logAlways("recado.relay", line);
    else
        std::fprintf(stderr, "recado-relay: %s\n", line.toUtf8().constData());
}

void say(const QString& text) {
    std::fputs(text.toUtf8().constData(), stdout);
    std::fflush(stdout);
}

} // namespace recado::relay
