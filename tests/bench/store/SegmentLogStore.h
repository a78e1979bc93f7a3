#pragma once

#include "relay/delivery/MailboxStore.h"
#include "relay/storage/MailboxIntake.h"
#include "relay/storage/MailboxLog.h"

#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>
#include <unordered_map>

namespace recado::tests {

/// For the bench only: what a log of segments with an index in memory would cost, given the same operations.
/// It writes checksummed records into a preallocated file, over and over, one pwrite and one fdatasync a
/// batch; it neither reads its files again nor frees them in order, so that it is a lower bound for one that
/// does.
class SegmentLogStore final : public relay::MailboxStore {
public:
    explicit SegmentLogStore(const QString& directory);
    ~SegmentLogStore() override;

    void append(relay::MailboxAppend append, relay::StoreCall call, relay::StoreCallback<bool> done) override;
    void peek(relay::MailboxPeek peek, relay::StoreCall call,
              relay::StoreCallback<relay::MailboxPage> done) override;
    void acknowledge(base::DeviceAddress device, QVector<relay::DeliveryRange> ranges, relay::StoreCall call,
                     relay::StoreCallback<relay::MailboxUsage> done) override;
    void expire(qint64, relay::StoreCall, relay::StoreCallback<QVector<relay::MailboxUsage>>) override {}
    void usage(QVector<base::DeviceAddress>, relay::StoreCall,
               relay::StoreCallback<QVector<relay::MailboxUsage>>) override {}
    void submissions(base::DeviceAddress, relay::StoreCall, relay::StoreCallback<queue::AckWindow>) override {
    }

    [[nodiscard]] quint64 commits() const { return m_commits; }

private:
    struct Place {
        qint64 offset = 0;
        quint32 header = 0;
        quint32 ciphertext = 0;
        bool written = false;
    };
    struct Mailbox {
        qint64 number = 0;
        std::map<base::DeliveryId, Place> places;
        queue::AckWindow window;
    };

    void take(relay::MailboxOperation operation);
    void work();
    void carryOut(std::vector<relay::MailboxOperation>& operations);
    void write(const QByteArray& records);
    relay::MailboxPage read(const relay::MailboxPeek& peek);
    Mailbox& mailbox(const base::DeviceAddress& device);

    int m_file = -1;
    qint64 m_end = 0;
    relay::MailboxIntake m_intake;
    std::unordered_map<base::DeviceAddress, Mailbox> m_mailboxes;
    relay::MailboxLogRow m_row;
    std::atomic<quint64> m_commits{0};

    std::mutex m_mutex;
    std::condition_variable m_wakeUp;
    bool m_wanted = false;
    std::chrono::steady_clock::time_point m_due;
    bool m_stopping = false;
    std::thread m_thread;
};

} // namespace recado::tests
