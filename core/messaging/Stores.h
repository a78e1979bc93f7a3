#pragma once

#include "crypto/Stores.h"
#include "messaging/ArrivalStore.h"
#include "messaging/ContactStore.h"
#include "messaging/ConversationStore.h"
#include "messaging/MaintenanceStore.h"
#include "messaging/MessageStore.h"
#include "messaging/OutboxStore.h"
#include "messaging/ProfileStore.h"
#include "messaging/QuarantineStore.h"
#include "messaging/ReceiptStore.h"
#include "messaging/UnitOfWork.h"

namespace recado::messaging {

/// Every store of the engine, borrowed; all on one connection, all inside `work`. Engine thread.
struct Stores {
    UnitOfWork& work;
    ProfileStore& profile;
    ContactStore& contacts;
    ConversationStore& conversations;
    ArrivalStore& arrivals;
    MessageStore& messages;
    MessageStatusStore& statuses;
    MessageChangeStore& changes;
    OutboxStore& outbox;
    ReceiptStore& receipts;
    QuarantineStore& quarantine;
    MaintenanceStore& maintenance;
    crypto::SessionStore& sessions;
    crypto::PreKeyStore& preKeys;
    crypto::IdentityStore& identities;
    crypto::SeenBaseKeyStore& seenBaseKeys;
};

} // namespace recado::messaging
