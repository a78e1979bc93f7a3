#pragma once

#include <QByteArray>
#include <QObject>
#include <QSocketNotifier>

namespace recado::cli {

/// Writes lines to a descriptor (standard output) as fast as its reader takes them: a slow reader delays
/// lines but neither loses nor blocks anything. All lines of one turn of the event loop leave together. Main
/// thread.
class StandardOutput : public QObject {
    Q_OBJECT
public:
    /// With more than this unread the reader is behind.
    static constexpr qsizetype highWater = 4 * 1'024 * 1'024;

    /// Borrows `descriptor`.
    explicit StandardOutput(int descriptor, QObject* parent = nullptr);

    /// `line` comes with its newline.
    void write(const QByteArray& line);
    /// Bytes that the reader has not taken yet.
    [[nodiscard]] qsizetype waiting() const { return m_waiting.size() - m_written; }
    /// From fellBehind() to the next drained(): whoever can wait should write nothing more.
    [[nodiscard]] bool isBehind() const { return m_isBehind; }
    /// Writes what waits, giving a reader that stands still up to `timeoutMs`. For the end of the program: it
    /// blocks. False when something is left.
    bool drain(int timeoutMs);

Q_SIGNALS:
    /// More than the high water waits for the reader.
    void fellBehind();
    /// The reader caught up: nothing waits.
    void drained();
    /// The reader is gone (EPIPE) or the descriptor fails. Comes once; later lines are dropped.
    void closed();

private:
    void askForFlush();
    void flush();
    void writeWhatFits();
    [[nodiscard]] bool isWritable(int timeoutMs) const;
    void close();

    int m_descriptor;
    QSocketNotifier m_notifier;
    QByteArray m_waiting;
    qsizetype m_written = 0;
    bool m_flushAsked = false;
    bool m_isClosed = false;
    bool m_isBehind = false;
};

} // namespace recado::cli
