#include "relay/presence/Ephemerals.h"

#include "protocol/FrameCodec.h"

namespace recado::relay {

Ephemerals::Ephemerals(const RelayPolicy& policy, Router& router, const PresenceHub& presence,
                       const base::Clock& clock)
    : m_policy(policy)
    , m_router(router)
    , m_presence(presence)
    , m_clock(clock) {}

base::Status Ephemerals::forward(base::DeviceAddress sender, const wire::Ephemeral& ephemeral) {
    const auto target = base::AccountId::fromBytes(protocol::toBytes(ephemeral.account_id()));
    const auto size = qsizetype(ephemeral.payload().size());
    if (!target || target->isNull() || size == 0 || size > largestPayload)
        return base::makeError(base::Reason::InvalidArgument, QStringLiteral("a malformed ephemeral"));
    if (!m_presence.isMutual(sender.account, *target) || !takeTurn({sender.account, *target}))
        return {};
    wire::RelayFrame frame;
    frame.mutable_ephemeral_delivery()->set_payload(ephemeral.payload());
    for (const base::DeviceAddress& device : m_presence.devices(*target))
        m_router.push(device, frame, PushKind::Droppable);
    return {};
}

bool Ephemerals::takeTurn(const Pair& pair) {
    const std::lock_guard lock(m_mutex);
    auto rate = m_rates.find(pair);
    if (rate == m_rates.end()) {
        rate = m_rates.insert(pair, queue::TokenBucket(m_clock, m_policy.ephemeralBurst,
                                                       1'000.0 / m_policy.ephemeralIntervalMs));
    }
    return rate->take();
}

void Ephemerals::tidy() {
    const std::lock_guard lock(m_mutex);
    m_rates.removeIf([this](const auto& rate) { return rate.value().waitMs(m_policy.ephemeralBurst) == 0; });
}

} // namespace recado::relay
