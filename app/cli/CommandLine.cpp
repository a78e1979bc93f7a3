#include "app/cli/CommandLine.h"

#include "app/cli/JsonRpc.h"

#include <QCommandLineParser>

#include <array>

namespace recado::cli {

namespace {

constexpr int largestListing = 500;

struct CommandRow {
    QLatin1String name;
    int arguments;
};

constexpr std::array commandRows{
    CommandRow{QLatin1String("rpc"), 0},    CommandRow{QLatin1String("register"), 2},
    CommandRow{QLatin1String("send"), 2},   CommandRow{QLatin1String("messages"), 1},
    CommandRow{QLatin1String("chats"), 0},  CommandRow{QLatin1String("whoami"), 0},
    CommandRow{QLatin1String("listen"), 0},
};

QString helpText() {
    return QStringLiteral(
        "recado-cli: Recado without a window.\n"
        "\n"
        "Usage: recado-cli --profile DIR [--passphrase-file F] COMMAND [--json]\n"
        "\n"
        "  register URL NAME   Make an account at a relay (--invite CODE, --display-name NAME)\n"
        "                      With a recovery invitation as CODE: get the account NAME back\n"
        "  send TO TEXT        Send a text to an address, a username or a chat id\n"
        "  messages CHAT       Show the latest messages of a chat id or address (--limit N)\n"
        "  chats               Show all chats\n"
        "  whoami              Show this profile's address and its connection\n"
        "  listen              Show what happens until interrupted\n"
        "  rpc                 JSON-RPC 2.0, one object a line, on standard input and output\n"
        "\n"
        "  --profile DIR         The local data directory, made when missing\n"
        "  --passphrase-file F   The profile is locked with the first line of this file; without it, its "
        "key\n"
        "                        is guarded by the system's keychain or, where there is none, kept in a "
        "file\n"
        "                        that only its owner can read\n"
        "  --json                JSON instead of text; what went wrong is {\"error\": {\"code\", "
        "\"message\", \"data\"}}\n"
        "  --version, --help\n"
        "\n"
        "RECADO_CA_FILE (or SSL_CERT_FILE) names a PEM file with further authorities that may vouch for a "
        "wss relay.\n"
        "Exit codes: 0 done, 1 failed (the reason is on standard error), 2 wrong usage.\n");
}

Farewell badUsage(const QString& why, bool json) {
    return {QStringLiteral("recado-cli: %1; see recado-cli --help\n").arg(why), 2,
            json ? jsonLine(failureJson(invalidRequest(why))) : QByteArray()};
}

const CommandRow* findCommandRow(const QString& name) {
    for (const CommandRow& row : commandRows) {
        if (row.name == name)
            return &row;
    }
    return nullptr;
}

/// What is wrong with the command and its options; empty when nothing is.
QString usageFault(const Invocation& invocation, const QCommandLineParser& parser) {
    const CommandRow* const row = findCommandRow(invocation.command);
    if (invocation.command.isEmpty())
        return QStringLiteral("no command is given");
    if (!row)
        return QStringLiteral("there is no command '%1'").arg(invocation.command);
    if (invocation.arguments.size() != row->arguments)
        return QStringLiteral("'%1' takes %2 arguments").arg(invocation.command).arg(row->arguments);
    if (invocation.profile.isEmpty())
        return QStringLiteral("--profile is missing");
    const bool registers = row->name == QLatin1String("register");
    if (!registers &&
        (parser.isSet(QStringLiteral("invite")) || parser.isSet(QStringLiteral("display-name"))))
        return QStringLiteral("--invite and --display-name belong to 'register'");
    if (row->name != QLatin1String("messages") && parser.isSet(QStringLiteral("limit")))
        return QStringLiteral("--limit belongs to 'messages'");
    if (invocation.limit < 1 || invocation.limit > largestListing)
        return QStringLiteral("--limit must be a number from 1 to %1").arg(largestListing);
    return {};
}

} // namespace

std::variant<Invocation, Farewell> readCommandLine(const QStringList& arguments) {
    QCommandLineParser parser;
    const QString value = QStringLiteral("value");
    parser.addOptions({{QStringLiteral("profile"), {}, value},
                       {QStringLiteral("passphrase-file"), {}, value},
                       {QStringLiteral("invite"), {}, value},
                       {QStringLiteral("display-name"), {}, value},
                       {QStringLiteral("limit"), {}, value, QStringLiteral("50")},
                       QCommandLineOption(QStringLiteral("json")),
                       QCommandLineOption(QStringLiteral("version")),
                       QCommandLineOption(QStringList{QStringLiteral("h"), QStringLiteral("help")})});
    if (!parser.parse(arguments)) {
        const QString why = parser.errorText();
        return badUsage(why.endsWith(QLatin1Char('.')) ? why.chopped(1) : why,
                        arguments.contains(QStringLiteral("--json")));
    }
    if (parser.isSet(QStringLiteral("help")))
        return Farewell{helpText(), 0};
    if (parser.isSet(QStringLiteral("version")))
        return Farewell{QStringLiteral("recado-cli %1\n").arg(QLatin1String(RECADO_VERSION)), 0};

    Invocation invocation;
    invocation.arguments = parser.positionalArguments();
    if (!invocation.arguments.isEmpty())
        invocation.command = invocation.arguments.takeFirst();
    invocation.profile = parser.value(QStringLiteral("profile"));
    invocation.passphraseFile = parser.value(QStringLiteral("passphrase-file"));
    invocation.invite = parser.value(QStringLiteral("invite"));
    invocation.displayName = parser.value(QStringLiteral("display-name"));
    invocation.limit = parser.value(QStringLiteral("limit")).toInt();
    invocation.json = parser.isSet(QStringLiteral("json"));
    const QString fault = usageFault(invocation, parser);
    if (!fault.isEmpty())
        return badUsage(fault, invocation.json);
    return invocation;
}

} // namespace recado::cli
