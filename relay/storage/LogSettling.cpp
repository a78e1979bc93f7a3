// How the mailboxes' log is kept short: the part of MailboxBatch that moves what has waited in it to the
// tables, sorted by mailbox, so that neighbours are written together, and then deletes the rows.
#include "relay/storage/MailboxBatch.h"

#include <algorithm>

namespace recado::relay {

using base::Status;

// What lies in pages that become free is sealed and names nobody.
Status MailboxBatch::deleteCheaply() {
    if (std::exchange(m_deletesCheaply, true))
        return {};
    return m_database.setDeletion(sql::Deletion::Cheap);
}

void MailboxBatch::noteSums(KnownMailbox& mailbox, qint64 count, qint64 bytes) {
    mailbox.storedCount += count;
    mailbox.storedBytes += bytes;
    if (!std::exchange(mailbox.sumsChanged, true))
        m_changedSums.push_back(&mailbox);
}

Status MailboxBatch::writeSums() {
    for (KnownMailbox* mailbox : m_changedSums) {
        RECADO_CHECK(MailboxTables::storeSums(m_database, mailbox->number, mailbox->storedCount,
                                              mailbox->storedBytes));
        mailbox->sumsChanged = false;
    }
    return {};
}

Status MailboxBatch::settle(const MailboxLogLimits& limits) {
    if (m_memory.settlingUpTo == 0) {
        if (m_memory.rows.empty() || m_memory.rowBytes < limits.settleBytes)
            return {};
        m_memory.settlingUpTo = m_memory.rows.back().id;
        for (const auto& [number, mailbox] : m_memory.byNumber) {
            if (!mailbox->entries.empty() || mailbox->windowChanged)
                m_memory.settling.push_back(number);
        }
        std::sort(m_memory.settling.begin(), m_memory.settling.end());
    }
    m_database.memoryChanges();
    RECADO_CHECK(deleteCheaply());
    // Faster than it grows, whatever comes.
    int budget = limits.sliceEnvelopes + int(2 * m_written);
    while (budget > 0 && !m_memory.settling.empty()) {
        const auto mailbox = m_memory.byNumber.find(m_memory.settling.front());
        if (mailbox != m_memory.byNumber.end())
            RECADO_CHECK(settleMailbox(*mailbox->second, budget));
        if (budget > 0)
            m_memory.settling.pop_front();
    }
    return m_memory.settling.empty() ? deleteSettledRows(limits.sliceBytes + 2 * m_row.size()) : Status();
}

Status MailboxBatch::settleMailbox(KnownMailbox& mailbox, int& budget) {
    if (mailbox.windowChanged) {
        RECADO_CHECK(MailboxTables::storeWindow(m_database, mailbox.device, *mailbox.window));
        mailbox.windowChanged = false;
        --budget;
    }
    base::DeliveryId first = 0;
    base::DeliveryId last = 0;
    for (auto entry = mailbox.entries.begin(); entry != mailbox.entries.end() && budget > 0;) {
        if (entry->second.append >= 0) { // comes after this in the row that is being made
            ++entry;
            continue;
        }
        const qint64 weight = entry->second.weight();
        RECADO_CHECK(
            m_tables.store(m_database, mailbox.number, entry->first, entry->second, m_memory.lastBody));
        first = first == 0 ? entry->first : first;
        last = entry->first;
        budget -= 1 + int(weight / 2'048);
        noteSums(mailbox, 1, weight);
        mailbox.storedUpTo = std::max(mailbox.storedUpTo, entry->first);
        entry = m_memory.remove(mailbox, entry);
    }
    if (last != 0)
        m_row.gone(mailbox.number, first, last);
    return {};
}

// Nothing in them counts any more: their envelopes are in the tables or gone, and so are those that their
// other records were about.
Status MailboxBatch::deleteSettledRows(qint64 budget) {
    while (budget > 0 && !m_memory.rows.empty() && m_memory.rows.front().id <= m_memory.settlingUpTo) {
        const MailboxMemory::Row row = m_memory.rows.front();
        RECADO_CHECK(m_database.run("DELETE FROM mailbox_log WHERE id = ?1", row.id));
        m_memory.rows.pop_front();
        m_memory.rowBytes -= row.bytes;
        budget -= row.bytes;
    }
    if (m_memory.rows.empty() || m_memory.rows.front().id > m_memory.settlingUpTo)
        m_memory.settlingUpTo = 0;
    return {};
}

} // namespace recado::relay
