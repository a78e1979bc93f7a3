#include "app/cli/StandardInput.h"

#include <unistd.h>

#include <cerrno>

namespace recado::cli {

namespace {
constexpr qsizetype inputChunk = 64 * 1'024;
}

StandardInput::StandardInput(int descriptor, QObject* parent)
    : QObject(parent)
    , m_descriptor(descriptor)
    , m_notifier(descriptor, QSocketNotifier::Read) {
    connect(&m_notifier, &QSocketNotifier::activated, this, [this] { readSome(); });
}

void StandardInput::setPaused(bool paused) {
    m_notifier.setEnabled(!paused && !m_hasEnded);
}

void StandardInput::readSome() {
    QByteArray bytes(inputChunk, Qt::Uninitialized);
    // One read a notice: it has something to give, so it does not block.
    const ssize_t count = ::read(m_descriptor, bytes.data(), size_t(bytes.size()));
    if (count < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (count <= 0) {
        m_hasEnded = true;
        m_notifier.setEnabled(false);
        Q_EMIT ended();
        return;
    }
    bytes.truncate(count);
    Q_EMIT bytesRead(bytes);
}

} // namespace recado::cli
