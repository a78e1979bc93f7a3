#include "relay/gateway/Gateway.h"

#include "relay/gateway/PortableGateway.h"
#ifdef RECADO_EPOLL_GATEWAY
#include "relay/gateway/EpollGateway.h"
#endif

namespace recado::relay {

base::Result<std::unique_ptr<Gateway>> Gateway::create(const GatewayConfig& config, const base::Clock& clock,
                                                       ConnectionHandlerFactory sessions, HttpHandler http) {
    if (config.driver == GatewayDriver::Portable)
        return PortableGateway::create(config, clock, std::move(sessions), std::move(http));
#ifdef RECADO_EPOLL_GATEWAY
    return EpollGateway::create(config, clock, std::move(sessions), std::move(http));
#else
    return base::makeError(base::Reason::Configuration,
                           QStringLiteral("the epoll driver is not for this system"));
#endif
}

} // namespace recado::relay
