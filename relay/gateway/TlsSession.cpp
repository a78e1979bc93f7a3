#include "relay/gateway/TlsSession.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace recado::relay {

/// The way OpenSSL reads and writes: memory that is there already, and memory that always takes more.
struct TlsSessionBio {
    static TlsSession& of(BIO* bio) { return *static_cast<TlsSession*>(BIO_get_data(bio)); }

    static int read(BIO* bio, char* data, int size) {
        BIO_clear_retry_flags(bio);
        QByteArrayView& in = of(bio).m_in;
        const qsizetype count = std::min<qsizetype>(size, in.size());
        if (count == 0) {
            BIO_set_retry_read(bio);
            return -1;
        }
        std::memcpy(data, in.data(), std::size_t(count));
        in = in.sliced(count);
        return int(count);
    }

    static int write(BIO* bio, const char* data, int size) {
        BIO_clear_retry_flags(bio);
        of(bio).m_out.append(data, size);
        return size;
    }

    static long control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

    static BIO* create(TlsSession& session) {
        static BIO_METHOD* const method = [] {
            BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "recado");
            BIO_meth_set_read(made, read);
            BIO_meth_set_write(made, write);
            BIO_meth_set_ctrl(made, control);
            return made;
        }();
        BIO* bio = BIO_new(method);
        if (bio != nullptr) {
            BIO_set_data(bio, &session);
            BIO_set_init(bio, 1);
        }
        return bio;
    }
};

namespace {

constexpr qsizetype recordHeaderSize = 5;
constexpr qsizetype largestPlainRecord = 16 * 1'024;
constexpr qsizetype largestRecord = recordHeaderSize + largestPlainRecord + 256; // RFC 8446 section 5.2
constexpr qsizetype oneReceive = 64 * 1'024;
// Encrypted ahead of the system's taking it; one system call takes it all when the peer reads.
constexpr qsizetype encryptedAhead = 64 * 1'024;
// A client's hello and its answer to ours, without a certificate of its own.
constexpr int largestHandshake = 32 * 1'024;
constexpr char handshakeRecord = 22;
// What half a record may be whatever the others keep.
constexpr qint64 harmlessHalf = 1'024;
// Records that carry no data (key updates, empty ones) cost their sender next to nothing. Each record with
// data earns one of them back.
constexpr int mostCredit = 128;

/// The length a record claims, with its header; nothing while the header is not here.
qsizetype recordSize(QByteArrayView bytes) {
    return recordHeaderSize + (quint8(bytes[3]) << 8 | quint8(bytes[4]));
}

bool looksLikeHttp(char first) {
    return first >= 'A' && first <= 'Z';
}

} // namespace

TlsWorkspace::TlsWorkspace(std::atomic<qint64>& incomplete, qint64 mostIncomplete)
    : incompleteBytes(incomplete)
    , mostIncompleteBytes(mostIncomplete)
    , received(std::size_t(largestRecord + oneReceive))
    , plain(received.size())
    , record(std::size_t(largestPlainRecord)) {}

TlsSession::TlsSession(TlsWorkspace& workspace, std::shared_ptr<const TlsContext> context)
    : m_workspace(workspace)
    , m_context(std::move(context))
    , m_credit(mostCredit) {}

TlsSession::~TlsSession() {
    SSL_free(m_ssl);
    m_workspace.incompleteBytes -= m_half.size();
}

// --- Receiving ---

TlsSession::Reading TlsSession::receive(int socket, QByteArrayView& plain) {
    std::vector<char>& buffer = m_workspace.received;
    const qsizetype before = m_half.size();
    std::copy(m_half.cbegin(), m_half.cend(), buffer.begin());
    const ssize_t got = recv(socket, buffer.data() + before, std::size_t(oneReceive), MSG_DONTWAIT);
    if (got == 0)
        return Reading::Ended;
    if (got < 0)
        return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? Reading::NothingYet
                                                                         : Reading::Broken;
    m_receivedBytes += quint64(got);
    if (m_failed || m_ended) {
        plain = QByteArrayView(buffer.data(), got);
        return m_failed ? Reading::Bytes : Reading::Ended;
    }
    return takeReceived(before + got, plain);
}

TlsSession::Reading TlsSession::takeReceived(qsizetype size, QByteArrayView& plain) {
    QByteArrayView rest(m_workspace.received.data(), size);
    if (m_ssl == nullptr && rest[0] != handshakeRecord) {
        if (looksLikeHttp(rest[0]))
            return Reading::Plain;
        refuse();
        return Reading::Failed;
    }
    ERR_clear_error();
    if (m_ssl == nullptr && rest.size() >= recordHeaderSize && !begin())
        return fail();
    qsizetype filled = 0;
    while (rest.size() >= recordHeaderSize && !m_ended) {
        const qsizetype wanted = recordSize(rest);
        // OpenSSL sees the header of a record that is too large, and finds the words for it.
        const qsizetype given = wanted > largestRecord ? recordHeaderSize : wanted;
        if (rest.size() < given)
            break;
        if (!feed(rest.first(given), filled) || wanted > largestRecord)
            return fail();
        rest = rest.sliced(given);
    }
    if (!keep(m_ended ? QByteArrayView() : rest))
        return fail();
    if (filled == 0)
        return m_ended ? Reading::Ended : Reading::NothingYet;
    plain = QByteArrayView(m_workspace.plain.data(), filled);
    return Reading::Bytes;
}

bool TlsSession::begin() {
    m_ssl = SSL_new(m_context->context());
    if (m_ssl == nullptr)
        return false;
    BIO* bio = TlsSessionBio::create(*this);
    if (bio == nullptr)
        return false;
    SSL_set_bio(m_ssl, bio, bio);
    SSL_set_accept_state(m_ssl);
    return true;
}

/// One whole record. False when TLS has failed.
bool TlsSession::feed(QByteArrayView record, qsizetype& filled) {
    m_in = record;
    if (!m_established) {
        m_handshakeBytes += int(record.size());
        return m_handshakeBytes <= largestHandshake && shakeHands();
    }
    const qsizetype before = filled;
    if (!decrypt(filled))
        return false;
    m_credit = std::min(filled > before ? m_credit + 1 : m_credit - 1, mostCredit);
    return m_credit >= 0;
}

bool TlsSession::shakeHands() {
    const int result = SSL_do_handshake(m_ssl);
    m_established = result == 1;
    return m_established || SSL_get_error(m_ssl, result) == SSL_ERROR_WANT_READ;
}

bool TlsSession::decrypt(qsizetype& filled) {
    while (true) {
        std::size_t count = 0;
        char* target = m_workspace.plain.data() + filled;
        const int result = SSL_read_ex(m_ssl, target, m_workspace.plain.size() - std::size_t(filled), &count);
        if (result != 1) {
            const int error = SSL_get_error(m_ssl, result);
            m_ended = error == SSL_ERROR_ZERO_RETURN;
            return m_ended || error == SSL_ERROR_WANT_READ;
        }
        filled += qsizetype(count);
        if (m_in.isEmpty() && SSL_pending(m_ssl) == 0)
            return true;
    }
}

/// False when too much is kept by all together, and not the least of it here.
bool TlsSession::keep(QByteArrayView rest) {
    const qint64 more = rest.size() - m_half.size();
    m_half = rest.toByteArray();
    const qint64 all = m_workspace.incompleteBytes += more;
    return more <= 0 || m_half.size() <= harmlessHalf || all <= m_workspace.mostIncompleteBytes;
}

TlsSession::Reading TlsSession::fail() {
    m_failed = true;
    keep({});
    SSL_free(m_ssl); // its alert, if it had one, is among what waits
    m_ssl = nullptr;
    return Reading::Failed;
}

// --- Sending ---

OutgoingQueue::Flush TlsSession::flush(int socket, OutgoingQueue& queue) {
    while (true) {
        const OutgoingQueue::Flush result = sendWaiting(socket);
        if (result != OutgoingQueue::Flush::Drained)
            return result;
        if (!m_established || m_failed) {
            if (m_failed)
                queue.clear();
            return result;
        }
        if (queue.isEmpty())
            return result;
        if (!encryptSome(queue))
            return OutgoingQueue::Flush::Failed;
    }
}

bool TlsSession::encryptSome(OutgoingQueue& queue) {
    ERR_clear_error();
    while (!queue.isEmpty() && waitingBytes() < encryptedAhead) {
        std::vector<char>& record = m_workspace.record;
        const qint64 size = queue.take(record.data(), qint64(record.size()));
        std::size_t written = 0;
        if (SSL_write_ex(m_ssl, record.data(), std::size_t(size), &written) != 1) {
            m_failed = true; // nothing more is to be made of it, a farewell neither
            return false;
        }
    }
    return true;
}

OutgoingQueue::Flush TlsSession::sendWaiting(int socket) {
    while (waitingBytes() > 0) {
        const ssize_t sent = send(socket, m_out.constData() + m_sent, std::size_t(waitingBytes()),
                                  MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0)
            return errno == EAGAIN || errno == EWOULDBLOCK ? OutgoingQueue::Flush::Blocked
                                                           : OutgoingQueue::Flush::Failed;
        m_sent += sent;
        m_takenBytes += quint64(sent);
    }
    m_out = QByteArray();
    m_sent = 0;
    return OutgoingQueue::Flush::Drained;
}

void TlsSession::sayGoodbye() {
    if (!m_established || m_failed)
        return;
    ERR_clear_error();
    SSL_shutdown(m_ssl);
}

void TlsSession::refuse() {
    m_out += refusal();
    m_failed = true;
}

QByteArray TlsSession::refusal() {
    return QByteArrayLiteral("\x15\x03\x03\x00\x02\x02\x50"); // an alert: fatal, internal error
}

} // namespace recado::relay
