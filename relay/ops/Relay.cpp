#include "relay/ops/Relay.h"

#include "relay/gateway/Gateway.h"
#include "relay/ops/AdminCommands.h"
#include "relay/ops/RelayParts.h"
#include "relay/session/RelayCore.h"

namespace recado::relay {

Relay::Relay(std::unique_ptr<Parts> parts)
    : m_parts(std::move(parts)) {}

Relay::~Relay() {
    stop();
}

base::Result<std::unique_ptr<Relay>> Relay::create(RelayConfig config) {
    std::unique_ptr<Relay> relay(new Relay(std::make_unique<Parts>(std::move(config))));
    RECADO_CHECK(relay->m_parts->open());
    return relay;
}

void Relay::start() {
    m_parts->start();
}

void Relay::stop() {
    m_parts->stop();
}

void Relay::reload() {
    m_parts->reload();
}

QString Relay::url() const {
    return listenerUrl(m_parts->config, m_parts->gateway->port());
}

QString Relay::adminUrl() const {
    if (!m_parts->adminGateway)
        return {};
    return QStringLiteral("http://") +
           HostPort{m_parts->config.admin->host, m_parts->adminGateway->port()}.toString();
}

QString Relay::name() const {
    return m_parts->name;
}

QString Relay::firstInvitation() const {
    return m_parts->firstInvitation;
}

base::Result<QString> Relay::createInvitation(quint32 uses, int expiresInDays) {
    const QJsonObject answer = m_parts->runBlocking(inviteRequest(uses, expiresInDays));
    if (!answer.value(QStringLiteral("ok")).toBool())
        return base::makeError(base::Reason::InvalidArgument,
                               answer.value(QStringLiteral("error")).toString());
    return answer.value(QStringLiteral("token")).toString();
}

void Relay::whenAlive(const std::function<void()>& alive) {
    m_parts->whenAlive(alive);
}

const RelayMetrics& Relay::metrics() const {
    return m_parts->core->metrics();
}

const GatewayCounters& Relay::gatewayCounters() const {
    return m_parts->gateway->counters();
}

} // namespace recado::relay
