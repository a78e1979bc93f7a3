#pragma once

#include <QByteArray>
#include <QObject>
#include <QProcess>
#include <QProcessEnvironment>
#include <QString>
#include <QStringList>
#include <QVector>

namespace recado::tests {

/// Nanoseconds of the monotonic clock, comparable between all objects of this process.
[[nodiscard]] qint64 monotonicNs();

/// One of our real programs as a child process: started, read line by line, ended politely or by SIGKILL, and
/// started again. Needs an event loop (waitUntil() turns one). Killed with its parent object.
///
/// The child gets a clean environment: HOME, XDG_* and TMPDIR point into `scratch()`, LC_ALL is C.UTF-8 and
/// no session bus is offered, so that no test reads or writes anything of the person who runs it.
class ChildProcess : public QObject {
    Q_OBJECT
public:
    /// `program` is a name in the build's bin directory (RECADO_PROGRAMS; the environment variable of that
    /// name comes first) or an absolute path. `scratch` is a directory of the caller's, made when missing.
    ChildProcess(const QString& program, const QString& scratch, QObject* parent = nullptr);
    ~ChildProcess() override;

    /// The absolute path of the program.
    [[nodiscard]] QString program() const { return m_program; }
    void setArguments(const QStringList& arguments) { m_arguments = arguments; }
    [[nodiscard]] const QStringList& arguments() const { return m_arguments; }
    /// For the next launch; an empty value removes the variable.
    void setEnvironment(const QString& name, const QString& value);

    /// Starts the program and returns once the kernel has it. False (and errorText()) when it does not exist.
    [[nodiscard]] bool launch();
    /// SIGTERM, then waits for the end. The exit code, -1 after a crash or when the time is up (then it is
    /// killed).
    int terminate(int timeoutMs = 10'000);
    /// SIGINT, otherwise as terminate().
    int interrupt(int timeoutMs = 10'000);
    /// SIGKILL (kill -9), and waits for the end.
    void killHard();
    /// SIGSTOP and SIGCONT: a program that hangs, or a reader that does not read.
    void suspend();
    void resume();
    /// Waits for an end that comes by itself. The exit code; -1 after a crash or when the time is up (it runs
    /// on then).
    int waitForExit(int timeoutMs = 10'000);

    [[nodiscard]] bool isRunning() const;
    [[nodiscard]] qint64 processId() const { return m_process.processId(); }

    void write(const QByteArray& bytes);
    void closeInput();

    /// Complete lines on stdout since the latest launch, without their newline.
    [[nodiscard]] const QVector<QByteArray>& lines() const { return m_lines; }
    /// Off: lines are announced and forgotten (benches with millions of them). On by default.
    void setKeepLines(bool keep) { m_keepLines = keep; }
    /// Everything on stderr since this object was made, over all launches.
    [[nodiscard]] const QByteArray& errorText() const { return m_errorText; }
    [[nodiscard]] QString scratch() const { return m_scratch; }

Q_SIGNALS:
    /// One line of stdout; `arrivedNs` is monotonicNs() when it was read from the pipe.
    void lineArrived(const QByteArray& line, qint64 arrivedNs);
    void exited(int exitCode, QProcess::ExitStatus status);

private:
    int signalAndWait(int signal, int timeoutMs);
    void readOutput();

    QProcess m_process;
    QString m_program;
    QString m_scratch;
    QStringList m_arguments;
    QProcessEnvironment m_environment;
    QByteArray m_partial;
    QVector<QByteArray> m_lines;
    QByteArray m_errorText;
    bool m_keepLines = true;
};

} // namespace recado::tests
