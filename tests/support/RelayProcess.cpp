#include "support/RelayProcess.h"

#include "support/Wait.h"

#include <QDir>
#include <QUrl>

namespace recado::tests {

namespace {

/// What follows `word` on the first line that begins with it.
QString relayLineAfter(const QVector<QByteArray>& lines, const QByteArray& word) {
    for (const QByteArray& line : lines) {
        if (line.startsWith(word))
            return QString::fromUtf8(line.mid(word.size()));
    }
    return {};
}

QString loopbackListener(quint16 port) {
    return QStringLiteral("127.0.0.1:%1").arg(port);
}

} // namespace

RelayProcess::RelayProcess(const QString& directory, QObject* parent)
    : ChildProcess(QStringLiteral("recado-relay"), directory, parent)
    , m_directory(directory) {}

QString RelayProcess::dataDirectory() const {
    return m_directory + QStringLiteral("/data");
}

bool RelayProcess::start(int timeoutMs) {
    QStringList arguments{QStringLiteral("serve"), QStringLiteral("--data"), dataDirectory(),
                          QStringLiteral("--listen"), loopbackListener(m_port)};
    if (m_withAdmin)
        arguments << QStringLiteral("--admin") << loopbackListener(m_adminPort);
    setArguments(arguments + m_options);
    if (!launch())
        return false;
    const bool ready =
        waitUntil([this] { return !isRunning() || !relayLineAfter(lines(), "ready ").isEmpty(); }, timeoutMs);
    m_url = relayLineAfter(lines(), "ready ");
    m_adminUrl = relayLineAfter(lines(), "admin ");
    m_port = m_url.isEmpty() ? m_port : quint16(QUrl(m_url).port());
    m_adminPort = m_adminUrl.isEmpty() ? m_adminPort : quint16(QUrl(m_adminUrl).port());
    return ready && isRunning() && !m_url.isEmpty();
}

bool RelayProcess::killAndRestart(int timeoutMs) {
    killHard();
    return start(timeoutMs);
}

RelayProcess::CommandResult RelayProcess::runCommand(const QStringList& words, int timeoutMs) const {
    ChildProcess command(QStringLiteral("recado-relay"), m_directory);
    command.setArguments(words + QStringList{QStringLiteral("--data"), dataDirectory()});
    CommandResult result;
    if (command.launch())
        result.exitCode = command.waitForExit(timeoutMs);
    for (const QByteArray& line : command.lines())
        result.output += line + '\n';
    result.errors = command.errorText();
    return result;
}

} // namespace recado::tests
