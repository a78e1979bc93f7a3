#include "app/cli/StandardOutput.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>

namespace recado::cli {

namespace {
/// What a pipe that polls as writable takes without blocking (POSIX). With pieces of this size the descriptor
/// needs no O_NONBLOCK, which would change it for every process that shares it.
constexpr qsizetype outputPiece = PIPE_BUF;
/// Written bytes are cut off the buffer's front in steps of this size, so that cutting stays cheap.
constexpr qsizetype compactAfter = 1'024 * 1'024;
} // namespace

StandardOutput::StandardOutput(int descriptor, QObject* parent)
    : QObject(parent)
    , m_descriptor(descriptor)
    , m_notifier(descriptor, QSocketNotifier::Write) {
    m_notifier.setEnabled(false);
    connect(&m_notifier, &QSocketNotifier::activated, this, [this] { flush(); });
}

void StandardOutput::write(const QByteArray& line) {
    if (m_isClosed)
        return;
    m_waiting += line;
    if (!m_flushAsked && !m_notifier.isEnabled())
        askForFlush();
    if (!m_isBehind && waiting() > highWater) {
        m_isBehind = true;
        Q_EMIT fellBehind();
    }
}

void StandardOutput::askForFlush() {
    m_flushAsked = true;
    QMetaObject::invokeMethod(
        this,
        [this] {
            m_flushAsked = false;
            flush();
        },
        Qt::QueuedConnection);
}

void StandardOutput::flush() {
    writeWhatFits();
    m_notifier.setEnabled(!m_isClosed && waiting() > 0);
    if (m_isClosed || waiting() > 0)
        return;
    m_isBehind = false;
    Q_EMIT drained();
}

bool StandardOutput::drain(int timeoutMs) {
    writeWhatFits();
    while (!m_isClosed && waiting() > 0 && isWritable(timeoutMs))
        writeWhatFits();
    return waiting() == 0;
}

void StandardOutput::writeWhatFits() {
    while (!m_isClosed && waiting() > 0 && isWritable(0)) {
        const qsizetype piece = std::min(waiting(), outputPiece);
        const ssize_t count = ::write(m_descriptor, m_waiting.constData() + m_written, size_t(piece));
        if (count < 0 && (errno == EINTR || errno == EAGAIN))
            return;
        if (count < 0) {
            close();
            return;
        }
        m_written += count;
    }
    if (waiting() == 0) {
        m_waiting.clear();
        m_written = 0;
    } else if (m_written >= compactAfter) {
        m_waiting.remove(0, m_written);
        m_written = 0;
    }
}

bool StandardOutput::isWritable(int timeoutMs) const {
    pollfd entry{m_descriptor, POLLOUT, 0};
    // A closed reader shows as POLLERR or POLLHUP; the write that follows says so with EPIPE.
    return ::poll(&entry, 1, timeoutMs) > 0;
}

void StandardOutput::close() {
    m_isClosed = true;
    m_waiting.clear();
    m_written = 0;
    m_notifier.setEnabled(false);
    Q_EMIT closed();
}

} // namespace recado::cli
