#include "app/cli/Api.h"

#include <utility>

namespace recado::cli {

namespace {

bool readsMuch(const QString& method) {
    return method == QLatin1String("getMessages") || method == QLatin1String("searchMessages") ||
           method == QLatin1String("getChats");
}

} // namespace

Api::Api(messaging::Client& client, QObject* parent)
    : QObject(parent)
    , m_client(client)
    , m_sends(client)
    , m_account(client, m_gate, m_sends)
    , m_conversations(client, m_gate)
    , m_messages(client, m_gate, m_sends)
    , m_contacts(client, m_gate) {
    m_account.addTo(m_methods);
    m_conversations.addTo(m_methods);
    m_messages.addTo(m_methods);
    m_contacts.addTo(m_methods);
    connect(&m_account, &AccountMethods::registrationStarted, this, [this] { m_open = false; });
    connect(&m_account, &AccountMethods::registrationEnded, this, [this] { open(m_gate.registered); });
    whenDone(m_client.whoami(), this, [this](const base::Result<messaging::AccountInfo>& account) {
        // Any other failure is for each method to meet and tell by itself.
        open(account.ok() || account.error().reason != base::Reason::NotRegistered);
    });
}

void Api::call(const QString& method, const QJsonObject& params, const Answer& answer) {
    if (!m_methods.contains(method)) {
        answer(methodNotFound(method));
        return;
    }
    m_waiting.push_back({method, params, readsMuch(method) ? counted(answer) : answer});
    if (m_open)
        carryOutWaiting();
}

Answer Api::counted(const Answer& answer) {
    ++m_reading;
    return [this, answer](const Outcome& outcome) {
        --m_reading;
        answer(outcome);
    };
}

void Api::open(bool registered) {
    m_gate.registered = registered;
    m_open = true;
    carryOutWaiting();
}

void Api::carryOutWaiting() {
    // A request may close the door behind it (register) or ask again: so one at a time, from the front.
    while (m_open && !m_waiting.empty()) {
        const Waiting request = std::move(m_waiting.front());
        m_waiting.pop_front();
        m_methods.value(request.method)(Parameters(request.params), request.answer);
    }
}

} // namespace recado::cli
