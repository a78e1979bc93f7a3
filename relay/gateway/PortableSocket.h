#pragma once

#include "relay/gateway/PeerAddress.h"

#include <QByteArray>
#include <QSslConfiguration>
#include <QTcpSocket>

#include <functional>
#include <memory>

class QSslSocket;

namespace recado::relay {

/// An accepted socket as Qt serves it, plain or encrypted, with what Qt counts about it in one place. Lives
/// on one thread with an event loop.
class PortableSocket {
public:
    /// Called in turns of the event loop, never from within a call to this object.
    struct Signals {
        std::function<void(QByteArrayView bytes)> received; ///< decrypted
        std::function<void()> encrypted;                    ///< the TLS handshake is complete
        std::function<void()> ended;                        ///< neither way works any more; once
        std::function<void(qint64 bytes)> sent;             ///< what the system has taken
    };

    /// Takes the descriptor; without `tls` nothing is encrypted.
    PortableSocket(qintptr descriptor, const QSslConfiguration* tls, Signals listener);
    PortableSocket(const PortableSocket&) = delete;
    PortableSocket& operator=(const PortableSocket&) = delete;
    ~PortableSocket();

    [[nodiscard]] PeerAddress peer() const;
    /// Whether it was the encryption that ended it.
    [[nodiscard]] bool hasTlsTrouble() const;

    void write(const QByteArray& bytes);
    /// Sends what the system takes now. For last words: Qt gives the whole socket up as soon as the peer ends
    /// its half of the connection, together with all that waits for a turn of the event loop.
    void flush();
    /// Written here and not yet taken by the system. QWebSocket would hide what waits behind the encryption.
    [[nodiscard]] qint64 queuedBytes() const;

    /// Stops reading, or goes on.
    void setReading(bool reading);
    /// No more will be sent; what the peer sends is still received where the system allows it.
    void endSending();
    /// Gives the descriptor back at once and drops what is queued.
    void abort();

private:
    void receive();

    const Signals m_signals;
    std::unique_ptr<QTcpSocket> m_socket;
    QSslSocket* m_tls = nullptr; // the same, when it encrypts
    bool m_reading = true;
    bool m_ended = false;
};

} // namespace recado::relay
