#pragma once

#include <QByteArray>
#include <QObject>
#include <QSocketNotifier>

namespace recado::cli {

/// Reads a descriptor (standard input) as its bytes come, without ever waiting for them. The descriptor's
/// flags stay as they are, since a terminal or a parent process may share them. Main thread.
class StandardInput : public QObject {
    Q_OBJECT
public:
    /// Borrows `descriptor`.
    explicit StandardInput(int descriptor, QObject* parent = nullptr);

    /// Stops and continues: what is not read stays with its sender.
    void setPaused(bool paused);

Q_SIGNALS:
    void bytesRead(const QByteArray& bytes);
    /// End of input, or an error that means the same. Comes once.
    void ended();

private:
    void readSome();

    int m_descriptor;
    QSocketNotifier m_notifier;
    bool m_hasEnded = false;
};

} // namespace recado::cli
