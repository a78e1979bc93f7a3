#pragma once

#include "relay/gateway/GatewayConfig.h"

#include <QTest>

namespace recado::tests {

/// For initTestCase_data(): every slot of the class then runs once with each driver there is. One suite holds
/// all drivers to the same promises; where one cannot keep them, the slot names it and says why.
inline void addDriverRows() {
    QTest::addColumn<relay::GatewayDriver>("driver");
#ifdef RECADO_EPOLL_GATEWAY
    QTest::newRow("epoll") << relay::GatewayDriver::Epoll;
#endif
    QTest::newRow("portable") << relay::GatewayDriver::Portable;
}

inline relay::GatewayDriver testedDriver() {
    QFETCH_GLOBAL(relay::GatewayDriver, driver);
    return driver;
}

inline bool isPortable() {
    return testedDriver() == relay::GatewayDriver::Portable;
}

/// The defaults, for the driver of this row.
inline relay::GatewayConfig testedConfig() {
    relay::GatewayConfig config;
    config.driver = testedDriver();
    return config;
}

} // namespace recado::tests
