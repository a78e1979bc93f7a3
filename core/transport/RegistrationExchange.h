#pragma once

#include "messaging/RelayLink.h"
#include "transport/Handshake.h"
#include "transport/RelaySocket.h"

#include <QObject>
#include <QTimer>

namespace recado::transport {

/// One registration on a connection of its own; answers exactly once and then has nothing left to do. Network
/// thread.
class RegistrationExchange : public QObject {
    Q_OBJECT
public:
    static constexpr int timeoutMs = 15'000;

    RegistrationExchange(messaging::LinkAccount account, wire::Register request,
                         messaging::RelayLink::RegistrationDone done, QObject* parent);

private:
    void received(const wire::RelayMessage& message);
    void challenged(const wire::Challenge& challenge);
    void finish(base::Result<messaging::RegistrationAnswer> answer);

    messaging::LinkAccount m_account;
    wire::Register m_request;
    messaging::RelayLink::RegistrationDone m_done;
    Handshake m_handshake;
    messaging::RelayIdentity m_relay;
    QTimer m_deadline;
    RelaySocket* m_socket = nullptr;
};

} // namespace recado::transport
