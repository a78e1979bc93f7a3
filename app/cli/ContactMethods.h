#pragma once

#include "app/cli/MethodSupport.h"
#include "messaging/Client.h"

#include <QObject>

namespace recado::cli {

/// `getContact`, `setTrust`. Main thread.
class ContactMethods : public QObject {
    Q_OBJECT
public:
    ContactMethods(messaging::Client& client, const AccountGate& gate, QObject* parent = nullptr);

    void addTo(MethodTable& table);

private:
    void getContact(Parameters params, const Answer& answer);
    void setTrust(Parameters params, const Answer& answer);

    messaging::Client& m_client;
    const AccountGate& m_gate;
};

} // namespace recado::cli
