#pragma once

#include <QByteArray>
#include <QTcpSocket>

#include <functional>

namespace recado::relay {

/// The socket that Qt's WebSocket believes to read from and write to. It has no descriptor: the gateway gives
/// it the bytes it has checked, and takes what Qt writes. Needed because Qt reads its socket by itself and
/// accepts what RFC 6455 forbids; a QWebSocket can be given nothing but a QTcpSocket.
class VettedSocket final : public QTcpSocket {
    Q_OBJECT
public:
    using Writer = std::function<void(QByteArray bytes)>;

    /// `writer` is called from within Qt's writes.
    explicit VettedSocket(Writer writer);

    /// Has Qt read `bytes`; what it finds in them it has signalled when the function returns, provided that
    /// `reader` is the object of Qt that listens to this socket.
    void deliver(const QByteArray& bytes, QObject& reader);

    /// What Qt still writes goes nowhere.
    void silence() { m_writer = nullptr; }

    [[nodiscard]] qint64 bytesAvailable() const override;
    [[nodiscard]] qint64 bytesToWrite() const override { return 0; }
    /// Qt ends its part; the gateway's own socket goes on as long as it must.
    void close() override { silence(); }
    void disconnectFromHost() override { silence(); }

protected:
    qint64 readData(char* data, qint64 maximum) override;
    qint64 skipData(qint64 maximum) override;
    qint64 writeData(const char* data, qint64 size) override;

private:
    Writer m_writer;
    QByteArray m_input;
    qsizetype m_offset = 0; // what was read of it
};

} // namespace recado::relay
