#pragma once

#include "messaging/Stores.h"
#include "storage/ArrivalTable.h"
#include "storage/ContactTable.h"
#include "storage/ConversationTable.h"
#include "storage/IdentityTable.h"
#include "storage/Maintenance.h"
#include "storage/MessageChangeTable.h"
#include "storage/MessageStatusTable.h"
#include "storage/MessageTable.h"
#include "storage/OutboxTable.h"
#include "storage/PreKeyTable.h"
#include "storage/ProfileTable.h"
#include "storage/QuarantineTable.h"
#include "storage/ReceiptTable.h"
#include "storage/SeenBaseKeyTable.h"
#include "storage/SessionTable.h"
#include "storage/Work.h"

namespace recado::storage {

/// All tables of a profile on its writing connection, for the engine. Borrows database and clock, which
/// outlive it. Engine thread.
class ProfileStores {
public:
    ProfileStores(sql::Database& database, const base::Clock& clock);
    ProfileStores(const ProfileStores&) = delete;
    ProfileStores& operator=(const ProfileStores&) = delete;

    /// Valid as long as this object is.
    [[nodiscard]] messaging::Stores stores();

private:
    Work m_work;
    ProfileTable m_profile;
    ContactTable m_contacts;
    ConversationTable m_conversations;
    ArrivalTable m_arrivals;
    MessageTable m_messages;
    MessageStatusTable m_statuses;
    MessageChangeTable m_changes;
    OutboxTable m_outbox;
    ReceiptTable m_receipts;
    QuarantineTable m_quarantine;
    Maintenance m_maintenance;
    SessionTable m_sessions;
    PreKeyTable m_preKeys;
    IdentityTable m_identities;
    SeenBaseKeyTable m_seenBaseKeys;
};

} // namespace recado::storage
