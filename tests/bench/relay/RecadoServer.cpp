#include "bench/relay/RecadoServer.h"

#include "bench/relay/RecadoLoad.h"
#include "bench/relay/SelfSigned.h"

#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QTcpSocket>
#include <QUrl>

namespace recado::tests::load {

namespace {

bool copyTree(const QString& from, const QString& to) {
    const QDir source(from);
    if (!QDir().mkpath(to))
        return false;
    // The relay insists on a directory that is its owner's alone.
    QFile::setPermissions(to, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    QDirIterator entries(from, QDir::Files, QDirIterator::Subdirectories);
    while (entries.hasNext()) {
        const QString file = entries.next();
        const QString target = to + QLatin1Char('/') + source.relativeFilePath(file);
        if (!QDir().mkpath(QFileInfo(target).path()) || !QFile::copy(file, target))
            return false;
    }
    return true;
}

} // namespace

SeededAccounts SeededAccounts::make(const QString& directory, int count) {
    SeededAccounts accounts;
    accounts.dataDirectory = directory + QStringLiteral("/seed");
    accounts.devices =
        std::make_shared<const std::vector<SeededDevice>>(seedRelay(accounts.dataDirectory, count));
    return accounts;
}

QString RecadoServer::start(const QString& directory, int clients) {
    m_relay = std::make_unique<RelayProcess>(directory);
    if (std::size_t(clients) > m_accounts.devices->size())
        return QStringLiteral("too few accounts");
    if (!copyTree(m_accounts.dataDirectory, m_relay->dataDirectory()))
        return QStringLiteral("the accounts could not be copied");
    m_relay->enableAdmin();
    if (m_encryption == Encryption::Tls) {
        const QString certificate = directory + QStringLiteral("/certificate.pem");
        const QString key = directory + QStringLiteral("/key.pem");
        if (!writeSelfSigned(certificate, key))
            return QStringLiteral("no certificate could be made");
        m_relay->setOptions({QStringLiteral("--tls-cert"), certificate, QStringLiteral("--tls-key"), key});
    }
    if (m_relay->start())
        return {};
    return QStringLiteral("the relay did not start: ") +
           QString::fromUtf8(m_relay->errorText().right(300)).simplified();
}

std::unique_ptr<LoadProtocol> RecadoServer::protocol() const {
    return std::make_unique<RecadoLoad>(m_accounts.devices);
}

QHash<QByteArray, double> RecadoServer::metrics() const {
    QHash<QByteArray, double> values;
    QTcpSocket socket;
    socket.connectToHost(QStringLiteral("127.0.0.1"), quint16(QUrl(m_relay->adminUrl()).port()));
    socket.write("GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
    QByteArray page;
    while (socket.waitForReadyRead(2'000))
        page += socket.readAll();
    for (const QByteArray& line : page.split('\n')) {
        const qsizetype space = line.lastIndexOf(' ');
        if (space > 0 && !line.startsWith('#'))
            values.insert(line.left(space), line.mid(space + 1).trimmed().toDouble());
    }
    return values;
}

} // namespace recado::tests::load
