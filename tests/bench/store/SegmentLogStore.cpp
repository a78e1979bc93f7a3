#include "bench/store/SegmentLogStore.h"

#include <QDir>
#include <QFile>

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

namespace recado::tests {

using relay::MailboxOperation;
using relay::StoreResult;
using std::chrono::steady_clock;

namespace {

constexpr qint64 segmentBytes = 256 * 1024 * 1024;

} // namespace

SegmentLogStore::SegmentLogStore(const QString& directory) {
    const QByteArray path = QFile::encodeName(QDir(directory).filePath(QStringLiteral("segment")));
    m_file = open(path.constData(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    const QByteArray zeros(1024 * 1024, '\0');
    for (qint64 offset = 0; offset < segmentBytes; offset += zeros.size()) {
        if (pwrite(m_file, zeros.constData(), std::size_t(zeros.size()), offset) != zeros.size())
            qFatal("no room for a segment");
    }
    fsync(m_file);
    m_thread = std::thread([this] { work(); });
}

SegmentLogStore::~SegmentLogStore() {
    {
        const std::lock_guard lock(m_mutex);
        m_stopping = true;
    }
    m_wakeUp.notify_one();
    m_thread.join();
    close(m_file);
}

void SegmentLogStore::append(relay::MailboxAppend append, relay::StoreCall call,
                             relay::StoreCallback<bool> done) {
    take({call.inbox, 0, MailboxOperation::Append{std::move(append), std::move(done)}});
}

void SegmentLogStore::acknowledge(base::DeviceAddress device, QVector<relay::DeliveryRange> ranges,
                                  relay::StoreCall call, relay::StoreCallback<relay::MailboxUsage> done) {
    take({call.inbox, 0, MailboxOperation::Acknowledge{device, std::move(ranges), std::move(done)}});
}

void SegmentLogStore::peek(relay::MailboxPeek peek, relay::StoreCall call,
                           relay::StoreCallback<relay::MailboxPage> done) {
    MailboxOperation::Read reading = [this, peek, done = std::move(done)](relay::MailboxBatch*, StoreResult) {
        return [done, page = read(peek)] { done({StoreResult::Committed, page}); };
    };
    take({call.inbox, 0, std::move(reading)});
}

void SegmentLogStore::take(MailboxOperation operation) {
    bool refused = false;
    const auto need = m_intake.push(operation, refused);
    if (need == relay::MailboxIntake::Need::None)
        return;
    const bool now = need == relay::MailboxIntake::Need::Now;
    const auto due = steady_clock::now() + std::chrono::milliseconds(now ? 0 : 5);
    const std::lock_guard lock(m_mutex);
    m_due = m_wanted ? std::min(m_due, due) : due;
    m_wanted = true;
    m_wakeUp.notify_one();
}

void SegmentLogStore::work() {
    std::unique_lock lock(m_mutex);
    while (true) {
        m_wakeUp.wait(lock, [this] { return m_wanted || m_stopping; });
        if (m_stopping)
            return;
        while (steady_clock::now() < m_due && !m_stopping)
            m_wakeUp.wait_until(lock, m_due);
        m_wanted = false;
        lock.unlock();
        bool more = true;
        while (more) {
            std::vector<MailboxOperation> operations = m_intake.take(more);
            carryOut(operations);
        }
        lock.lock();
    }
}

SegmentLogStore::Mailbox& SegmentLogStore::mailbox(const base::DeviceAddress& device) {
    Mailbox& found = m_mailboxes[device];
    if (found.number == 0)
        found.number = qint64(m_mailboxes.size());
    return found;
}

void SegmentLogStore::carryOut(std::vector<MailboxOperation>& operations) {
    relay::MailboxAnswers early;
    relay::MailboxAnswers late;
    m_row.clear();
    for (MailboxOperation& operation : operations) {
        if (auto* append = std::get_if<MailboxOperation::Append>(&operation.what)) {
            for (const relay::MailboxEntry& entry : append->append.entries)
                mailbox(entry.device).places[entry.id] = {};
            mailbox(append->append.mark->sender).window.mark(append->append.mark->number);
        } else if (auto* acknowledge = std::get_if<MailboxOperation::Acknowledge>(&operation.what)) {
            Mailbox& from = mailbox(acknowledge->device);
            relay::MailboxUsage removed{acknowledge->device, 0, 0};
            bool written = false;
            for (const relay::DeliveryRange& range : acknowledge->ranges) {
                auto place = from.places.lower_bound(range.first);
                while (place != from.places.end() && place->first <= range.last) {
                    written = written || place->second.written;
                    ++removed.count;
                    place = from.places.erase(place);
                }
                if (written)
                    m_row.gone(from.number, range.first, range.last);
            }
            (written ? late : early)
                .add(operation.inbox, std::move(acknowledge->done), {StoreResult::Committed, removed});
        }
    }
    qint64 offset = m_end + 16;
    for (MailboxOperation& operation : operations) {
        auto* append = std::get_if<MailboxOperation::Append>(&operation.what);
        if (append == nullptr)
            continue;
        const relay::MailboxEntry& entry = append->append.entries.front();
        Mailbox& to = mailbox(entry.device);
        const auto place = to.places.find(entry.id);
        const bool overtaken = place == to.places.end();
        if (!overtaken) {
            m_row.appended({{to.number, &entry}}, {});
            place->second = {offset, quint32(entry.sealedHeader.size()), quint32(entry.ciphertext.size()),
                             true};
            offset += 58 + entry.sealedHeader.size() + entry.ciphertext.size();
        }
        m_row.marked(mailbox(append->append.mark->sender).number, append->append.mark->number);
        offset += 17;
        (overtaken ? early : late).add(operation.inbox, std::move(append->done), StoreResult::Committed);
    }
    early.send();
    write(m_row.bytes());
    late.send();
    relay::MailboxAnswers reads;
    for (MailboxOperation& operation : operations) {
        if (operation.isRead())
            reads.add(operation.inbox,
                      std::get<MailboxOperation::Read>(operation.what)(nullptr, StoreResult::Committed));
    }
    reads.send();
}

void SegmentLogStore::write(const QByteArray& records) {
    if (records.isEmpty())
        return;
    if (m_end + 16 + records.size() > segmentBytes)
        m_end = 0; // the next segment, as recycled as this one
    const quint32 head[4] = {
        quint32(records.size()),
        quint32(crc32(0, reinterpret_cast<const Bytef*>(records.constData()), uInt(records.size()))),
        quint32(m_commits), 0};
    if (pwrite(m_file, head, sizeof head, m_end) != qint64(sizeof head) ||
        pwrite(m_file, records.constData(), std::size_t(records.size()), m_end + 16) != records.size() ||
        fdatasync(m_file) != 0)
        qFatal("the segment could not be written");
    m_end += 16 + records.size();
    ++m_commits;
}

relay::MailboxPage SegmentLogStore::read(const relay::MailboxPeek& peek) {
    relay::MailboxPage page;
    const Mailbox& from = mailbox(peek.device);
    auto place = from.places.upper_bound(peek.after);
    for (; place != from.places.end() && page.rows.size() < peek.maximumCount; ++place) {
        relay::MailboxRow row;
        row.id = place->first;
        QByteArray bytes(qsizetype(place->second.header + place->second.ciphertext), Qt::Uninitialized);
        if (pread(m_file, bytes.data(), std::size_t(bytes.size()), place->second.offset) != bytes.size())
            qFatal("the segment could not be read");
        row.sealedHeader = bytes.left(place->second.header);
        row.ciphertext = bytes.mid(place->second.header);
        page.rows.push_back(std::move(row));
    }
    page.exhausted = place == from.places.end();
    return page;
}

} // namespace recado::tests
