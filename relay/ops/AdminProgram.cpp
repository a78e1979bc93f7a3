#include "relay/ops/AdminClient.h"
#include "relay/ops/AdminCommands.h"
#include "relay/ops/AdminWords.h"
#include "relay/ops/Program.h"

#include <QDateTime>
#include <QDir>
#include <QJsonArray>
#include <QJsonDocument>
#include <QTextStream>
#include <QUrl>

#include <unistd.h>

#include <csignal>

namespace recado::relay {

namespace {

constexpr int defaultInvitationDays = 7;
constexpr int defaultRecoveryDays = 3;
constexpr int accountPrefixDigits = 8;

void sayJson(const QJsonObject& object) {
    say(QString::fromUtf8(QJsonDocument(object).toJson(QJsonDocument::Compact)) + QLatin1Char('\n'));
}

/// Empty when it was not written down.
QString dateOf(qint64 ms) {
    return ms > 0 ? QDateTime::fromMSecsSinceEpoch(ms, Qt::UTC).toString(Qt::ISODate) : QString();
}

/// A person at a terminal types the name once more; scripts know what they do.
bool confirms(const QString& who) {
    if (isatty(STDIN_FILENO) == 0)
        return true;
    complain(
        QStringLiteral("%1 and everything that waits for this account will be gone for ever; type the same "
                       "once more to go on:")
            .arg(who));
    sigset_t interruption; // blocked in this program (main()), but whoever is asked may want to go
    sigemptyset(&interruption);
    sigaddset(&interruption, SIGINT);
    pthread_sigmask(SIG_UNBLOCK, &interruption, nullptr);
    QTextStream input(stdin);
    return input.readLine().trimmed() == who;
}

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
    QString link = QStringLiteral("recado:?relay=%1&invite=%2")
                       .arg(QString::fromLatin1(QUrl::toPercentEncoding(url)),
                            answer.value(QStringLiteral("token")).toString());
    // Only the account's own name goes with a recovery.
    if (const QString username = answer.value(QStringLiteral("username")).toString(); !username.isEmpty())
        link += QStringLiteral("&name=") + username;
    return link;
}

} // namespace

int runInvite(const QStringList& words) {
    const auto read = readAdminWords(
        words,
        {.options = {{QStringLiteral("uses"), QStringLiteral("expires-days"), QStringLiteral("recover")},
                     {QStringLiteral("json")}},
         .subjects = {}});
    if (!read) {
        complain(read.error().message);
        return exitUsage;
    }
    const QString back = QStringLiteral("recover");
    const bool recovers = read->options.contains(back);
    bool usesGood = true;
    bool daysGood = true;
    const uint uses = read->options.value(QStringLiteral("uses"), QStringLiteral("1")).toUInt(&usesGood);
    const int usualDays = recovers ? defaultRecoveryDays : defaultInvitationDays;
    const int days =
        read->options.value(QStringLiteral("expires-days"), QString::number(usualDays)).toInt(&daysGood);
    if (!usesGood || uses < 1 || (recovers && read->options.contains(QStringLiteral("uses")))) {
        complain(recovers ? QStringLiteral("uses: a recovery invitation is used once")
                          : QStringLiteral("uses: wants a number from 1"));
        return exitUsage;
    }
    if (!daysGood || days < 1) {
        complain(QStringLiteral("expires-days: wants a number from 1"));
        return exitUsage;
    }
    int exitCode = exitSuccess;
    const auto answer = ask(
        read->config,
        recovers ? inviteBackRequest(read->options.value(back), days) : inviteRequest(uses, days), exitCode);
    if (!answer)
        return exitCode;
    const QString token = answer->value(QStringLiteral("token")).toString();
    const QString link = invitationLink(read->config, *answer);
    if (read->options.contains(QStringLiteral("json"))) {
        sayJson({{QStringLiteral("token"), token},
                 {QStringLiteral("link"), link.isEmpty() ? QJsonValue() : QJsonValue(link)},
                 {QStringLiteral("expiresInDays"), days},
                 {QStringLiteral("uses"), qint64(uses)}});
        return exitCode;
    }
    // The code alone is what a script reads; people copy the link.
    say(token + QLatin1Char('\n'));
    if (!link.isEmpty())
        complain(QStringLiteral("as a link: ") + link);
    return exitCode;
}

int runUsers(const QStringList& words) {
    const auto read = readAdminWords(words, {.options = {{}, {QStringLiteral("json")}}, .subjects = {}});
    if (!read) {
        complain(read.error().message);
        return exitUsage;
    }
    int exitCode = exitSuccess;
    const auto answer = ask(read->config, usersRequest(), exitCode);
    if (!answer)
        return exitCode;
    const QJsonArray users = answer->value(QStringLiteral("users")).toArray();
    const QString name = answer->value(QStringLiteral("name")).toString();
    QJsonArray listed;
    for (const QJsonValue& user : users) {
        const QString username = user[QStringLiteral("username")].toString();
        const QString account = user[QStringLiteral("account")].toString();
        const QString created = dateOf(user[QStringLiteral("createdAtMs")].toInteger());
        listed.append(QJsonObject{
            {QStringLiteral("username"), username},
            {QStringLiteral("address"), username + QLatin1Char('@') + name},
            {QStringLiteral("accountId"), account},
            {QStringLiteral("devices"), user[QStringLiteral("devices")]},
            {QStringLiteral("listVersion"), user[QStringLiteral("listVersion")]},
            {QStringLiteral("createdAt"), created.isEmpty() ? QJsonValue() : QJsonValue(created)},
        });
        if (!read->options.contains(QStringLiteral("json")))
            say(QStringLiteral("%1 %2 %3 %4\n")
                    .arg(username, -32)
                    .arg(account.left(accountPrefixDigits))
                    .arg(user[QStringLiteral("devices")].toInt())
                    .arg(created.isEmpty() ? QStringLiteral("-") : created));
    }
    if (read->options.contains(QStringLiteral("json")))
        sayJson({{QStringLiteral("users"), listed}});
    return exitCode;
}

int runErase(const QStringList& words) {
    const OptionSyntax options{{}, {QStringLiteral("yes"), QStringLiteral("rewrite")}};
    const bool onlyRewrite = words.contains(QStringLiteral("--rewrite"));
    const auto read = readAdminWords(
        words,
        {.options = options,
         .subjects = onlyRewrite
                         ? QStringList{}
                         : QStringList{QStringLiteral("who: a username, an address or an account id")}});
    if (!read) {
        complain(read.error().message);
        return exitUsage;
    }
    const QString who = read->subjects.value(0);
    if (!onlyRewrite && !read->options.contains(QStringLiteral("yes")) && !confirms(who)) {
        complain(QStringLiteral("nothing was erased"));
        return exitFailure;
    }
    int exitCode = exitSuccess;
    const auto answer = ask(read->config, onlyRewrite ? rewriteRequest() : eraseRequest(who), exitCode);
    if (!answer)
        return exitCode;
    if (!onlyRewrite)
        say(QStringLiteral("erased %1 (account %2)\n")
                .arg(answer->value(QStringLiteral("username")).toString(),
                     answer->value(QStringLiteral("account")).toString()));
    if (!answer->value(QStringLiteral("rewritten")).toBool()) {
        complain(
            QStringLiteral("traces may remain in the database's files until `recado-relay erase --rewrite` "
                           "has gone through: %1")
                .arg(answer->value(QStringLiteral("problem")).toString()));
        return exitFailure;
    }
    return exitCode;
}

} // namespace recado::relay
