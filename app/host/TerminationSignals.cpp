#include "app/host/TerminationSignals.h"

#include <QSocketNotifier>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

namespace recado::host {

namespace {

constexpr std::array terminationSignals{SIGTERM, SIGINT};

/// The end that the handler writes to.
volatile std::sig_atomic_t writeEnd = -1;

void writeToPipe(int) {
    const int before = errno;
    const char byte = 0;
    // A full pipe has said it already.
    [[maybe_unused]] const auto written = ::write(int(writeEnd), &byte, 1);
    errno = before;
}

void handle(void (*handler)(int)) {
    struct sigaction action {};
    action.sa_handler = handler;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    for (const int signal : terminationSignals)
        sigaction(signal, &action, nullptr);
}

} // namespace

TerminationSignals::TerminationSignals(QObject* parent)
    : QObject(parent) {
    if (::pipe2(m_ends, O_CLOEXEC | O_NONBLOCK) != 0) {
        qWarning("termination signals will end the program without a word");
        return;
    }
    m_notifier = new QSocketNotifier(m_ends[0], QSocketNotifier::Read, this);
    connect(m_notifier, &QSocketNotifier::activated, this, [this] {
        std::array<char, 16> bytes{};
        while (::read(m_ends[0], bytes.data(), bytes.size()) > 0) {
        }
        Q_EMIT arrived();
    });
    writeEnd = m_ends[1];
    handle(writeToPipe);
}

TerminationSignals::~TerminationSignals() {
    if (m_ends[0] < 0)
        return;
    handle(SIG_DFL);
    writeEnd = -1;
    delete m_notifier;
    for (const int end : m_ends)
        ::close(end);
}

} // namespace recado::host
