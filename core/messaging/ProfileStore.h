#pragma once

#include "base/Ids.h"
#include "base/Result.h"
#include "crypto/HeaderSeal.h"
#include "crypto/Keys.h"

#include <QByteArray>
#include <QLatin1String>
#include <QString>

#include <optional>

namespace recado::messaging {

/// This profile's own account and device, with its secret keys.
struct OwnAccount {
    base::AccountId account;
    quint32 device = 1;
    /// False: keys are made and stored, but the relay has not confirmed the registration yet.
    bool registered = false;
    QString relayUrl;
    QString relayName; // what stands after the @; empty before the relay said it
    QString username;
    QString displayName;
    QString invite; // kept until registered, so that the very same registration can be repeated
    quint32 registrationId = 0;
    crypto::IdentityKeyPair identity;
    base::SecretBytes authSeed; // base::SigningKey::fromSeed
    crypto::HeaderKeyPair headerKeys;
};

/// Durable series of numbers, each starting at 1.
enum class NumberSeries { Submission, PreKey, SignedPreKey };

/// The own account, small settings and counters. Engine thread, inside the open UnitOfWork (reads also
/// without).
class ProfileStore {
public:
    virtual ~ProfileStore() = default;

    /// Nothing before the first saveAccount(). crypto::IdentityStore answers localIdentity() and
    /// registrationId() from the same row.
    virtual base::Result<std::optional<OwnAccount>> account() = 0;
    /// Inserts or replaces the one account.
    virtual base::Status saveAccount(const OwnAccount& account) = 0;

    /// A named value, or nothing.
    virtual base::Result<std::optional<QByteArray>> value(QLatin1String name) = 0;
    virtual base::Status setValue(QLatin1String name, const QByteArray& value) = 0;

    /// Takes `count` numbers of the series and returns the first; a rollback gives them back.
    virtual base::Result<quint64> takeNumbers(NumberSeries series, quint64 count) = 0;
};

} // namespace recado::messaging
