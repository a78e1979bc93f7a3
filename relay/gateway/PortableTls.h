#pragma once

#include "base/Result.h"

#include <QByteArray>
#include <QSslConfiguration>

#include <memory>

namespace recado::relay {

class TlsContext;
class TlsIdentity;

/// What the relay shows in TLS handshakes, as Qt wants it. One a thread.
class PortableTls {
public:
    struct State {
        std::shared_ptr<const TlsContext> source;
        QSslConfiguration configuration;
        QByteArray keyHash;
    };

    /// The identity is borrowed; null is no TLS at all.
    explicit PortableTls(TlsIdentity* identity)
        : m_identity(identity) {}

    /// Whether Qt can show this identity. Errors: `Configuration`, with a message that begins with the key it
    /// is about.
    static base::Status check(TlsIdentity* identity);

    /// For the next connection, after a renewal with the new certificate; null without TLS.
    std::shared_ptr<const State> current();

private:
    TlsIdentity* const m_identity;
    std::shared_ptr<const State> m_state;
};

} // namespace recado::relay
