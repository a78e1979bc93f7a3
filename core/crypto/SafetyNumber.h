#pragma once

#include "base/Ids.h"
#include "base/Result.h"

#include <QByteArrayView>
#include <QString>

namespace recado::crypto {

/// The 60 digits two people compare to know that nobody stands between them (Signal's numeric fingerprint,
/// 5,200 iterations over account id and identity key of both sides). The same on both sides. Takes about
/// 6 ms, so keep the result. CryptoFailed for keys that are not acceptable. Any thread.
[[nodiscard]] base::Result<QString> safetyNumber(const base::AccountId& localAccount,
                                                 QByteArrayView localIdentityKey,
                                                 const base::AccountId& remoteAccount,
                                                 QByteArrayView remoteIdentityKey);

} // namespace recado::crypto
