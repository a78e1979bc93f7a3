#pragma once

#include "base/Result.h"
#include "queue/AckWindow.h"
#include "relay/delivery/MailboxStore.h"
#include "relay/storage/MailboxLog.h"
#include "sql/Database.h"

#include <deque>
#include <map>
#include <memory>
#include <unordered_map>

namespace recado::relay {

/// A body that entries of the log share.
struct LogBody {
    QByteArray content;
    qint64 stored = 0; // its row in the table of bodies, once one of them was moved there
};

/// An envelope that waits in the log.
struct LogEntry {
    qint64 acceptedAtMs = 0;
    qint64 expiresAtMs = 0;
    QByteArray sealedHeader;
    QByteArray ciphertext;
    std::shared_ptr<LogBody> body; // null when it has none
    qint64 row = 0;                // of the log; 0 while its batch has not been written
    int append = -1;               // its place in that batch

    [[nodiscard]] qint64 weight() const {
        return sealedHeader.size() + ciphertext.size() + (body ? body->content.size() : 0);
    }
};

/// What is known of one device: its envelopes in the log, how many the table of envelopes holds, and the
/// submissions it made.
struct KnownMailbox {
    base::DeviceAddress device;
    qint64 number = 0;
    std::map<base::DeliveryId, LogEntry> entries;
    qint64 loggedBytes = 0;
    // In the table of envelopes.
    qint64 storedCount = 0;
    qint64 storedBytes = 0;
    base::DeliveryId storedUpTo = 0; // none is newer
    bool sumsChanged = false;        // since they were written to the table of mailboxes
    quint64 deletedIn = 0;           // the latest batch that deleted something durable of it

    std::unique_ptr<queue::AckWindow> window; // null until somebody asks
    bool windowChanged = false;               // since it was written to its table
};

/// What the mailboxes' log says, and what was asked of the other tables: everything that happens to a mailbox
/// happens here first and is written to the log in the same transaction (MailboxBatch). Kept by the writing
/// connection and read anew after a rollback. The writer's thread only.
class MailboxMemory final : public sql::ContentMemory {
public:
    /// The connection's, read from its log if need be.
    static base::Result<MailboxMemory*> of(sql::Database& database);

    /// Null when the device has no mailbox.
    base::Result<KnownMailbox*> find(sql::Database& database, const base::DeviceAddress& device);
    base::Result<KnownMailbox*> findOrMake(sql::Database& database, const base::DeviceAddress& device);
    base::Result<KnownMailbox*> findByNumber(sql::Database& database, qint64 number);
    base::Result<queue::AckWindow*> window(sql::Database& database, KnownMailbox& mailbox);

    /// The entry is the log's from now on; false when there is one with that id.
    bool add(KnownMailbox& mailbox, base::DeliveryId id, LogEntry entry);
    std::map<base::DeliveryId, LogEntry>::iterator
    remove(KnownMailbox& mailbox, std::map<base::DeliveryId, LogEntry>::iterator entry);
    void forget(KnownMailbox& mailbox);
    /// Lets go of mailboxes that are only remembered, when they are many.
    void tidy();

    /// Writes a row, and returns its number.
    base::Result<qint64> write(sql::Database& database, const MailboxLogRow& row);

    quint64 batches = 0; // so far
    /// What the running batch makes; kept for the room that it has.
    MailboxLogRow nextRow;

    struct Row {
        qint64 id = 0;
        qint64 bytes = 0;
    };
    /// Of the log, oldest first.
    std::deque<Row> rows;
    qint64 rowBytes = 0;
    /// Everything in the log, for expiry and figures.
    std::unordered_map<qint64, KnownMailbox*> byNumber;
    qint64 loggedCount = 0;
    qint64 loggedBytes = 0;
    qint64 earliestExpiryMs = 0; // none expires earlier; 0: unknown
    qint64 lastBody = 0;         // the highest number that the table of bodies gave out
    /// Being moved out of the log (LogSettling): these mailboxes, up to this row.
    std::deque<qint64> settling;
    qint64 settlingUpTo = 0;

private:
    base::Status load(sql::Database& database);
    base::Result<KnownMailbox*> remember(sql::Database& database, const base::DeviceAddress& device,
                                         qint64 number, qint64 count, qint64 bytes);

    std::unordered_map<base::DeviceAddress, std::unique_ptr<KnownMailbox>> m_mailboxes;
    qint64 m_lastRow = 0;
    std::size_t m_tidyAt = 20'000;
};

} // namespace recado::relay
