#include "app/cli/ContactMethods.h"

#include "app/cli/Json.h"

namespace recado::cli {

ContactMethods::ContactMethods(messaging::Client& client, const AccountGate& gate, QObject* parent)
    : QObject(parent)
    , m_client(client)
    , m_gate(gate) {}

void ContactMethods::addTo(MethodTable& table) {
    table.insert(QStringLiteral("getContact"),
                 [this](const Parameters& params, const Answer& answer) { getContact(params, answer); });
    table.insert(QStringLiteral("setTrust"),
                 [this](const Parameters& params, const Answer& answer) { setTrust(params, answer); });
}

void ContactMethods::getContact(Parameters params, const Answer& answer) {
    const QString address = params.address(QLatin1String("address"));
    if (m_gate.refuses(params, answer))
        return;
    answerWhenDone(m_client.contact(address), this, answer, QLatin1String("address"),
                   [](const messaging::Contact& contact) { return toJson(contact); });
}

void ContactMethods::setTrust(Parameters params, const Answer& answer) {
    const QString address = params.address(QLatin1String("address"));
    const bool verified = params.choice(QLatin1String("trust"),
                                        {QStringLiteral("verified"), QStringLiteral("unverified")}) == 0;
    if (m_gate.refuses(params, answer))
        return;
    const messaging::Trust trust = verified ? messaging::Trust::Verified : messaging::Trust::Unverified;
    answerWhenDone(m_client.setTrust(address, trust), this, answer, QLatin1String("address"));
}

} // namespace recado::cli
