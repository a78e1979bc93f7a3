#pragma once

#include <QByteArray>
#include <QProcessEnvironment>

#include <chrono>

namespace recado::relay {

/// Tells a service manager how this process is (the protocol of sd_notify(3), without its library): datagrams
/// to the socket in NOTIFY_SOCKET. Does nothing when there is none. Any thread.
class ServiceNotifier {
public:
    explicit ServiceNotifier(const QProcessEnvironment& environment);

    /// Connections are accepted.
    void ready();
    void stopping();
    /// Everything still answers; at least twice within watchdogInterval().
    void alive();

    /// How soon the manager gives up on a process that says nothing; 0: never.
    [[nodiscard]] std::chrono::microseconds watchdogInterval() const { return m_watchdog; }

private:
    void send(const QByteArray& state);

    const QByteArray m_socket;
    std::chrono::microseconds m_watchdog{0};
};

} // namespace recado::relay
