#pragma once

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTcpServer>
#include <QTcpSocket>
#include <QUrl>

namespace recado::tests {

/// As much of an OpenTelemetry collector as the exporter needs: takes OTLP/HTTP in its JSON form and keeps
/// the spans. On the thread of an event loop.
class FakeCollector : public QObject {
public:
    FakeCollector() {
        m_server.listen(QHostAddress::LocalHost);
        connect(&m_server, &QTcpServer::newConnection, this,
                [this] { serve(m_server.nextPendingConnection()); });
    }

    [[nodiscard]] QUrl url() const {
        return QUrl(QStringLiteral("http://127.0.0.1:%1").arg(m_server.serverPort()));
    }
    /// What the next requests are answered with.
    void setStatus(int status) { m_status = status; }
    /// Accepts, and never answers.
    void hold() { m_status = 0; }

    [[nodiscard]] int requests() const { return int(m_bodies.size()); }
    [[nodiscard]] const QList<QByteArray>& bodies() const { return m_bodies; }
    [[nodiscard]] QByteArray lastHead() const { return m_lastHead; }
    /// Those that were answered well.
    [[nodiscard]] const QList<QJsonObject>& spans() const { return m_spans; }
    [[nodiscard]] QList<QJsonObject> spansNamed(const char* name) const {
        QList<QJsonObject> found;
        for (const QJsonObject& span : m_spans) {
            if (span[QStringLiteral("name")].toString() == QLatin1String(name))
                found.append(span);
        }
        return found;
    }

private:
    void serve(QTcpSocket* socket) {
        connect(socket, &QTcpSocket::disconnected, socket, &QObject::deleteLater);
        connect(socket, &QTcpSocket::readyRead, socket, [this, socket] {
            QByteArray& buffer = m_buffers[socket];
            buffer += socket->readAll();
            while (takeRequest(*socket, buffer)) {
            }
        });
    }

    bool takeRequest(QTcpSocket& socket, QByteArray& buffer) {
        const qsizetype end = buffer.indexOf("\r\n\r\n");
        if (end < 0)
            return false;
        const QByteArray head = buffer.left(end);
        const qsizetype field = head.toLower().indexOf("content-length:");
        const qsizetype length = head.mid(field + 15).split('\r').first().trimmed().toLongLong();
        if (buffer.size() < end + 4 + length)
            return false;
        m_lastHead = head;
        m_bodies.append(buffer.mid(end + 4, length));
        buffer.remove(0, end + 4 + length);
        if (m_status == 0)
            return false;
        if (m_status == 200)
            keep(m_bodies.last());
        socket.write("HTTP/1.1 " + QByteArray::number(m_status) +
                     " status\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}");
        return true;
    }

    void keep(const QByteArray& body) {
        const QJsonDocument document = QJsonDocument::fromJson(body);
        for (const QJsonValue& resource : document[QStringLiteral("resourceSpans")].toArray()) {
            for (const QJsonValue& scope : resource[QStringLiteral("scopeSpans")].toArray()) {
                for (const QJsonValue& span : scope[QStringLiteral("spans")].toArray())
                    m_spans.append(span.toObject());
            }
        }
    }

    QTcpServer m_server;
    QHash<QTcpSocket*, QByteArray> m_buffers;
    QList<QByteArray> m_bodies;
    QByteArray m_lastHead;
    QList<QJsonObject> m_spans;
    int m_status = 200;
};

} // namespace recado::tests
