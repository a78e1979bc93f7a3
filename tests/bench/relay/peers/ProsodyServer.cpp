#include "bench/relay/peers/ProsodyServer.h"

#include "bench/relay/peers/PeerAccounts.h"
#include "bench/relay/peers/XmppLoad.h"

#include <QDir>

namespace recado::tests::load {

namespace {

QByteArray prosodyConfiguration(quint16 port, const QByteArray& directory) {
    return "run_as_root = true\n"
           "pidfile = \"" +
           directory +
           "/prosody.pid\"\n"
           "data_path = \"" +
           directory +
           "/data\"\n"
           "certificates = \"" +
           directory +
           "/data\"\n"
           "interfaces = { \"127.0.0.1\" }\n"
           "c2s_ports = { " +
           QByteArray::number(port) +
           " }\n"
           "modules_enabled = { \"posix\", \"saslauth\", \"smacks\", \"offline\", \"message\", \"presence\", "
           "\"iq\" }\n"
           "modules_disabled = { \"s2s\", \"tls\" }\n"
           "authentication = \"internal_plain\"\n"
           "storage = \"internal\"\n"
           "allow_unencrypted_plain_auth = true\n"
           "c2s_require_encryption = false\n"
           "network_settings = { tcp_backlog = 1024 }\n"
           "gc = { mode = \"generational\" }\n" // with its default it is half as fast
           "log = { error = \"" +
           directory +
           "/prosody.log\" }\n"
           "VirtualHost \"localhost\"\n";
}

} // namespace

ProsodyServer::ProsodyServer()
    : PeerServer(QStringLiteral("prosody"), QStringLiteral("prosody"), QStringLiteral("XEP-0198")) {}

PeerServer::Launch ProsodyServer::prepare(const QString& directory, int clients, QString& trouble) {
    m_clients = clients;
    const QString configuration = directory + QStringLiteral("/prosody.cfg.lua");
    const QString accounts = directory + QStringLiteral("/data/localhost/accounts/");
    bool written =
        QDir().mkpath(accounts) && writeFile(configuration, prosodyConfiguration(port(), directory.toUtf8()));
    for (int client = 0; written && client < clients; ++client) {
        const QByteArray password = QByteArray::fromStdString(peerPassword(client));
        written = writeFile(accounts + QString::fromStdString(peerUser(client)) + QStringLiteral(".dat"),
                            "return {\n\t[\"password\"] = \"" + password + "\";\n};\n");
    }
    if (!written)
        trouble = QStringLiteral("its accounts could not be written");
    return {{QStringLiteral("--config"), configuration, QStringLiteral("-F")}, {}};
}

std::unique_ptr<LoadProtocol> ProsodyServer::protocol() const {
    return std::make_unique<XmppLoad>(m_clients);
}

} // namespace recado::tests::load
