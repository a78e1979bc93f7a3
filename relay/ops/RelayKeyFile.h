#pragma once

#include "base/Result.h"
#include "base/SigningKey.h"

#include <QString>

namespace recado::relay {

enum class MissingKey { Create, Refuse };

/// The relay's Ed25519 key in `relay.key` of the data directory: 64 hexadecimal digits of its seed, readable
/// by the owner only, and apart from the database so that a stolen database or backup impersonates nobody.
///
/// Blocks; call it while holding the data directory's lock. Errors: `Configuration` for a file others can
/// read or that holds no key, `StorageCorrupt` for a missing one that is to be refused: a relay with accounts
/// must not silently become another one.
base::Result<base::SigningKey> loadRelayKey(const QString& directory, MissingKey missing);

/// What SqliteDirectory hashes freed names with: derived from the relay's key, because that is the one secret
/// that is not in the database.
QByteArray freedNameKey(const base::SigningKey& key);

} // namespace recado::relay
