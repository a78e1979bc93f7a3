#include "support/ChildProcess.h"

#include "support/Wait.h"

#include <QDir>

#include <chrono>
#include <csignal>

namespace recado::tests {

namespace {

QString childProgramPath(const QString& program) {
    if (program.startsWith(QLatin1Char('/')))
        return program;
    const QString directory = qEnvironmentVariable("RECADO_PROGRAMS", QStringLiteral(RECADO_PROGRAMS));
    return directory + QLatin1Char('/') + program;
}

QProcessEnvironment childEnvironment(const QString& scratch) {
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    for (const QString& name : environment.keys()) {
        if (name.startsWith(QLatin1String("XDG_")) || name.startsWith(QLatin1String("RECADO_")))
            environment.remove(name);
    }
    environment.insert(QStringLiteral("HOME"), scratch);
    environment.insert(QStringLiteral("TMPDIR"), scratch + QStringLiteral("/tmp"));
    environment.insert(QStringLiteral("LC_ALL"), QStringLiteral("C.UTF-8"));
    environment.insert(QStringLiteral("DBUS_SESSION_BUS_ADDRESS"), QStringLiteral("disabled:"));
    environment.insert(QStringLiteral("QT_QPA_PLATFORM"), QStringLiteral("offscreen"));
    return environment;
}

} // namespace

qint64 monotonicNs() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

ChildProcess::ChildProcess(const QString& program, const QString& scratch, QObject* parent)
    : QObject(parent)
    , m_program(childProgramPath(program))
    , m_scratch(scratch)
    , m_environment(childEnvironment(scratch)) {
    QDir().mkpath(scratch + QStringLiteral("/tmp"));
    connect(&m_process, &QProcess::readyReadStandardOutput, this, [this] { readOutput(); });
    connect(&m_process, &QProcess::readyReadStandardError, this,
            [this] { m_errorText += m_process.readAllStandardError(); });
    connect(&m_process, &QProcess::finished, this, [this](int exitCode, QProcess::ExitStatus status) {
        readOutput();
        m_errorText += m_process.readAllStandardError();
        Q_EMIT exited(exitCode, status);
    });
}

ChildProcess::~ChildProcess() {
    m_process.disconnect(this);
    m_process.kill();
    m_process.waitForFinished(5'000);
}

void ChildProcess::setEnvironment(const QString& name, const QString& value) {
    if (value.isEmpty())
        m_environment.remove(name);
    else
        m_environment.insert(name, value);
}

bool ChildProcess::launch() {
    if (isRunning())
        return false;
    m_partial.clear();
    m_lines.clear();
    m_process.setProcessEnvironment(m_environment);
    m_process.setWorkingDirectory(m_scratch);
    m_process.start(m_program, m_arguments);
    if (m_process.waitForStarted(10'000))
        return true;
    m_errorText += "cannot start " + m_program.toUtf8() + ": " + m_process.errorString().toUtf8() + '\n';
    return false;
}

int ChildProcess::terminate(int timeoutMs) {
    return signalAndWait(SIGTERM, timeoutMs);
}

int ChildProcess::interrupt(int timeoutMs) {
    return signalAndWait(SIGINT, timeoutMs);
}

int ChildProcess::signalAndWait(int signal, int timeoutMs) {
    if (!isRunning())
        return waitForExit(0);
    ::kill(pid_t(processId()), signal);
    const int exitCode = waitForExit(timeoutMs);
    if (isRunning())
        killHard();
    return exitCode;
}

void ChildProcess::killHard() {
    if (!isRunning())
        return;
    ::kill(pid_t(processId()), SIGKILL);
    waitForExit(10'000);
}

void ChildProcess::suspend() {
    ::kill(pid_t(processId()), SIGSTOP);
}

void ChildProcess::resume() {
    ::kill(pid_t(processId()), SIGCONT);
}

int ChildProcess::waitForExit(int timeoutMs) {
    if (!waitUntil([this] { return !isRunning(); }, timeoutMs))
        return -1;
    return m_process.exitStatus() == QProcess::NormalExit ? m_process.exitCode() : -1;
}

bool ChildProcess::isRunning() const {
    return m_process.state() != QProcess::NotRunning;
}

void ChildProcess::write(const QByteArray& bytes) {
    m_process.write(bytes);
}

void ChildProcess::closeInput() {
    m_process.closeWriteChannel();
}

void ChildProcess::readOutput() {
    const qint64 now = monotonicNs();
    m_partial += m_process.readAllStandardOutput();
    qsizetype begin = 0;
    for (qsizetype end = m_partial.indexOf('\n'); end >= 0; end = m_partial.indexOf('\n', begin)) {
        const QByteArray line = m_partial.mid(begin, end - begin);
        begin = end + 1;
        if (m_keepLines)
            m_lines.append(line);
        Q_EMIT lineArrived(line, now);
    }
    m_partial.remove(0, begin);
}

} // namespace recado::tests
