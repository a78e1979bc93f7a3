#pragma once

#include "relay/gateway/EchoGateway.h"
#include "support/RelayProcess.h"
#include "support/TestCertificates.h"

#include <QJsonArray>
#include <QTemporaryDir>

#include <memory>
#include <vector>

namespace recado::tests {

/// What a foreign client talks to: echo gateways of every driver, plain and encrypted, and real relays.
class ForeignTargets {
public:
    /// False, with a line on stderr, when one of them does not start.
    [[nodiscard]] bool start();

    /// One object each, as scenario.js reads it: `name`, `url`, `kind` (`echo` or `relay`) and what belongs
    /// to the kind.
    [[nodiscard]] const QJsonArray& list() const { return m_list; }

private:
    bool addEcho(relay::GatewayDriver driver, const std::shared_ptr<relay::TlsIdentity>& tls);
    bool addRelay(relay::GatewayDriver driver);

    QTemporaryDir m_directory;
    QJsonArray m_list;
    std::vector<std::unique_ptr<EchoGateway>> m_gateways;
    std::vector<std::unique_ptr<RelayProcess>> m_relays;
};

} // namespace recado::tests
