#pragma once

#include "relay/gateway/OutgoingQueue.h"
#include "relay/gateway/TlsContext.h"

#include <QByteArray>
#include <QByteArrayView>

#include <atomic>
#include <memory>
#include <vector>

struct ssl_st; // OpenSSL's
struct bio_st;

namespace recado::relay {

/// What the TLS connections of one thread share, so that none needs buffers of its own while idle.
struct TlsWorkspace {
    /// `incompleteBytes` counts what all connections keep of records that are not complete; beyond
    /// `mostIncompleteBytes` whoever adds more than a trifle ends. The counter is borrowed.
    TlsWorkspace(std::atomic<qint64>& incompleteBytes, qint64 mostIncompleteBytes);

    std::atomic<qint64>& incompleteBytes;
    const qint64 mostIncompleteBytes;
    std::vector<char> received; // as it came
    std::vector<char> plain;    // decrypted
    std::vector<char> record;   // what goes into one record
};

/// The server's side of TLS on one socket: OpenSSL between records and plain bytes. OpenSSL never sees half a
/// record and never waits to write, so that it holds no buffer between two calls: what is incomplete lies
/// here, in as many bytes as came, and so does what the system does not take, counted both. Its thread only.
class TlsSession {
public:
    enum class Reading {
        Bytes,
        NothingYet,
        Ended,  ///< the peer sends no more, with a farewell or without
        Broken, ///< the socket is
        Failed, ///< no TLS, or broken TLS; what there is to say of it waits to be flushed
        Plain,  ///< the peer speaks HTTP without TLS; only as the first bytes
    };

    /// `workspace` is borrowed. No memory is spent on a peer that says nothing.
    TlsSession(TlsWorkspace& workspace, std::shared_ptr<const TlsContext> context);
    TlsSession(const TlsSession&) = delete;
    TlsSession& operator=(const TlsSession&) = delete;
    ~TlsSession();

    /// The handshake is complete.
    [[nodiscard]] bool isEstablished() const { return m_established; }
    [[nodiscard]] bool hasFailed() const { return m_failed; }
    /// The peer has said that it sends no more.
    [[nodiscard]] bool hasEnded() const { return m_ended; }
    [[nodiscard]] const QByteArray& keyHash() const { return m_context->keyHash(); }

    /// One system call's worth of bytes; `plain` lies in the workspace until the next call on this thread.
    /// After `Failed` it only empties the socket: `Bytes` then stand for noise.
    Reading receive(int socket, QByteArrayView& plain);

    /// Encrypts and sends as much of `queue` as the socket takes. Nothing of it before the handshake is
    /// complete.
    OutgoingQueue::Flush flush(int socket, OutgoingQueue& queue);
    /// Encrypted, and not yet taken by the system.
    [[nodiscard]] qint64 waitingBytes() const { return m_out.size() - m_sent; }
    /// Bytes the system has taken so far, and given.
    [[nodiscard]] quint64 takenBytes() const { return m_takenBytes; }
    [[nodiscard]] quint64 receivedBytes() const { return m_receivedBytes; }

    /// Behind what was encrypted so far: no more will be sent.
    void sayGoodbye();
    /// Instead of a handshake, to a peer for whom there is no room: an alert.
    void refuse();
    /// The same as bytes.
    static QByteArray refusal();

private:
    friend struct TlsSessionBio;

    Reading takeReceived(qsizetype size, QByteArrayView& plain);
    [[nodiscard]] bool begin();
    [[nodiscard]] bool feed(QByteArrayView record, qsizetype& filled);
    [[nodiscard]] bool shakeHands();
    [[nodiscard]] bool decrypt(qsizetype& filled);
    bool keep(QByteArrayView rest);
    [[nodiscard]] bool encryptSome(OutgoingQueue& queue);
    OutgoingQueue::Flush sendWaiting(int socket);
    Reading fail();

    TlsWorkspace& m_workspace;
    const std::shared_ptr<const TlsContext> m_context;
    ssl_st* m_ssl = nullptr;
    QByteArrayView m_in; // what OpenSSL may read now
    QByteArray m_half;   // the beginning of a record
    QByteArray m_out;    // encrypted, from m_sent on not yet taken by the system
    qsizetype m_sent = 0;
    quint64 m_takenBytes = 0;
    quint64 m_receivedBytes = 0;
    int m_handshakeBytes = 0;
    int m_credit;
    bool m_established = false;
    bool m_failed = false;
    bool m_ended = false;
};

} // namespace recado::relay
