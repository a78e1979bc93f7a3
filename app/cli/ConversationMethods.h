#pragma once

#include "app/cli/MethodSupport.h"
#include "messaging/Client.h"

#include <QObject>

namespace recado::cli {

/// `createChat`, `acceptChat`, `getChats`, `setTyping`, `updateGroup`, `leaveGroup`. Main thread.
class ConversationMethods : public QObject {
    Q_OBJECT
public:
    ConversationMethods(messaging::Client& client, const AccountGate& gate, QObject* parent = nullptr);

    void addTo(MethodTable& table);

private:
    void createChat(Parameters params, const Answer& answer);
    void acceptChat(Parameters params, const Answer& answer);
    void getChats(const Parameters& params, const Answer& answer);
    void setTyping(Parameters params, const Answer& answer);
    void updateGroup(Parameters params, const Answer& answer);
    void leaveGroup(Parameters params, const Answer& answer);

    messaging::Client& m_client;
    const AccountGate& m_gate;
};

} // namespace recado::cli
