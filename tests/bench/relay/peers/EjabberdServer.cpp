#include "bench/relay/peers/EjabberdServer.h"

#include "bench/relay/peers/XmppLoad.h"

#include <QDir>
#include <QFile>
#include <QRegularExpression>

namespace recado::tests::load {

namespace {

const QByteArray readyWord("the accounts are there");

QByteArray ejabberdConfiguration(quint16 port, int clients) {
    return "hosts:\n"
           "  - localhost\n"
           "loglevel: error\n"
           "auth_method: internal\n"
           "auth_password_format: plain\n"
           "auth_cache_size: " +
           QByteArray::number(qMax(1'000, 2 * clients)) +
           "\n"
           "acme:\n"
           "  auto: false\n"
           "listen:\n"
           "  -\n"
           "    port: " +
           QByteArray::number(port) +
           "\n"
           "    ip: \"127.0.0.1\"\n"
           "    module: ejabberd_c2s\n"
           "    backlog: 1024\n"
           "    shaper: none\n"
           "    access: all\n"
           "modules:\n"
           "  mod_offline:\n"
           "    access_max_user_messages: infinite_messages\n"
           "  mod_stream_mgmt:\n"
           "    max_ack_queue: infinity\n"
           "shaper_rules:\n"
           "  infinite_messages: infinity\n";
}

/// Where Debian has put ejabberd's Erlang libraries: its own start script knows.
QString ejabberdLibraries() {
    QFile script(QStringLiteral("/usr/sbin/ejabberdctl"));
    if (!script.open(QIODevice::ReadOnly))
        return {};
    static const QRegularExpression assignment(QStringLiteral("^ERL_LIBS='?([^'\\n]+)'?$"),
                                               QRegularExpression::MultilineOption);
    return assignment.match(QString::fromUtf8(script.readAll())).captured(1);
}

/// Registers the accounts inside the server itself, a tenth of a millisecond each: its command line tool
/// would take seconds for one.
QString registration(int clients) {
    return QStringLiteral("Wait = fun Again() -> case catch ejabberd_admin:status() of {ok, _} -> ok; "
                          "_ -> timer:sleep(50), Again() end end, Wait(), "
                          "lists:foreach(fun(I) -> N = integer_to_binary(I), "
                          "ok = ejabberd_auth:try_register(<<\"c\", N/binary>>, <<\"localhost\">>, "
                          "<<\"secret\", N/binary>>) end, lists:seq(0, %1)), io:format(\"%2~n\").")
        .arg(clients - 1)
        .arg(QString::fromUtf8(readyWord));
}

} // namespace

EjabberdServer::EjabberdServer()
    : PeerServer(QStringLiteral("ejabberd"), QStringLiteral("erl"), QStringLiteral("XEP-0198")) {}

PeerServer::Launch EjabberdServer::prepare(const QString& directory, int clients, QString& trouble) {
    m_clients = clients;
    const QString configuration = directory + QStringLiteral("/ejabberd.yml");
    const QString spool = directory + QStringLiteral("/spool");
    const QString libraries = ejabberdLibraries();
    if (libraries.isEmpty())
        trouble = QStringLiteral("its start script names no ERL_LIBS");
    else if (!QDir().mkpath(spool) || !writeFile(configuration, ejabberdConfiguration(port(), clients)))
        trouble = QStringLiteral("its configuration could not be written");
    // The switches and variables of ejabberdctl, its defaults.
    return {{QStringLiteral("+K"), QStringLiteral("true"), QStringLiteral("+P"), QStringLiteral("250000"),
             QStringLiteral("-noinput"), QStringLiteral("-mnesia"), QStringLiteral("dir"),
             QLatin1Char('"') + spool + QLatin1Char('"'), QStringLiteral("-ejabberd"),
             QStringLiteral("quiet"), QStringLiteral("true"), QStringLiteral("-s"),
             QStringLiteral("ejabberd"), QStringLiteral("-eval"), registration(clients)},
            {QStringLiteral("ERL_LIBS=") + libraries, QStringLiteral("ERL_MAX_PORTS=32000"),
             QStringLiteral("ERL_MAX_ETS_TABLES=1400"), QStringLiteral("ERL_CRASH_DUMP_BYTES=0"),
             QStringLiteral("EJABBERD_CONFIG_PATH=") + configuration,
             QStringLiteral("EJABBERD_LOG_PATH=") + directory + QStringLiteral("/ejabberd.log")}};
}

bool EjabberdServer::saysReady(const ChildProcess& process) const {
    return process.lines().contains(readyWord);
}

std::unique_ptr<LoadProtocol> EjabberdServer::protocol() const {
    return std::make_unique<XmppLoad>(m_clients);
}

} // namespace recado::tests::load
