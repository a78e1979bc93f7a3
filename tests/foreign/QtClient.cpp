#include "foreign/QtClient.h"

#include "support/Wait.h"

#include <QCoreApplication>
#include <QSslError>
#include <QWebSocket>

#include <optional>

namespace recado::tests {

namespace {

QByteArray pattern(qsizetype size) {
    QByteArray bytes(size, Qt::Uninitialized);
    for (qsizetype index = 0; index < size; ++index)
        bytes[index] = char(index * 31 + index / 256);
    return bytes;
}

/// One connection; every question is an empty string, or what went wrong.
class QtPeer {
public:
    explicit QtPeer(const QString& url) {
        QObject::connect(&m_socket, &QWebSocket::sslErrors, &m_socket,
                         [this](const QList<QSslError>&) { m_socket.ignoreSslErrors(); });
        QObject::connect(&m_socket, &QWebSocket::binaryMessageReceived, &m_socket,
                         [this](const QByteArray& message) { m_received.append(message); });
        QObject::connect(&m_socket, &QWebSocket::pong, &m_socket,
                         [this](quint64, const QByteArray& payload) { m_pong = payload; });
        m_socket.setOutgoingFrameSize(QWebSocket::maxOutgoingFrameSize());
        m_socket.open(QUrl(url));
        m_isOpen = waitUntil([this] { return m_socket.state() == QAbstractSocket::ConnectedState; });
    }

    [[nodiscard]] bool isOpen() const { return m_isOpen; }
    QWebSocket& socket() { return m_socket; }
    /// Nothing when none came in time.
    std::optional<QByteArray> next() {
        if (!waitUntil([this] { return !m_received.isEmpty(); }))
            return std::nullopt;
        return m_received.takeFirst();
    }
    bool answersPing(const QByteArray& payload) {
        m_socket.ping(payload);
        return waitUntil([&] { return m_pong == payload; });
    }
    /// -1 when it did not end in time.
    int closeCode() {
        const bool ended =
            waitUntil([this] { return m_socket.state() == QAbstractSocket::UnconnectedState; });
        return ended ? int(m_socket.closeCode()) : -1;
    }

private:
    QWebSocket m_socket;
    QVector<QByteArray> m_received;
    QByteArray m_pong;
    bool m_isOpen = false;
};

QString expectCode(int code, int wanted) {
    return code == wanted ? QString() : QStringLiteral("closed with %1").arg(code);
}

QString exchangeMessages(const QJsonObject& target, const QString& url) {
    QtPeer peer(url);
    if (!peer.isOpen())
        return QStringLiteral("not connected in time");
    const auto most = qsizetype(target.value(QStringLiteral("messageBytes")).toInteger());
    for (const qsizetype size : {qsizetype(0), qsizetype(1), qsizetype(125), qsizetype(126),
                                 qsizetype(65'535), qsizetype(65'536), most}) {
        peer.socket().sendBinaryMessage(pattern(size));
        if (peer.next() != pattern(size))
            return QStringLiteral("other bytes for %1").arg(size);
    }
    if (!peer.answersPing("are you there"))
        return QStringLiteral("no pong");
    peer.socket().sendBinaryMessage(QByteArray("close 4001"));
    if (peer.next() != QByteArray("last words"))
        return QStringLiteral("no last words");
    return expectCode(peer.closeCode(), 4001);
}

QString sendText(const QJsonObject&, const QString& url) {
    QtPeer peer(url);
    peer.socket().sendTextMessage(QStringLiteral("text"));
    return expectCode(peer.closeCode(), 1003);
}

QString sayHello(const QJsonObject& target, const QString& url) {
    QtPeer peer(url);
    QByteArray hello;
    for (const QJsonValue& byte : target.value(QStringLiteral("hello")).toArray())
        hello += char(byte.toInt());
    peer.socket().sendBinaryMessage(hello);
    if (peer.next().value_or(QByteArray()).size() <= 100)
        return QStringLiteral("no Challenge");
    peer.socket().sendBinaryMessage(QByteArray("\xFF\xFF\xFF"));
    if (!peer.next())
        return QStringLiteral("no Error frame");
    return expectCode(peer.closeCode(), 1007);
}

} // namespace

QJsonArray runQtClient(const QJsonObject& target) {
    const QString url = target.value(QStringLiteral("url")).toString();
    QJsonArray steps;
    const auto step = [&](const QString& name, const auto& action) {
        steps.append(
            QJsonObject{{QStringLiteral("step"), name}, {QStringLiteral("error"), action(target, url)}});
    };
    if (target.value(QStringLiteral("kind")) == QStringLiteral("relay")) {
        step(QStringLiteral("Hello, then no message"), sayHello);
    } else {
        step(QStringLiteral("messages, ping, close with 4001"), exchangeMessages);
        step(QStringLiteral("text is refused with 1003"), sendText);
    }
    return steps;
}

} // namespace recado::tests
