#include "relay/session/GatewaySession.h"

namespace recado::relay {

ConnectionHandlerFactory GatewaySession::factory(RelayCore& core) {
    return [&core](Connection& connection) { return std::make_unique<GatewaySession>(core, connection); };
}

GatewaySession::GatewaySession(RelayCore& core, Connection& connection)
    : m_connection(connection)
    , m_session(core.openSession(*this, connection.inbox())) {}

void GatewaySession::onMessage(QByteArray message) {
    m_session->received(message);
}

void GatewaySession::onWritable() {
    m_session->writable();
}

void GatewaySession::onClosed(quint16) {
    m_session->closed();
}

void GatewaySession::send(const QByteArray& message) {
    m_connection.send(message);
}

void GatewaySession::close(CloseCode code, const QString& reason) {
    m_connection.close(quint16(code), reason);
}

qint64 GatewaySession::queuedBytes() const {
    return m_connection.queuedBytes();
}

void GatewaySession::markAuthenticated() {
    m_connection.markAuthenticated();
}

void GatewaySession::setReading(bool reading) {
    m_connection.setReading(reading);
}

void GatewaySession::note(Conduct conduct) {
    m_connection.note(conduct == Conduct::Registration ? Connection::Conduct::Registration
                                                       : Connection::Conduct::FailedAuthentication);
}

} // namespace recado::relay
