#pragma once

#include "app/cli/MethodSupport.h"
#include "messaging/Client.h"

#include <QObject>

namespace recado::cli {

class SendQueue;

/// `sendMessage`, `getMessages`, `searchMessages`, `updateStatus`, `deleteMessage`, `editMessage`, `react`,
/// `downloadMedia`. Main thread.
class MessageMethods : public QObject {
    Q_OBJECT
public:
    MessageMethods(messaging::Client& client, const AccountGate& gate, SendQueue& sends,
                   QObject* parent = nullptr);

    void addTo(MethodTable& table);

private:
    void sendMessage(Parameters params, const Answer& answer);
    void getMessages(Parameters params, const Answer& answer);
    void searchMessages(Parameters params, const Answer& answer);
    void updateStatus(Parameters params, const Answer& answer);
    void deleteMessage(Parameters params, const Answer& answer);
    void editMessage(Parameters params, const Answer& answer);
    void react(Parameters params, const Answer& answer);
    void downloadMedia(Parameters params, const Answer& answer);

    messaging::Client& m_client;
    const AccountGate& m_gate;
    SendQueue& m_sends;
};

} // namespace recado::cli
