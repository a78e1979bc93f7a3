#include "support/RecordingProxy.h"

#include <algorithm>

namespace recado::tests {

QByteArray WebSocketUnmasker::feed(const QByteArray& bytes) {
    m_pending += bytes;
    QByteArray out;
    if (!m_upgraded) {
        const qsizetype end = m_pending.indexOf("\r\n\r\n");
        if (end < 0)
            return out;
        out = m_pending.left(end + 4);
        m_pending.remove(0, end + 4);
        m_upgraded = true;
    }
    while (true) {
        if (m_payloadLeft == 0) {
            const qsizetype before = m_pending.size();
            beginFrame();
            if (m_pending.size() == before)
                return out; // the header is not complete yet
        }
        const qsizetype length = qsizetype(std::min<quint64>(m_payloadLeft, quint64(m_pending.size())));
        for (qsizetype at = 0; at < length; ++at) {
            out.append(char(static_cast<unsigned char>(m_pending[at]) ^ m_mask[m_maskAt]));
            m_maskAt = (m_maskAt + 1) % 4;
        }
        m_pending.remove(0, length);
        m_payloadLeft -= quint64(length);
        if (m_payloadLeft > 0)
            return out;
    }
}

void WebSocketUnmasker::beginFrame() {
    if (m_pending.size() < 2)
        return;
    const auto byte = [this](qsizetype at) { return static_cast<unsigned char>(m_pending[at]); };
    const unsigned shortLength = byte(1) & 0x7fU;
    const bool masked = (byte(1) & 0x80U) != 0;
    const qsizetype lengthBytes = shortLength == 126 ? 2 : shortLength == 127 ? 8 : 0;
    const qsizetype header = 2 + lengthBytes + (masked ? 4 : 0);
    if (m_pending.size() < header)
        return;
    m_payloadLeft = lengthBytes == 0 ? shortLength : 0;
    for (qsizetype at = 0; at < lengthBytes; ++at)
        m_payloadLeft = m_payloadLeft << 8 | byte(2 + at);
    for (int at = 0; at < 4; ++at)
        m_mask[at] = masked ? byte(2 + lengthBytes + at) : 0;
    m_maskAt = 0;
    m_pending.remove(0, header);
}

struct RecordingProxy::Link {
    QTcpSocket* client = nullptr;
    QTcpSocket relay;
    WebSocketUnmasker unmasker;

    ~Link() {
        client->disconnect();
        relay.disconnect();
        client->abort();
        client->deleteLater();
    }
};

RecordingProxy::RecordingProxy(quint16 targetPort, QObject* parent)
    : QObject(parent)
    , m_targetPort(targetPort) {
    connect(&m_server, &QTcpServer::newConnection, this, [this] { accept(); });
    if (!m_server.listen(QHostAddress::LocalHost))
        qFatal("no port is free for the recording proxy");
}

RecordingProxy::~RecordingProxy() = default;

QString RecordingProxy::url() const {
    return QStringLiteral("ws://127.0.0.1:%1").arg(m_server.serverPort());
}

void RecordingProxy::cutAll() {
    m_links.clear();
}

void RecordingProxy::accept() {
    while (QTcpSocket* client = m_server.nextPendingConnection()) {
        auto owned = std::make_unique<Link>();
        Link* link = owned.get();
        link->client = client;
        m_links.push_back(std::move(owned));
        client->setSocketOption(QAbstractSocket::LowDelayOption, 1);
        link->relay.setSocketOption(QAbstractSocket::LowDelayOption, 1);
        connect(client, &QTcpSocket::readyRead, this, [this, link] {
            const QByteArray bytes = link->client->readAll();
            m_fromClients += link->unmasker.feed(bytes);
            link->relay.write(bytes); // QTcpSocket keeps it until the connection stands
        });
        connect(&link->relay, &QTcpSocket::readyRead, this, [this, link] {
            const QByteArray bytes = link->relay.readAll();
            m_fromRelay += bytes;
            link->client->write(bytes);
        });
        // Later, because a link must not be destroyed inside its own socket's signal.
        const auto dropLater = [this, link] {
            QMetaObject::invokeMethod(
                this, [this, link] { drop(link); }, Qt::QueuedConnection);
        };
        connect(client, &QTcpSocket::disconnected, this, dropLater);
        connect(&link->relay, &QTcpSocket::disconnected, this, dropLater);
        connect(&link->relay, &QTcpSocket::errorOccurred, this, dropLater);
        link->relay.connectToHost(QHostAddress(QHostAddress::LocalHost), m_targetPort);
    }
}

void RecordingProxy::drop(Link* link) {
    std::erase_if(m_links, [link](const std::unique_ptr<Link>& each) { return each.get() == link; });
}

} // namespace recado::tests
