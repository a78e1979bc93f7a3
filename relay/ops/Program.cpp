#include "relay/ops/Program.h"

#include "relay/ops/ConfigKeys.h"
#include "relay/ops/Options.h"

#include <cstdio>

namespace recado::relay {

namespace {

QString helpText() {
    QString text = QStringLiteral(
        "recado-relay serve [--config FILE] [--KEY VALUE]…\n"
        "recado-relay invite [--uses N] [--expires-days N] [--KEY VALUE]…   prints a new invitation\n"
        "recado-relay users [--config FILE] [--KEY VALUE]…                  lists the accounts\n"
        "recado-relay doctor [--config FILE] [--KEY VALUE]…                 checks the installation\n"
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

int refuseLater(const QString& command) {
    complain(QStringLiteral("%1: not part of this version yet").arg(command));
    return exitUsage;
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
    for (const char* later : {"erase", "export", "backup", "bench"}) {
        if (command == QLatin1String(later))
            return refuseLater(command);
    }
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
    std::fprintf(stderr, "recado-relay: %s\n", line.toUtf8().constData());
}

void say(const QString& text) {
    std::fputs(text.toUtf8().constData(), stdout);
    std::fflush(stdout);
}

} // namespace recado::relay
