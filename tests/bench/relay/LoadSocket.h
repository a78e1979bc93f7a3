#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>

struct ssl_ctx_st;
struct ssl_st;

namespace recado::tests::load {

/// What all TLS connections share: TLS 1.3, no certificate check (the server's is made for the run).
class LoadTls {
public:
    LoadTls();
    ~LoadTls();
    LoadTls(const LoadTls&) = delete;
    LoadTls& operator=(const LoadTls&) = delete;
    [[nodiscard]] ssl_ctx_st* context() const { return m_context; }

private:
    ssl_ctx_st* m_context = nullptr;
};

/// A non-blocking TCP connection to 127.0.0.1, with TLS or without.
class LoadSocket {
public:
    enum class State { Closed, Connecting, Securing, Open };
    static constexpr ssize_t broken = -1; // read(), write(): the connection is over
    static constexpr ssize_t later = -2;  // read(), write(): not now

    LoadSocket() = default;
    ~LoadSocket() { reset(); }
    LoadSocket(const LoadSocket&) = delete;
    LoadSocket& operator=(const LoadSocket&) = delete;
    LoadSocket(LoadSocket&& other) noexcept;

    /// Starts to connect from 127.0.0.`localHost`, so that many connections do not run out of ports. False
    /// when the system has no descriptor or port left (errno says which).
    bool connect(std::uint16_t port, int localHost);
    /// Goes on connecting, after the socket became writable (or readable, in the TLS handshake). The new
    /// state; Closed when refused.
    State proceed(const LoadTls* tls);
    /// Ends it without a word: a reset leaves no port resting.
    void reset();

    [[nodiscard]] State state() const { return m_state; }
    [[nodiscard]] int descriptor() const { return m_descriptor; }
    /// While connecting: waits for the socket to become writable rather than readable.
    [[nodiscard]] bool wantsToWrite() const { return m_wantsToWrite; }

    ssize_t read(char* buffer, std::size_t size);
    ssize_t write(const char* bytes, std::size_t size);

private:
    State secure();

    int m_descriptor = -1;
    State m_state = State::Closed;
    bool m_wantsToWrite = false;
    ssl_st* m_tls = nullptr;
};

} // namespace recado::tests::load
