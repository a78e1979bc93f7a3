#include "bench/relay/peers/PeerServer.h"

#include "support/Wait.h"

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QStandardPaths>
#include <QTcpServer>
#include <QTcpSocket>

#include <sys/resource.h>

namespace recado::tests::load {

namespace {

constexpr int startTimeoutMs = 60'000;
constexpr int stopTimeoutMs = 3'000;

/// The upstream part of an installed package's version; empty when it is not installed.
QString installedVersion(const QString& package) {
    QProcess query;
    query.start(QStringLiteral("dpkg-query"),
                {QStringLiteral("-W"), QStringLiteral("-f"), QStringLiteral("${Version}"), package});
    if (!query.waitForFinished(10'000) || query.exitCode() != 0)
        return {};
    return QString::fromUtf8(query.readAllStandardOutput()).section(QLatin1Char('-'), 0, 0);
}

/// Servers live in sbin, which the PATH of a user need not name.
QString serverProgram(const QString& program) {
    const QString found = QStandardPaths::findExecutable(program);
    if (!found.isEmpty())
        return found;
    return QStandardPaths::findExecutable(program, {QStringLiteral("/usr/sbin"), QStringLiteral("/usr/bin")});
}

quint16 freePort() {
    QTcpServer probe;
    probe.listen(QHostAddress(QHostAddress::LocalHost), 0);
    return probe.serverPort();
}

bool takesConnections(quint16 port) {
    QTcpSocket socket;
    socket.connectToHost(QHostAddress(QHostAddress::LocalHost), port);
    const bool connected = socket.waitForConnected(1'000);
    socket.abort();
    return connected;
}

/// Children inherit it; Debian's services get as much from their unit files.
void allowManyDescriptors() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

qint64 parentOf(qint64 process) {
    QFile stat(QStringLiteral("/proc/%1/stat").arg(process));
    if (!stat.open(QIODevice::ReadOnly))
        return 0;
    const QByteArray line = stat.readAll();
    return line.mid(line.lastIndexOf(')') + 2).split(' ').value(1).toLongLong();
}

} // namespace

PeerServer::PeerServer(QString package, QString program, QString what)
    : m_package(std::move(package))
    , m_program(std::move(program))
    , m_what(std::move(what))
    , m_version(installedVersion(m_package)) {}

PeerServer::~PeerServer() {
    stop();
}

QString PeerServer::name() const {
    return m_version.isEmpty() ? QStringLiteral("%1 (%2)").arg(m_package, m_what)
                               : QStringLiteral("%1 %2 (%3)").arg(m_package, m_version, m_what);
}

bool PeerServer::saysReady(const ChildProcess&) const {
    return true;
}

bool PeerServer::writeFile(const QString& path, const QByteArray& content) {
    QFile file(path);
    return file.open(QIODevice::WriteOnly) && file.write(content) == content.size();
}

QString PeerServer::start(const QString& directory, int clients) {
    stop();
    const QString program = serverProgram(m_program);
    if (program.isEmpty() || m_version.isEmpty())
        return m_package + QStringLiteral(" is not installed; ./dev bench relay --peers installs it");
    // Private: the accounts' passwords are in there.
    if (!QDir().mkpath(directory) ||
        !QFile::setPermissions(directory, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner))
        return QStringLiteral("cannot write to ") + directory;
    m_port = freePort();
    QString trouble;
    const Launch launch = prepare(directory, clients, trouble);
    if (!trouble.isEmpty())
        return m_package + QStringLiteral(": ") + trouble;
    allowManyDescriptors();
    // A bench that is killed must not leave servers behind.
    m_process = std::make_unique<ChildProcess>(QStringLiteral("/usr/bin/setpriv"), directory);
    m_process->setArguments(
        QStringList{QStringLiteral("--pdeathsig"), QStringLiteral("KILL"), QStringLiteral("--"), program} +
        launch.arguments);
    for (const QString& variable : launch.environment) {
        m_process->setEnvironment(variable.section(QLatin1Char('='), 0, 0),
                                  variable.section(QLatin1Char('='), 1));
    }
    const bool ready =
        m_process->launch() &&
        waitUntil(
            [this] { return !m_process->isRunning() || (saysReady(*m_process) && takesConnections(m_port)); },
            startTimeoutMs);
    if (ready && m_process->isRunning())
        return {};
    const QString said = QString::fromUtf8(m_process->errorText().trimmed());
    stop();
    return m_package + QStringLiteral(" did not start: ") + said.section(QLatin1Char('\n'), -1).right(300);
}

QVector<qint64> PeerServer::processIds() const {
    if (!m_process || !m_process->isRunning())
        return {};
    QVector<qint64> ids{m_process->processId()};
    // Parents have started before their children, but numbers wrap around: look until nothing new is found.
    const QStringList all = QDir(QStringLiteral("/proc")).entryList(QDir::Dirs | QDir::NoDotAndDotDot);
    for (bool grown = true; grown;) {
        grown = false;
        for (const QString& entry : all) {
            const qint64 id = entry.toLongLong();
            if (id > 0 && !ids.contains(id) && ids.contains(parentOf(id))) {
                ids.append(id);
                grown = true;
            }
        }
    }
    return ids;
}

void PeerServer::stop() {
    if (m_process)
        m_process->terminate(stopTimeoutMs);
    m_process.reset();
}

} // namespace recado::tests::load
