#include "relay/ops/AdminClient.h"
#include "relay/ops/AdminCommands.h"
#include "relay/ops/ConfigReader.h"
#include "relay/ops/Options.h"
#include "relay/ops/Program.h"

#include <QDateTime>
#include <QDir>
#include <QJsonArray>
#include <QUrl>

namespace recado::relay {

namespace {

constexpr int defaultInvitationDays = 7;

/// Runs it and prints what is wrong; null when something was.
std::optional<QJsonObject> ask(const RelayConfig& config, const QJsonObject& request, int& exitCode) {
    exitCode = exitFailure;
    if (!QDir(config.dataDirectory).exists()) {
        complain(QStringLiteral("data: no relay has ever run in %1").arg(config.dataDirectory));
        return std::nullopt;
    }
    const auto answer = runAdminCommand(config.dataDirectory, request);
    if (!answer) {
        complain(answer.error().message);
        if (answer.error().reason == base::Reason::Configuration)
            exitCode = exitUsage;
        return std::nullopt;
    }
    exitCode = exitSuccess;
    return *answer;
}

/// The link that opens the client with everything filled in; empty while nobody knows where the relay is
/// found: it does not run, and its port is the system's choice.
QString invitationLink(const RelayConfig& config, const QJsonObject& answer) {
    QString url = answer.value(QStringLiteral("url")).toString();
    const QString name = answer.value(QStringLiteral("name")).toString();
    const bool known = config.behindProxy ? !name.isEmpty() : config.gateway.port != 0;
    if (url.isEmpty() && known)
        url = clientUrl(config, config.gateway.port, name);
    if (url.isEmpty())
        return {};
    return QStringLiteral("recado:?relay=%1&invite=%2")
        .arg(QString::fromLatin1(QUrl::toPercentEncoding(url)),
             answer.value(QStringLiteral("token")).toString());
}

} // namespace

int runInvite(const QStringList& words) {
    QStringList rest = words;
    const auto options = takeOptions(rest, {QStringLiteral("uses"), QStringLiteral("expires-days")});
    if (!options) {
        complain(options.error().message);
        return exitUsage;
    }
    const auto config = readConfig(rest, QProcessEnvironment::systemEnvironment());
    if (!config) {
        complain(config.error().message);
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
    const auto answer = ask(*config, inviteRequest(uses, days), exitCode);
    if (!answer)
        return exitCode;
    // The code alone is what a script reads; people copy the link.
    say(answer->value(QStringLiteral("token")).toString() + QLatin1Char('\n'));
    if (const QString link = invitationLink(*config, *answer); !link.isEmpty())
        complain(QStringLiteral("as a link: ") + link);
    return exitCode;
}

int runUsers(const QStringList& words) {
    const auto config = readConfig(words, QProcessEnvironment::systemEnvironment());
    if (!config) {
        complain(config.error().message);
        return exitUsage;
    }
    int exitCode = exitSuccess;
    const auto answer = ask(*config, usersRequest(), exitCode);
    if (!answer)
        return exitCode;
    const QJsonArray users = answer->value(QStringLiteral("users")).toArray();
    for (const QJsonValue& user : users) {
        const qint64 createdAtMs = user[QStringLiteral("createdAtMs")].toInteger();
        const QString created = QDateTime::fromMSecsSinceEpoch(createdAtMs, Qt::UTC).toString(Qt::ISODate);
        say(QStringLiteral("%1 %2 %3 %4\n")
                .arg(user[QStringLiteral("username")].toString(), -32)
                .arg(user[QStringLiteral("account")].toString())
                .arg(user[QStringLiteral("devices")].toInt())
                .arg(createdAtMs > 0 ? created : QStringLiteral("-")));
    }
    return exitCode;
}

} // namespace recado::relay
