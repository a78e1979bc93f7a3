#pragma once

#include "base/Clock.h"
#include "base/Log.h"
#include "relay/delivery/RelayPolicy.h"
#include "relay/gateway/GatewayConfig.h"
#include "relay/gateway/TlsContext.h"
#include "relay/ops/TraceOptions.h"
#include "relay/session/RelayCoreConfig.h"

#include <QString>

#include <optional>

namespace recado::relay {

/// A host and a port as they stand in `HOST:PORT`; IPv6 addresses without their brackets.
struct HostPort {
    QString host;
    quint16 port = 0;

    /// Nothing for what is no `HOST:PORT`.
    static std::optional<HostPort> parse(const QString& text);
    [[nodiscard]] QString toString() const;
};

/// Everything a relay can be told; the defaults make a relay on a free loopback port.
struct RelayConfig {
    QString dataDirectory;
    /// The listener and its limits; messageBytes follows from policy.limits.
    GatewayConfig gateway;
    /// Where metrics are served; nowhere without.
    std::optional<HostPort> admin;
    /// The relay's public name; empty takes the stored one, or the listen address at the first start.
    QString name;
    /// Unset: open on a loopback listener without a proxy, by invitation elsewhere.
    std::optional<RegistrationMode> registration;
    bool behindProxy = false;
    /// Where that proxy says for whom it asks; looked at with `behindProxy` only.
    ForwardedField forwardedField = ForwardedField::XForwardedFor;
    /// Both or neither; with them the listener encrypts.
    TlsFiles tls;
    [[nodiscard]] bool encrypts() const { return !tls.certificate.isEmpty(); }
    base::LogFormat logFormat = base::LogFormat::Text;
    base::LogLevel logLevel = base::LogLevel::Info;
    TraceOptions trace;
    RelayPolicy policy;
    /// What wall time and the stores' deadlines go by; null is the machine's clock. The gateway's deadlines
    /// always go by the machine's. Borrowed.
    const base::Clock* clock = nullptr;
};

/// The listener on its real port, as the ready line has it.
QString listenerUrl(const RelayConfig& config, quint16 port);

/// Where clients connect: the proxy of that public name, a certificate's public name on the listener's port,
/// or the listener. A public name may have a port of its own.
QString clientUrl(const RelayConfig& config, quint16 port, const QString& publicName);

} // namespace recado::relay
