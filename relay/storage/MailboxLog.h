#pragma once

#include "base/Result.h"
#include "relay/delivery/MailboxStore.h"

#include <QByteArray>

#include <functional>
#include <vector>

namespace recado::relay {

/// One row of the table `mailbox_log`: what a commit changed in the mailboxes, as records. Mailboxes are
/// named by their number (`mailbox.id`): no account appears, so that erasing one leaves nothing here.
///
/// What is gone or dropped comes first in a row. Little-endian; the byte that
/// tells what follows, then
///   1 appended   body length (4), body, entries (4), then for each: mailbox (8), id (8), accepted (8),
///                expires (8), has the body (1), header length (4), header, ciphertext length (4), ciphertext
///   2 gone       mailbox (8), first id (8), last id (8): deleted, or moved to the table of envelopes
///   3 dropped    mailbox (8): everything about it was deleted
///   4 marked     mailbox of the sender (8), submission number (8)
class MailboxLogRow {
public:
    struct Entry {
        qint64 mailbox = 0;
        const MailboxEntry* entry = nullptr;
    };

    void appended(const std::vector<Entry>& entries, const QByteArray& body);
    void gone(qint64 mailbox, base::DeliveryId first, base::DeliveryId last);
    void dropped(qint64 mailbox);
    void marked(qint64 mailbox, base::SubmissionNumber number);

    [[nodiscard]] bool isEmpty() const { return m_gone.isEmpty() && m_news.isEmpty(); }
    [[nodiscard]] qint64 size() const { return m_gone.size() + m_news.size(); }
    [[nodiscard]] QByteArray bytes() const { return m_gone.isEmpty() ? m_news : m_gone + m_news; }
    /// Empty again, with the room that it has.
    void clear();

private:
    QByteArray m_gone; // and dropped
    QByteArray m_news; // appended, marked
};

/// Who hears what a row says, record by record; an entry's body comes with it.
struct MailboxLogReader {
    std::function<base::Status(const std::vector<MailboxLogRow::Entry>&, const QByteArray& body)> appended;
    std::function<base::Status(qint64 mailbox, base::DeliveryId first, base::DeliveryId last)> gone;
    std::function<base::Status(qint64 mailbox)> dropped;
    std::function<base::Status(qint64 mailbox, base::SubmissionNumber number)> marked;

    /// `StorageCorrupt` when the bytes are no records; else the first error a listener gives.
    base::Status read(const QByteArray& row) const;
};

} // namespace recado::relay
