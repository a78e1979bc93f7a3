#include "relay/storage/MailboxBatch.h"

#include <algorithm>
#include <limits>

namespace recado::relay {

using base::DeliveryId;
using base::Result;
using base::Status;

MailboxBatch::MailboxBatch(sql::Database& database, MailboxMemory& memory, const MailboxTables& tables)
    : m_database(database)
    , m_memory(memory)
    , m_tables(tables)
    , m_row(memory.nextRow) {
    ++m_memory.batches;
    m_row.clear();
    m_memory.tidy();
}

Status MailboxBatch::append(const MailboxAppend& append) {
    m_database.memoryChanges();
    Appended& appended = m_appends.emplace_back();
    appended.append = &append;
    appended.firstMailbox = m_mailboxes.size();
    for (const MailboxEntry& entry : append.entries) {
        RECADO_TRY(KnownMailbox* const mailbox, m_memory.findOrMake(m_database, entry.device));
        RECADO_TRY(const bool there, isThere(*mailbox, entry.id));
        if (there) {
            m_mailboxes.push_back(nullptr);
            appended.wasKnown = true;
            continue;
        }
        if (entry.hasBody && !appended.body)
            appended.body = std::make_shared<LogBody>(LogBody{append.body});
        m_memory.add(*mailbox, entry.id,
                     {entry.acceptedAtMs, entry.expiresAtMs, entry.sealedHeader, entry.ciphertext,
                      entry.hasBody ? appended.body : nullptr, 0, int(m_appends.size()) - 1});
        m_mailboxes.push_back(mailbox);
        ++appended.waiting;
    }
    return append.mark ? mark(*append.mark) : Status();
}

Result<bool> MailboxBatch::isThere(const KnownMailbox& mailbox, DeliveryId id) {
    // Ids grow, so that it is nearly always newer than everything.
    if (!mailbox.entries.empty() && id <= mailbox.entries.rbegin()->first && mailbox.entries.contains(id))
        return true;
    if (mailbox.storedCount == 0 || id > mailbox.storedUpTo)
        return false;
    return m_tables.holds(m_database, mailbox.number, id);
}

Status MailboxBatch::mark(const SubmissionMark& mark) {
    RECADO_TRY(KnownMailbox* const sender, m_memory.findOrMake(m_database, mark.sender));
    RECADO_TRY(queue::AckWindow* const window, m_memory.window(m_database, *sender));
    if (window->mark(mark.number))
        sender->windowChanged = true;
    m_owed.emplace_back(sender->number, mark.number);
    return {};
}

Status MailboxBatch::owe(const SubmissionMark& owed) {
    m_database.memoryChanges();
    return mark(owed);
}

Result<MailboxBatch::Acknowledged> MailboxBatch::acknowledge(const base::DeviceAddress& device,
                                                             const QVector<DeliveryRange>& ranges) {
    Acknowledged outcome{{device, 0, 0}};
    RECADO_TRY(KnownMailbox* const mailbox, m_memory.find(m_database, device));
    if (mailbox == nullptr)
        return outcome;
    m_database.memoryChanges();
    for (const DeliveryRange& range : ranges) {
        DeliveryId first = 0;
        DeliveryId last = 0;
        auto entry = mailbox->entries.lower_bound(range.first);
        while (entry != mailbox->entries.end() && entry->first <= range.last) {
            ++outcome.removed.count;
            outcome.removed.bytes += quint64(entry->second.weight());
            if (entry->second.append >= 0) {
                --m_appends[std::size_t(entry->second.append)].waiting;
                ++outcome.neverWritten;
            } else {
                first = first == 0 ? entry->first : first;
                last = entry->first;
                outcome.wasWritten = true;
            }
            entry = m_memory.remove(*mailbox, entry);
        }
        if (last != 0)
            m_row.gone(mailbox->number, first, last);
        if (mailbox->storedCount > 0 && range.first <= mailbox->storedUpTo)
            RECADO_CHECK(removeStored(*mailbox, range, outcome));
    }
    // Whoever acknowledges the same again must not be told sooner.
    if (outcome.wasWritten)
        mailbox->deletedIn = m_memory.batches;
    outcome.wasWritten = mailbox->deletedIn == m_memory.batches;
    return outcome;
}

Status MailboxBatch::removeStored(KnownMailbox& mailbox, const DeliveryRange& range, Acknowledged& outcome) {
    RECADO_CHECK(deleteCheaply());
    RECADO_TRY(const MailboxTables::Removed removed, m_tables.remove(m_database, mailbox.number, range));
    if (removed.count == 0)
        return {};
    outcome.wasWritten = true;
    outcome.removed.count += quint64(removed.count);
    outcome.removed.bytes += quint64(removed.bytes);
    noteSums(mailbox, -removed.count, -removed.bytes);
    return {};
}

Result<MailboxPage> MailboxBatch::peek(const MailboxPeek& peek, qint64 nowMs) {
    MailboxPage page;
    RECADO_TRY(KnownMailbox* const mailbox, m_memory.find(m_database, peek.device));
    page.exhausted = mailbox == nullptr;
    if (mailbox == nullptr)
        return page;
    MailboxPage stored;
    stored.exhausted = true;
    if (mailbox->storedCount > 0 && peek.after < mailbox->storedUpTo) {
        RECADO_TRY(stored, m_tables.peek(m_database, mailbox->number, peek, nowMs));
    }
    // Both sides are in order; what the tables hold is nearly always the older.
    auto logged = mailbox->entries.upper_bound(peek.after);
    auto next = stored.rows.begin();
    qint64 bytes = 0;
    const auto fits = [&](qint64 weight) {
        bytes += weight;
        return page.rows.size() < peek.maximumCount && (page.rows.isEmpty() || bytes <= peek.maximumBytes);
    };
    while (true) {
        while (logged != mailbox->entries.end() && logged->second.expiresAtMs <= nowMs)
            ++logged;
        const bool inLog = logged != mailbox->entries.end();
        if (next == stored.rows.end() && !stored.exhausted)
            return page;
        if (next == stored.rows.end() && !inLog)
            break;
        if (next != stored.rows.end() && (!inLog || next->id < logged->first)) {
            if (!fits(next->sealedHeader.size() + next->ciphertext.size() + next->body.size()))
                return page;
            page.rows.push_back(std::move(*next++));
            continue;
        }
        const LogEntry& entry = logged->second;
        if (!fits(entry.weight()))
            return page;
        page.rows.push_back({logged->first, entry.acceptedAtMs, entry.sealedHeader, entry.ciphertext,
                             entry.body ? entry.body->content : QByteArray()});
        ++logged;
    }
    page.exhausted = true;
    return page;
}

Result<MailboxUsage> MailboxBatch::usage(const base::DeviceAddress& device) {
    RECADO_TRY(const KnownMailbox* const mailbox, m_memory.find(m_database, device));
    if (mailbox == nullptr)
        return MailboxUsage{device, 0, 0};
    return MailboxUsage{device, quint64(mailbox->storedCount) + mailbox->entries.size(),
                        quint64(mailbox->storedBytes + mailbox->loggedBytes)};
}

Result<queue::AckWindow> MailboxBatch::submissions(const base::DeviceAddress& sender) {
    RECADO_TRY(KnownMailbox* const mailbox, m_memory.find(m_database, sender));
    // Marks may be older than the mailbox; and who only connects shall not have its window kept here as well.
    if (mailbox == nullptr || mailbox->window == nullptr)
        return MailboxTables::storedWindow(m_database, sender);
    return *mailbox->window;
}

Result<QVector<MailboxUsage>> MailboxBatch::expire(qint64 nowMs, int limit) {
    std::map<qint64, MailboxUsage> lost;
    m_database.memoryChanges();
    if (m_memory.loggedCount > 0 && m_memory.earliestExpiryMs <= nowMs) {
        qint64 earliest = std::numeric_limits<qint64>::max();
        for (const auto& [number, mailbox] : m_memory.byNumber) {
            for (auto entry = mailbox->entries.begin(); entry != mailbox->entries.end();) {
                if (entry->second.expiresAtMs > nowMs) {
                    earliest = std::min(earliest, entry->second.expiresAtMs);
                    ++entry;
                    continue;
                }
                MailboxUsage& usage = lost[number];
                ++usage.count;
                usage.bytes += quint64(entry->second.weight());
                m_row.gone(number, entry->first, entry->first);
                entry = m_memory.remove(*mailbox, entry);
            }
        }
        m_memory.earliestExpiryMs = earliest;
    }
    RECADO_CHECK(deleteCheaply());
    RECADO_TRY(const MailboxTables::RemovedByMailbox stored, m_tables.expire(m_database, nowMs, limit));
    for (const auto& [number, removed] : stored) {
        MailboxUsage& usage = lost[number];
        usage.count += quint64(removed.count);
        usage.bytes += quint64(removed.bytes);
        RECADO_TRY(KnownMailbox* const mailbox, m_memory.findByNumber(m_database, number));
        if (mailbox != nullptr)
            noteSums(*mailbox, -removed.count, -removed.bytes);
    }
    QVector<MailboxUsage> answer;
    for (auto& [number, usage] : lost) {
        RECADO_TRY(const KnownMailbox* const mailbox, m_memory.findByNumber(m_database, number));
        if (mailbox == nullptr)
            continue;
        usage.device = mailbox->device;
        answer.push_back(usage);
    }
    return answer;
}

bool MailboxBatch::wasOvertaken(std::size_t append) const {
    const Appended& appended = m_appends[append];
    return appended.waiting == 0 && !appended.wasKnown && !appended.append->entries.isEmpty();
}

bool MailboxBatch::hasNews() const {
    if (!m_row.isEmpty() || !m_changedSums.empty())
        return true;
    for (std::size_t place = 0; place < m_appends.size(); ++place) {
        if (!wasOvertaken(place))
            return true;
    }
    return false;
}

void MailboxBatch::writeAppends(std::vector<LogEntry*>& written) {
    std::vector<MailboxLogRow::Entry> entries;
    for (std::size_t place = 0; place < m_appends.size(); ++place) {
        const Appended& appended = m_appends[place];
        if (appended.waiting == 0)
            continue;
        entries.clear();
        bool withBody = false;
        for (qsizetype index = 0; index < appended.append->entries.size(); ++index) {
            KnownMailbox* const mailbox = m_mailboxes[appended.firstMailbox + std::size_t(index)];
            const MailboxEntry& entry = appended.append->entries[index];
            if (mailbox == nullptr)
                continue;
            const auto logged = mailbox->entries.find(entry.id);
            if (logged == mailbox->entries.end() || logged->second.append != int(place))
                continue;
            entries.push_back({mailbox->number, &entry});
            withBody = withBody || entry.hasBody;
            written.push_back(&logged->second);
        }
        m_row.appended(entries, withBody ? appended.append->body : QByteArray());
        m_written += entries.size();
    }
}

Status MailboxBatch::finish(OwedMarks owed, const MailboxLogLimits& limits) {
    std::vector<LogEntry*> written;
    writeAppends(written);
    if (owed == OwedMarks::Now) {
        for (const auto& [mailbox, number] : m_owed)
            m_row.marked(mailbox, number);
    }
    RECADO_CHECK(settle(limits));
    RECADO_CHECK(writeSums());
    if (!m_row.isEmpty()) {
        RECADO_TRY(const qint64 row, m_memory.write(m_database, m_row));
        for (LogEntry* entry : written) {
            entry->row = row;
            entry->append = -1;
        }
    }
    return m_deletesCheaply ? m_database.setDeletion(sql::Deletion::Overwrite) : Status();
}

} // namespace recado::relay
