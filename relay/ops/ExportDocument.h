#pragma once

#include "base/Result.h"
#include "protocol/Limits.h"
#include "relay/delivery/Directory.h"

#include <QJsonObject>
#include <QString>

namespace recado::sql {
class Database;
}

namespace recado::relay {

/// Everything the store keeps about one account, for the person it belongs to: the account, its device list
/// and public keys, what waits in its mailboxes (times and sizes; the content is sealed to the devices), and
/// what marks its submissions. Nothing about anybody else. `who` is a username, an address of this relay, or
/// an account id. One moment of the store when the caller holds a read transaction. Errors:
/// `UnknownRecipient`, or the database's.
base::Result<QJsonObject> exportAccount(sql::Database& database, const QString& who, const QString& relayName,
                                        const protocol::Limits& limits);

} // namespace recado::relay
