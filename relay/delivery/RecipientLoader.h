#pragma once

#include "relay/delivery/Directory.h"
#include "relay/delivery/MailboxStore.h"

#include <functional>

namespace recado::relay {

/// What submissions to an account are checked against.
struct LoadedRecipient {
    routing::DeviceList list;
    QVector<MailboxUsage> usage; // one a device
};

/// Reads an account's device list and the sizes of its mailboxes, then calls `done` on the thread of
/// call.inbox. Errors: UnknownRecipient, Busy when a store did not answer, StorageCorrupt when the stored
/// list is not readable. The stores are borrowed and must outlive the answer.
void loadRecipient(Directory& directory, MailboxStore& mailboxes, base::AccountId account, StoreCall call,
                   std::function<void(base::Result<LoadedRecipient>)> done);

/// More devices than any configuration allows: what is read back from a store was checked when it came in.
constexpr quint32 anyNumberOfDevices = 1'024;

} // namespace recado::relay
