#include "relay/storage/MailboxMemory.h"

#include "relay/storage/MailboxTables.h"

namespace recado::relay {

using base::DeliveryId;
using base::DeviceAddress;
using base::Result;
using base::Status;

Result<MailboxMemory*> MailboxMemory::of(sql::Database& database) {
    if (auto* known = dynamic_cast<MailboxMemory*>(database.memory()); known != nullptr)
        return known;
    auto memory = std::make_unique<MailboxMemory>();
    RECADO_CHECK(memory->load(database));
    MailboxMemory* const loaded = memory.get();
    database.keep(std::move(memory));
    return loaded;
}

Status MailboxMemory::load(sql::Database& database) {
    MailboxLogReader reader;
    qint64 row = 0;
    reader.appended = [&](const std::vector<MailboxLogRow::Entry>& entries,
                          const QByteArray& body) -> Status {
        const auto shared = body.isEmpty() ? nullptr : std::make_shared<LogBody>(LogBody{body});
        for (const MailboxLogRow::Entry& one : entries) {
            RECADO_TRY(KnownMailbox* const mailbox, findByNumber(database, one.mailbox));
            if (mailbox == nullptr)
                continue;
            const MailboxEntry& entry = *one.entry;
            add(*mailbox, entry.id,
                {entry.acceptedAtMs, entry.expiresAtMs, entry.sealedHeader, entry.ciphertext,
                 entry.hasBody ? shared : nullptr, row, -1});
        }
        return {};
    };
    reader.gone = [&](qint64 number, DeliveryId first, DeliveryId last) -> Status {
        RECADO_TRY(KnownMailbox* const mailbox, findByNumber(database, number));
        if (mailbox == nullptr)
            return {};
        auto entry = mailbox->entries.lower_bound(first);
        while (entry != mailbox->entries.end() && entry->first <= last)
            entry = remove(*mailbox, entry);
        return {};
    };
    reader.dropped = [&](qint64 number) -> Status {
        RECADO_TRY(KnownMailbox* const mailbox, findByNumber(database, number));
        if (mailbox != nullptr) // somebody else's by now
            forget(*mailbox);
        return {};
    };
    reader.marked = [&](qint64 number, base::SubmissionNumber submission) -> Status {
        RECADO_TRY(KnownMailbox* const mailbox, findByNumber(database, number));
        if (mailbox == nullptr)
            return {};
        RECADO_TRY(queue::AckWindow* const marks, window(database, *mailbox));
        mailbox->windowChanged = marks->mark(submission) || mailbox->windowChanged;
        return {};
    };
    RECADO_TRY(lastBody, MailboxTables::lastBody(database));
    RECADO_TRY(sql::Statement statement, database.prepare("SELECT id, records FROM mailbox_log ORDER BY id"));
    while (true) {
        RECADO_TRY(const bool more, statement.step());
        if (!more)
            return {};
        row = statement.int64(0);
        const QByteArray records = statement.bytes(1);
        rows.push_back({row, records.size()});
        rowBytes += records.size();
        m_lastRow = row;
        RECADO_CHECK(reader.read(records));
    }
}

Result<KnownMailbox*> MailboxMemory::find(sql::Database& database, const DeviceAddress& device) {
    if (const auto known = m_mailboxes.find(device); known != m_mailboxes.end())
        return known->second.get();
    RECADO_TRY(sql::Statement statement,
               database.query("SELECT id, envelopes, bytes FROM mailbox WHERE account = ?1 AND device = ?2",
                              device.account, device.device));
    RECADO_TRY(const bool row, statement.step());
    if (!row)
        return nullptr;
    return remember(database, device, statement.int64(0), statement.int64(1), statement.int64(2));
}

Result<KnownMailbox*> MailboxMemory::findByNumber(sql::Database& database, qint64 number) {
    if (const auto known = byNumber.find(number); known != byNumber.end())
        return known->second;
    RECADO_TRY(sql::Statement statement,
               database.query("SELECT account, device, envelopes, bytes FROM mailbox WHERE id = ?1", number));
    RECADO_TRY(const bool row, statement.step());
    if (!row)
        return nullptr;
    const DeviceAddress device{statement.id<base::AccountId>(0), quint32(statement.int64(1))};
    return remember(database, device, number, statement.int64(2), statement.int64(3));
}

Result<KnownMailbox*> MailboxMemory::findOrMake(sql::Database& database, const DeviceAddress& device) {
    RECADO_TRY(KnownMailbox* const known, find(database, device));
    if (known != nullptr)
        return known;
    RECADO_CHECK(
        database.run("INSERT INTO mailbox (account, device) VALUES (?1, ?2)", device.account, device.device));
    return remember(database, device, database.lastInsertId(), 0, 0);
}

Result<KnownMailbox*> MailboxMemory::remember(sql::Database& database, const DeviceAddress& device,
                                              qint64 number, qint64 count, qint64 bytes) {
    auto mailbox = std::make_unique<KnownMailbox>();
    mailbox->device = device;
    mailbox->number = number;
    mailbox->storedCount = count;
    mailbox->storedBytes = bytes;
    if (count > 0) {
        RECADO_TRY(mailbox->storedUpTo, MailboxTables::newestStored(database, number));
    }
    KnownMailbox* const remembered = mailbox.get();
    byNumber[number] = remembered;
    m_mailboxes[device] = std::move(mailbox);
    return remembered;
}

Result<queue::AckWindow*> MailboxMemory::window(sql::Database& database, KnownMailbox& mailbox) {
    if (mailbox.window == nullptr) {
        RECADO_TRY(const queue::AckWindow stored, MailboxTables::storedWindow(database, mailbox.device));
        mailbox.window = std::make_unique<queue::AckWindow>(stored);
    }
    return mailbox.window.get();
}

bool MailboxMemory::add(KnownMailbox& mailbox, DeliveryId id, LogEntry entry) {
    const qint64 weight = entry.weight();
    const qint64 expiry = entry.expiresAtMs;
    const auto place = mailbox.entries.end();
    const auto before = mailbox.entries.size();
    mailbox.entries.emplace_hint(place, id, std::move(entry));
    if (mailbox.entries.size() == before)
        return false;
    mailbox.loggedBytes += weight;
    loggedBytes += weight;
    ++loggedCount;
    if (loggedCount == 1 || expiry < earliestExpiryMs)
        earliestExpiryMs = expiry;
    return true;
}

std::map<DeliveryId, LogEntry>::iterator
MailboxMemory::remove(KnownMailbox& mailbox, std::map<DeliveryId, LogEntry>::iterator entry) {
    const qint64 weight = entry->second.weight();
    mailbox.loggedBytes -= weight;
    loggedBytes -= weight;
    --loggedCount;
    return mailbox.entries.erase(entry);
}

void MailboxMemory::forget(KnownMailbox& mailbox) {
    while (!mailbox.entries.empty())
        remove(mailbox, mailbox.entries.begin());
    byNumber.erase(mailbox.number);
    m_mailboxes.erase(base::DeviceAddress(mailbox.device));
}

void MailboxMemory::tidy() {
    if (m_mailboxes.size() < m_tidyAt)
        return;
    std::erase_if(m_mailboxes, [this](const auto& known) {
        const KnownMailbox& mailbox = *known.second;
        if (!mailbox.entries.empty() || mailbox.windowChanged || mailbox.sumsChanged)
            return false;
        byNumber.erase(mailbox.number);
        return true;
    });
    m_tidyAt = std::max<std::size_t>(20'000, 2 * m_mailboxes.size());
}

Result<qint64> MailboxMemory::write(sql::Database& database, const MailboxLogRow& row) {
    const QByteArray records = row.bytes();
    RECADO_TRY(sql::Statement statement,
               database.query("INSERT INTO mailbox_log (id, records) VALUES (?1, ?2)", m_lastRow + 1));
    statement.bindBorrowed(2, records);
    RECADO_CHECK(statement.finish());
    rows.push_back({++m_lastRow, records.size()});
    rowBytes += records.size();
    return m_lastRow;
}

} // namespace recado::relay
