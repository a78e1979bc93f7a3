#include "storage/ProfileStores.h"

namespace recado::storage {

ProfileStores::ProfileStores(sql::Database& database, const base::Clock& clock)
    : m_work(database)
    , m_profile(database)
    , m_contacts(database)
    , m_conversations(database, m_work)
    , m_arrivals(database)
    , m_messages(database)
    , m_statuses(database)
    , m_changes(database, m_work)
    , m_outbox(database)
    , m_receipts(database)
    , m_quarantine(database)
    , m_maintenance(database, m_work, m_outbox, m_quarantine, m_changes)
    , m_sessions(database)
    , m_preKeys(database)
    , m_identities(database)
    , m_seenBaseKeys(database, clock) {}

messaging::Stores ProfileStores::stores() {
    return {m_work,     m_profile, m_contacts,   m_conversations, m_arrivals,   m_messages,
            m_statuses, m_changes, m_outbox,     m_receipts,      m_quarantine, m_maintenance,
            m_sessions, m_preKeys, m_identities, m_seenBaseKeys};
}

} // namespace recado::storage
