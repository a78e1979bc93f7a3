#include "relay/gateway/VettedSocket.h"

#include <QCoreApplication>
#include <QEvent>

#include <algorithm>
#include <cstring>

namespace recado::relay {

VettedSocket::VettedSocket(Writer writer)
    : m_writer(std::move(writer)) {
    setSocketState(ConnectedState);
    // Unbuffered: QIODevice would keep a copy of what is kept here anyway.
    setOpenMode(ReadWrite | Unbuffered);
}

void VettedSocket::deliver(const QByteArray& bytes, QObject& reader) {
    m_input.remove(0, std::exchange(m_offset, 0));
    m_input += bytes;
    Q_EMIT readyRead();
    // Qt reads in a queued call, because of sockets that decrypt; here all is ready, and who waits for a turn
    // of the event loop would have to keep the order of messages and farewells himself.
    QCoreApplication::sendPostedEvents(&reader, QEvent::MetaCall);
}

qint64 VettedSocket::bytesAvailable() const {
    // What QIODevice has put aside for a peek, and the rest.
    return QIODevice::bytesAvailable() + m_input.size() - m_offset;
}

qint64 VettedSocket::readData(char* data, qint64 maximum) {
    const auto size = std::min<qint64>(maximum, m_input.size() - m_offset);
    std::memcpy(data, m_input.constData() + m_offset, std::size_t(size));
    return skipData(size);
}

qint64 VettedSocket::skipData(qint64 maximum) {
    const auto size = std::min<qint64>(maximum, m_input.size() - m_offset);
    m_offset += size;
    if (m_offset == m_input.size()) {
        m_input = QByteArray();
        m_offset = 0;
    }
    return size;
}

qint64 VettedSocket::writeData(const char* data, qint64 size) {
    if (m_writer)
        m_writer(QByteArray(data, size));
    return size;
}

} // namespace recado::relay
