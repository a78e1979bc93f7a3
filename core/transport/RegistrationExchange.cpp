#include "transport/RegistrationExchange.h"

#include "protocol/FrameCodec.h"
#include "transport/RelayUrl.h"

#include <QMetaObject>

namespace recado::transport {

using base::makeError;
using base::Reason;

RegistrationExchange::RegistrationExchange(messaging::LinkAccount account, wire::Register request,
                                           messaging::RelayLink::RegistrationDone done, QObject* parent)
    : QObject(parent)
    , m_account(std::move(account))
    , m_request(std::move(request))
    , m_done(std::move(done))
    , m_handshake(m_account, wire::PURPOSE_REGISTER) {
    const auto url = relaySocketUrl(m_account.url);
    if (!url) {
        QMetaObject::invokeMethod(
            this, [this, error = url.error()] { finish(error); }, Qt::QueuedConnection);
        return;
    }
    m_deadline.setSingleShot(true);
    connect(&m_deadline, &QTimer::timeout, this,
            [this] { finish(makeError(Reason::Timeout, QStringLiteral("the relay does not answer"))); });
    m_deadline.start(timeoutMs);
    m_socket = new RelaySocket(
        *url, {},
        {.opened = [this] { m_socket->send(protocol::encode(m_handshake.hello())); },
         .received = [this](const wire::RelayMessage& message) { received(message); },
         .closed =
             [this](int) {
                 finish(makeError(Reason::RelayUnreachable, QStringLiteral("the relay cannot be reached")));
             }},
        this);
}

void RegistrationExchange::received(const wire::RelayMessage& message) {
    for (const wire::RelayFrame& frame : message.frames()) {
        if (!m_done)
            return;
        if (frame.has_challenge() && m_relay.relayKey.isEmpty()) {
            challenged(frame.challenge());
        } else if (frame.has_registered() && !m_relay.relayKey.isEmpty()) {
            finish(messaging::RegistrationAnswer{m_relay, frame.registered()});
        } else if (frame.has_error()) {
            const std::string& reason = frame.error().reason();
            finish(makeError(base::reasonFromString(QLatin1String(reason.data(), int(reason.size()))),
                             QString::fromStdString(frame.error().message()),
                             qint64(frame.error().retry_after_ms())));
        }
    }
}

void RegistrationExchange::challenged(const wire::Challenge& challenge) {
    auto relay = m_handshake.verify(challenge, m_socket->tlsKeyHash());
    if (!relay)
        return finish(relay.error());
    auto request = m_handshake.signedRegister(m_request);
    if (!request)
        return finish(request.error());
    m_relay = std::move(*relay);
    m_socket->send(protocol::encode(*request));
}

void RegistrationExchange::finish(base::Result<messaging::RegistrationAnswer> answer) {
    if (!m_done)
        return;
    m_deadline.stop();
    if (m_socket)
        m_socket->silence();
    std::exchange(m_done, nullptr)(std::move(answer));
    deleteLater();
}

} // namespace recado::transport
