#pragma once

#include "base/SigningKey.h"
#include "relay/accounts/Registration.h"
#include "relay/delivery/RelayPolicy.h"

#include <QByteArray>
#include <QString>
#include <QVector>

namespace recado::relay {

/// One step of trust from an older relay key to a newer one, signed by the older.
struct KeySuccession {
    QByteArray oldKey;
    QByteArray newKey;
    QByteArray signature; // base::SigningKey::sign(protocol::relayKeySuccessionLabel, newKey)
};

/// What a relay is; the composition root fills it in.
struct RelayCoreConfig {
    RelayPolicy policy;
    RegistrationMode registration = RegistrationMode::Open;
    QString relayName;
    base::SigningKey relayKey;
    QVector<KeySuccession> successions; // oldest first
    QByteArray storeIncarnation;        // 16 bytes
    /// What devices see of TLS is a proxy's: the relay does not bind itself to a key.
    bool behindProxy = false;
    quint32 bootEpoch = 1; // below 2^24; durably incremented before listening, or delivery ids repeat
};

} // namespace recado::relay
