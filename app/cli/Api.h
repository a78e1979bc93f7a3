#pragma once

#include "app/cli/AccountMethods.h"
#include "app/cli/ContactMethods.h"
#include "app/cli/ConversationMethods.h"
#include "app/cli/MessageMethods.h"
#include "app/cli/SendQueue.h"
#include "messaging/Client.h"

#include <QJsonObject>
#include <QObject>
#include <QString>

#include <deque>

namespace recado::cli {

/// The public automation API of CONTRACT.md over one client: every method by its name, whoever calls (the
/// JSON-RPC server or a one-shot command). Requests wait until it is known whether the profile has an
/// account, and while one is being registered, so that scripts may write all their lines at once. Main
/// thread.
class Api : public QObject {
    Q_OBJECT
public:
    explicit Api(messaging::Client& client, QObject* parent = nullptr);

    void call(const QString& method, const QJsonObject& params, const Answer& answer);

    /// Whether something is being read whose result may be large: whoever wants to bound memory asks for one
    /// such thing at a time.
    [[nodiscard]] bool isReading() const { return m_reading > 0; }

private:
    struct Waiting {
        QString method;
        QJsonObject params;
        Answer answer;
    };

    Answer counted(const Answer& answer);
    void open(bool registered);
    void carryOutWaiting();

    messaging::Client& m_client;
    AccountGate m_gate;
    SendQueue m_sends;
    AccountMethods m_account;
    ConversationMethods m_conversations;
    MessageMethods m_messages;
    ContactMethods m_contacts;
    MethodTable m_methods;
    std::deque<Waiting> m_waiting;
    int m_reading = 0;
    bool m_open = false;
};

} // namespace recado::cli
