#include "bench/store/StoreJob.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QTimer>

#include <sys/resource.h>

#include <deque>

namespace recado::tests {

using base::DeviceAddress;
using base::Inbox;

namespace {

constexpr int deviceCount = 1'000;
constexpr int senderCount = 200;
constexpr qint64 storeBenchMonthMs = qint64(30) * 24 * 3'600 * 1'000;

double cpuMicroseconds(int who) {
    rusage usage{};
    getrusage(who, &usage);
    return double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
           double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

/// Clock and CPU meters of one job.
class Meter {
public:
    explicit Meter(QString name)
        : m_name(std::move(name))
        , m_process(cpuMicroseconds(RUSAGE_SELF))
        , m_caller(cpuMicroseconds(RUSAGE_THREAD)) {
        m_timer.start();
    }
    [[nodiscard]] StoreFigures figures(quint64 operations) const {
        const double count = double(operations);
        return {m_name, operations, double(m_timer.nsecsElapsed()) / 1e9,
                (cpuMicroseconds(RUSAGE_SELF) - m_process) / count,
                (cpuMicroseconds(RUSAGE_THREAD) - m_caller) / count};
    }

private:
    QString m_name;
    double m_process;
    double m_caller;
    QElapsedTimer m_timer;
};

DeviceAddress deviceAt(int index) {
    QByteArray account(16, '\0');
    account[0] = char(index & 0xff);
    account[1] = char(index >> 8);
    account[15] = char(index * 37);
    return {*base::AccountId::fromBytes(account), 1};
}

/// Makes appends with growing ids and counts their answers. What its callbacks capture fits a std::function
/// without an allocation, as in the relay.
class Source {
public:
    explicit Source(relay::MailboxStore& store)
        : m_store(store) {}

    base::DeliveryId append(int device) {
        static const QByteArray header(100, 'h');
        static base::DeliveryId nextId = base::DeliveryId(1) << 40;
        static std::array<quint64, senderCount> numbers{};
        const base::DeliveryId id = ++nextId;
        const int sender = int(id % senderCount);
        relay::MailboxAppend append;
        append.entries.push_back({deviceAt(device), id, m_nowMs, m_nowMs + storeBenchMonthMs, header,
                                  QByteArray(300, char(id)), false});
        append.mark = relay::SubmissionMark{deviceAt(deviceCount + sender), ++numbers[std::size_t(sender)]};
        ++unanswered;
        m_store.append(std::move(append), {&inbox}, [this](const relay::StoreAnswer<bool>& answer) {
            --unanswered;
            if (!answer.committed())
                qFatal("an append was not committed");
            if (next)
                next();
        });
        return id;
    }
    void acknowledge(int device, base::DeliveryId first, base::DeliveryId last) {
        ++unanswered;
        m_store.acknowledge(deviceAt(device), {{first, last}}, {&inbox},
                            [this](const relay::StoreAnswer<relay::MailboxUsage>& answer) {
                                --unanswered;
                                acknowledged += answer.value.count;
                                if (next)
                                    next();
                            });
    }
    template <typename Condition>
    void turnUntil(const Condition& condition) {
        while (!condition())
            QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    }

    Inbox inbox;
    int unanswered = 0;
    quint64 acknowledged = 0;
    std::function<void()> next;

private:
    relay::MailboxStore& m_store;
    const qint64 m_nowMs = QDateTime::currentMSecsSinceEpoch();
};

} // namespace

StoreFigures StoreBench::appendOffline(quint64 total, int window) {
    Source source(store);
    quint64 made = 0;
    const auto more = [&] {
        while (made < total && source.unanswered < window)
            source.append(int(made++ % deviceCount));
    };
    const Meter meter(QStringLiteral("append to offline devices, %1 unanswered").arg(window));
    source.next = more;
    more();
    source.turnUntil([&] { return made == total && source.unanswered == 0; });
    return meter.figures(total);
}

void StoreBench::fill(int device, quint64 total) {
    Source source(store);
    quint64 made = 0;
    const auto more = [&] {
        for (; made < total && source.unanswered < 1'000; ++made)
            source.append(device);
    };
    source.next = more;
    more();
    source.turnUntil([&] { return made == total && source.unanswered == 0; });
}

StoreFigures StoreBench::drain(int device, quint64 total) {
    Source source(store);
    quint64 read = 0;
    bool exhausted = false;
    const Meter meter(QStringLiteral("drain one mailbox, pages of 256"));
    const std::function<void(base::DeliveryId)> peek = [&](base::DeliveryId after) {
        store.peek({.device = deviceAt(device), .after = after, .maximumCount = 256}, {&source.inbox},
                   [&](const relay::StoreAnswer<relay::MailboxPage>& answer) {
                       const auto& rows = answer.value.rows;
                       read += quint64(rows.size());
                       exhausted = answer.value.exhausted || rows.isEmpty();
                       if (!exhausted)
                           peek(rows.back().id);
                       if (!rows.isEmpty())
                           source.acknowledge(device, rows.front().id, rows.back().id);
                   });
    };
    peek(0);
    source.turnUntil([&] { return exhausted && source.unanswered == 0; });
    if (read < total || source.acknowledged != read)
        qFatal("the mailbox did not hold what was stored");
    return meter.figures(read);
}

StoreFigures StoreBench::online(quint64 total, int aSecond, int afterMs) {
    Source source(store);
    struct Sent {
        int device;
        base::DeliveryId id;
        qint64 at;
    };
    std::deque<Sent> sent;
    quint64 made = 0;
    const Meter meter(
        QStringLiteral("online, %1 a second, acknowledged after %2 ms").arg(aSecond).arg(afterMs));
    QElapsedTimer time;
    time.start();
    QTimer tick;
    QObject::connect(&tick, &QTimer::timeout, [&] {
        const qint64 now = time.elapsed();
        for (; made < total && made < quint64(now) * quint64(aSecond) / 1'000; ++made) {
            const int device = int(made % deviceCount);
            sent.push_back({device, source.append(device), now});
        }
        for (; !sent.empty() && sent.front().at + afterMs <= now; sent.pop_front())
            source.acknowledge(sent.front().device, sent.front().id, sent.front().id);
    });
    tick.start(1);
    source.turnUntil([&] { return made == total && sent.empty() && source.unanswered == 0; });
    return meter.figures(total);
}

} // namespace recado::tests
