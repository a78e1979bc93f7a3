#include "relay/storage/MailboxLog.h"

#include <QtEndian>

namespace recado::relay {

using base::Status;

namespace {

enum class LogRecord : char { Appended = 1, Gone = 2, Dropped = 3, Marked = 4 };

template <typename Integer>
void put(QByteArray& bytes, Integer value) {
    const Integer little = qToLittleEndian(value);
    bytes.append(reinterpret_cast<const char*>(&little), sizeof little);
}

void putKind(QByteArray& bytes, LogRecord record) {
    bytes.append(char(record));
}

void putBytes(QByteArray& bytes, const QByteArray& content) {
    put(bytes, quint32(content.size()));
    bytes.append(content);
}

/// Reads on as long as there is something; what is missing makes it bad for good.
class LogCursor {
public:
    explicit LogCursor(const QByteArray& bytes)
        : m_bytes(bytes) {}

    [[nodiscard]] bool atEnd() const { return m_position == m_bytes.size(); }
    [[nodiscard]] bool isBad() const { return m_bad; }

    template <typename Integer>
    Integer take() {
        if (!has(sizeof(Integer)))
            return 0;
        const auto value = qFromLittleEndian<Integer>(m_bytes.constData() + m_position);
        m_position += qsizetype(sizeof(Integer));
        return value;
    }
    QByteArray takeBytes() {
        const auto size = take<quint32>();
        if (!has(size))
            return {};
        m_position += size;
        return m_bytes.mid(m_position - size, size);
    }

private:
    bool has(std::size_t size) {
        m_bad = m_bad || m_bytes.size() - m_position < qsizetype(size);
        return !m_bad;
    }

    const QByteArray& m_bytes;
    qsizetype m_position = 0;
    bool m_bad = false;
};

Status damagedLog() {
    return base::makeError(base::Reason::StorageCorrupt, QStringLiteral("the mailboxes' log is damaged"));
}

} // namespace

void MailboxLogRow::appended(const std::vector<Entry>& entries, const QByteArray& body) {
    putKind(m_news, LogRecord::Appended);
    putBytes(m_news, body);
    put(m_news, quint32(entries.size()));
    for (const Entry& one : entries) {
        put(m_news, one.mailbox);
        put(m_news, quint64(one.entry->id));
        put(m_news, one.entry->acceptedAtMs);
        put(m_news, one.entry->expiresAtMs);
        put(m_news, quint8(one.entry->hasBody));
        putBytes(m_news, one.entry->sealedHeader);
        putBytes(m_news, one.entry->ciphertext);
    }
}

void MailboxLogRow::gone(qint64 mailbox, base::DeliveryId first, base::DeliveryId last) {
    putKind(m_gone, LogRecord::Gone);
    put(m_gone, mailbox);
    put(m_gone, quint64(first));
    put(m_gone, quint64(last));
}

void MailboxLogRow::dropped(qint64 mailbox) {
    putKind(m_gone, LogRecord::Dropped);
    put(m_gone, mailbox);
}

void MailboxLogRow::marked(qint64 mailbox, base::SubmissionNumber number) {
    putKind(m_news, LogRecord::Marked);
    put(m_news, mailbox);
    put(m_news, quint64(number));
}

void MailboxLogRow::clear() {
    m_gone.resize(0);
    m_news.resize(0);
}

Status MailboxLogReader::read(const QByteArray& row) const {
    LogCursor cursor(row);
    std::vector<MailboxEntry> entries;
    std::vector<MailboxLogRow::Entry> named;
    while (!cursor.atEnd() && !cursor.isBad()) {
        const auto kind = LogRecord(cursor.take<quint8>());
        if (kind == LogRecord::Appended) {
            const QByteArray body = cursor.takeBytes();
            const auto count = cursor.take<quint32>();
            entries.clear();
            named.clear();
            for (quint32 index = 0; index < count && !cursor.isBad(); ++index) {
                named.push_back({cursor.take<qint64>(), nullptr});
                MailboxEntry& entry = entries.emplace_back();
                entry.id = cursor.take<quint64>();
                entry.acceptedAtMs = cursor.take<qint64>();
                entry.expiresAtMs = cursor.take<qint64>();
                entry.hasBody = cursor.take<quint8>() != 0;
                entry.sealedHeader = cursor.takeBytes();
                entry.ciphertext = cursor.takeBytes();
            }
            for (std::size_t index = 0; index < named.size(); ++index)
                named[index].entry = &entries[index];
            if (!cursor.isBad())
                RECADO_CHECK(appended(named, body));
            continue;
        }
        const auto mailbox = cursor.take<qint64>();
        if (kind == LogRecord::Dropped) {
            if (!cursor.isBad())
                RECADO_CHECK(dropped(mailbox));
            continue;
        }
        const auto number = cursor.take<quint64>();
        if (kind == LogRecord::Marked) {
            if (!cursor.isBad())
                RECADO_CHECK(marked(mailbox, number));
            continue;
        }
        if (kind != LogRecord::Gone)
            return damagedLog();
        const auto last = cursor.take<quint64>();
        if (!cursor.isBad())
            RECADO_CHECK(gone(mailbox, number, last));
    }
    return cursor.isBad() ? damagedLog() : Status();
}

} // namespace recado::relay
