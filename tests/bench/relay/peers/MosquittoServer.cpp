#include "bench/relay/peers/MosquittoServer.h"

#include "bench/relay/peers/MqttLoad.h"
#include "bench/relay/peers/PeerAccounts.h"

#include <QProcess>

#include <pwd.h>
#include <unistd.h>

namespace recado::tests::load {

namespace {

QByteArray mosquittoConfiguration(quint16 port, const QByteArray& directory) {
    // As root it would change to a user who may not read this directory.
    const passwd* me = getpwuid(geteuid());
    const QByteArray user = me ? QByteArray(me->pw_name) : QByteArray("root");
    return "listener " + QByteArray::number(port) +
           " 127.0.0.1\n"
           "allow_anonymous false\n"
           "password_file " +
           directory +
           "/passwords\n"
           "persistence true\n"
           "persistence_location " +
           directory +
           "/\n"
           "max_inflight_messages 0\n"
           "max_queued_messages 0\n"
           "set_tcp_nodelay true\n"
           "user " +
           user +
           "\n"
           "log_dest stderr\n"
           "log_type error\n";
}

/// mosquitto_passwd turns the plain passwords of a whole file into the hashes that the server reads.
bool hashPasswords(const QString& path) {
    QProcess tool;
    tool.start(QStringLiteral("/usr/bin/mosquitto_passwd"), {QStringLiteral("-U"), path});
    return tool.waitForFinished(60'000) && tool.exitStatus() == QProcess::NormalExit && tool.exitCode() == 0;
}

} // namespace

MosquittoServer::MosquittoServer()
    : PeerServer(QStringLiteral("mosquitto"), QStringLiteral("mosquitto"), QStringLiteral("QoS 1")) {}

PeerServer::Launch MosquittoServer::prepare(const QString& directory, int clients, QString& trouble) {
    m_clients = clients;
    QByteArray accounts;
    for (int client = 0; client < clients; ++client)
        accounts += QByteArray::fromStdString(peerUser(client) + ':' + peerPassword(client) + '\n');
    const QString passwords = directory + QStringLiteral("/passwords");
    const QString configuration = directory + QStringLiteral("/mosquitto.conf");
    if (!writeFile(passwords, accounts) || !hashPasswords(passwords) ||
        !writeFile(configuration, mosquittoConfiguration(port(), directory.toUtf8())))
        trouble = QStringLiteral("its password file could not be made");
    return {{QStringLiteral("-c"), configuration}, {}};
}

std::unique_ptr<LoadProtocol> MosquittoServer::protocol() const {
    return std::make_unique<MqttLoad>(m_clients);
}

} // namespace recado::tests::load
