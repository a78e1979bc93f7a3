#pragma once

#include "app/cli/MethodSupport.h"
#include "messaging/Client.h"

#include <QObject>

namespace recado::cli {

class SendQueue;

/// `register`, `whoami`, `setPrivacy`, `waitIdle`. Main thread.
class AccountMethods : public QObject {
    Q_OBJECT
public:
    AccountMethods(messaging::Client& client, AccountGate& gate, SendQueue& sends, QObject* parent = nullptr);

    void addTo(MethodTable& table);

Q_SIGNALS:
    /// Between the two an account is being made; nothing else should start.
    void registrationStarted();
    void registrationEnded();

private:
    void registerAccount(Parameters params, const Answer& answer);
    void submitRegistration(const messaging::Registration& registration, const Answer& answer);
    void whoami(const Parameters& params, const Answer& answer);
    void setPrivacy(Parameters params, const Answer& answer);
    void waitIdle(Parameters params, const Answer& answer);

    messaging::Client& m_client;
    AccountGate& m_gate;
    SendQueue& m_sends;
};

} // namespace recado::cli
