#include "relay/ops/AdminClient.h"
#include "relay/ops/AdminCommands.h"
#include "relay/ops/ConfigReader.h"
#include "relay/ops/Options.h"
#include "relay/ops/Program.h"

#include <QDateTime>
#include <QDir>
#include <QJsonArray>
#include <QProcessEnvironment>

namespace recado::relay {

namespace {

constexpr int defaultInvitationDays = 7;

QString dataDirectoryOf(const OptionValues& options) {
    const QString fallback =
        QProcessEnvironment::systemEnvironment().value(QStringLiteral("RECADO_DATA"), defaultDataDirectory());
    return options.value(QStringLiteral("data"), fallback);
}

/// Runs it and prints what is wrong; null when something was.
std::optional<QJsonObject> ask(const QString& directory, const QJsonObject& request, int& exitCode) {
    exitCode = exitFailure;
    if (!QDir(directory).exists()) {
        complain(QStringLiteral("data: no relay has ever run in %1").arg(directory));
        return std::nullopt;
    }
    const auto answer = runAdminCommand(directory, request);
    if (!answer) {
        complain(answer.error().message);
        if (answer.error().reason == base::Reason::Configuration)
            exitCode = exitUsage;
        return std::nullopt;
    }
    exitCode = exitSuccess;
    return *answer;
}

} // namespace

int runInvite(const QStringList& words) {
    const auto options = readOptions(
        words, {{QStringLiteral("data"), QStringLiteral("uses"), QStringLiteral("expires-days")}, {}});
    if (!options) {
        complain(options.error().message);
        return exitUsage;
    }
    bool usesGood = true;
    bool daysGood = true;
    const uint uses = options->value(QStringLiteral("uses"), QStringLiteral("1")).toUInt(&usesGood);
    const int days = options->value(QStringLiteral("expires-days"), QString::number(defaultInvitationDays))
                         .toInt(&daysGood);
    if (!usesGood || uses < 1) {
        complain(QStringLiteral("uses: wants a number from 1"));
        return exitUsage;
    }
    if (!daysGood || days < 1) {
        complain(QStringLiteral("expires-days: wants a number from 1"));
        return exitUsage;
    }
    int exitCode = exitSuccess;
    if (const auto answer = ask(dataDirectoryOf(*options), inviteRequest(uses, days), exitCode))
        say(answer->value(QStringLiteral("token")).toString() + QLatin1Char('\n'));
    return exitCode;
}

int runUsers(const QStringList& words) {
    const auto options = readOptions(words, {{QStringLiteral("data")}, {}});
    if (!options) {
        complain(options.error().message);
        return exitUsage;
    }
    int exitCode = exitSuccess;
    const auto answer = ask(dataDirectoryOf(*options), usersRequest(), exitCode);
    if (!answer)
        return exitCode;
    const QJsonArray users = answer->value(QStringLiteral("users")).toArray();
    for (const QJsonValue& user : users) {
        const QDateTime issued =
            QDateTime::fromMSecsSinceEpoch(user[QStringLiteral("listIssuedAtMs")].toInteger(), Qt::UTC);
        say(QStringLiteral("%1 %2 %3 %4\n")
                .arg(user[QStringLiteral("username")].toString(), -32)
                .arg(user[QStringLiteral("account")].toString())
                .arg(user[QStringLiteral("devices")].toInt())
                .arg(issued.toString(Qt::ISODate)));
    }
    return exitCode;
}

} // namespace recado::relay
