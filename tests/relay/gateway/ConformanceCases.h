#pragma once

#include "relay/gateway/GatewayConfig.h"

#include <QByteArray>

#include <vector>

namespace recado::tests {

/// One thing a peer may send, right or wrong, and all that an RFC 6455 server of binary messages answers.
struct ConformanceCase {
    enum class Begin {
        AfterUpgrade, ///< the bytes are frames
        AtOnce,       ///< the bytes begin with a request head
    };

    QByteArray name;
    Begin begin = Begin::AfterUpgrade;
    QByteArray bytes;
    /// As Transcript::toText(): `echo SIZE:CRC` for every message, `pong SIZE:CRC` for the last pong,
    /// `close CODE`; before them the status of the HTTP answer when the bytes have a request.
    QByteArray answer;
};

/// Limits under which the table holds; the other ones do not matter to it.
relay::GatewayConfig conformanceConfig(relay::GatewayDriver driver);

/// Frames, after the sections of the well-known public test suites: framing, pings, reserved bits, opcodes,
/// fragments, UTF-8, closing, limits, masks.
std::vector<ConformanceCase> frameCases();

/// Request heads, good and bad.
std::vector<ConformanceCase> handshakeCases();

/// What a driver answers otherwise, and why that cannot be helped.
struct ConformanceException {
    relay::GatewayDriver driver;
    const char* name; // of the case
    const char* answer;
    const char* reason;
};
const std::vector<ConformanceException>& conformanceExceptions();

/// `SIZE:CRC`
QByteArray digest(const QByteArray& payload);

} // namespace recado::tests
