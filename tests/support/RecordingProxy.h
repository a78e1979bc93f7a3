#pragma once

#include <QByteArray>
#include <QObject>
#include <QTcpServer>
#include <QTcpSocket>

#include <memory>
#include <vector>

namespace recado::tests {

/// Takes the masking (RFC 6455 section 5.3) off a client's byte stream, so that a search of the wire finds
/// what an eavesdropper could read. Bytes before the end of the HTTP request pass unchanged.
class WebSocketUnmasker {
public:
    /// Feeds bytes in order of arrival and returns what they carry.
    QByteArray feed(const QByteArray& bytes);

private:
    void beginFrame();

    QByteArray m_pending;
    bool m_upgraded = false;
    quint64 m_payloadLeft = 0;
    unsigned char m_mask[4] = {};
    int m_maskAt = 0;
};

/// A TCP proxy on 127.0.0.1 between clients and a relay that keeps every byte of both directions.
class RecordingProxy : public QObject {
    Q_OBJECT
public:
    /// Listens on a free port and forwards to `targetPort` of 127.0.0.1.
    explicit RecordingProxy(quint16 targetPort, QObject* parent = nullptr);
    ~RecordingProxy() override;

    [[nodiscard]] QString url() const;
    /// What clients sent, unmasked, and what the relay sent, over all connections.
    [[nodiscard]] const QByteArray& fromClients() const { return m_fromClients; }
    [[nodiscard]] const QByteArray& fromRelay() const { return m_fromRelay; }
    /// Cuts every connection at once, as a failing network does. New ones are taken again.
    void cutAll();

private:
    struct Link;
    void accept();
    void drop(Link* link);

    QTcpServer m_server;
    quint16 m_targetPort;
    std::vector<std::unique_ptr<Link>> m_links;
    QByteArray m_fromClients;
    QByteArray m_fromRelay;
};

} // namespace recado::tests
