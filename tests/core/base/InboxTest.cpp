#include "base/Inbox.h"

#include "support/Suite.h"

#include <QEventLoop>
#include <QTest>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace recado::tests {

using base::Inbox;

namespace {

/// A thread with an event loop and an inbox that lives and dies on it. Not a QThread: the thread sanitizer
/// sees how a std::thread starts and ends, but not what goes on inside Qt.
class LoopThread {
public:
    LoopThread()
        : m_thread([this] { run(); }) {
        std::unique_lock lock(m_mutex);
        m_ready.wait(lock, [this] { return m_inbox != nullptr; });
    }
    ~LoopThread() {
        m_inbox->post([this] { m_loop->quit(); });
        m_thread.join();
    }
    LoopThread(const LoopThread&) = delete;
    LoopThread& operator=(const LoopThread&) = delete;

    Inbox& inbox() { return *m_inbox; }
    [[nodiscard]] std::thread::id id() const { return m_thread.get_id(); }

private:
    void run() {
        QEventLoop loop;
        Inbox inbox;
        {
            const std::lock_guard lock(m_mutex);
            m_loop = &loop;
            m_inbox = &inbox;
            m_ready.notify_one();
        }
        loop.exec();
    }

    std::mutex m_mutex;
    std::condition_variable m_ready;
    QEventLoop* m_loop = nullptr;
    Inbox* m_inbox = nullptr;
    std::thread m_thread; // last: it uses all of the above
};

} // namespace

class InboxTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void tasksRunInOrderInALaterTurn();
    void tasksPostedByTasksRunToo();
    void manyThreadsLoseNothingAndKeepTheirOrder();
    void tasksRunOnTheOwnersThread();
    void callWaits();
    void aTaskMayEndTheInbox();
    void tasksLeftAreDroppedAndReleased();
};

void InboxTest::tasksRunInOrderInALaterTurn() {
    Inbox inbox;
    std::vector<int> seen;
    for (int i = 0; i < 5; ++i)
        inbox.post([&seen, i] { seen.push_back(i); });
    QVERIFY(seen.empty());
    QTRY_COMPARE(seen, std::vector<int>({0, 1, 2, 3, 4}));
}

void InboxTest::tasksPostedByTasksRunToo() {
    Inbox inbox;
    int turns = 0;
    std::function<void()> again = [&] {
        if (++turns < 10)
            inbox.post(again);
    };
    inbox.post(again);
    QTRY_COMPARE(turns, 10);
}

void InboxTest::manyThreadsLoseNothingAndKeepTheirOrder() {
    constexpr int writers = 4;
    constexpr int each = 5000;
    Inbox inbox;
    std::vector<std::vector<int>> seen(writers);
    std::vector<std::thread> threads;
    for (int writer = 0; writer < writers; ++writer) {
        threads.emplace_back([&inbox, &seen, writer] {
            for (int i = 0; i < each; ++i)
                inbox.post([&seen, writer, i] { seen[std::size_t(writer)].push_back(i); });
        });
    }
    for (std::thread& thread : threads)
        thread.join();
    for (const std::vector<int>& numbers : seen) {
        QTRY_COMPARE(numbers.size(), std::size_t(each));
        for (int i = 0; i < each; ++i)
            QCOMPARE(numbers[std::size_t(i)], i);
    }
}

void InboxTest::tasksRunOnTheOwnersThread() {
    LoopThread thread;
    std::thread::id ranOn;
    thread.inbox().call([&] { ranOn = std::this_thread::get_id(); });
    QCOMPARE(ranOn, thread.id());
}

void InboxTest::callWaits() {
    LoopThread thread;
    int sum = 0;
    for (int i = 1; i <= 100; ++i) {
        thread.inbox().call([&] { sum += i; });
        QCOMPARE(sum, i * (i + 1) / 2);
    }
}

void InboxTest::aTaskMayEndTheInbox() {
    // Each of these ends with a task after which the inbox is destroyed at once, on its own thread.
    for (int round = 0; round < 200; ++round) {
        LoopThread thread;
        thread.inbox().post([] {});
    }
}

void InboxTest::tasksLeftAreDroppedAndReleased() {
    auto capture = std::make_shared<int>(1);
    bool ran = false;
    {
        Inbox inbox;
        inbox.post([capture, &ran] { ran = true; });
        QCOMPARE(capture.use_count(), 2);
    }
    QCOMPARE(capture.use_count(), 1);
    QCoreApplication::processEvents();
    QVERIFY(!ran);
}

} // namespace recado::tests

RECADO_TEST(recado::tests::InboxTest)
#include "InboxTest.moc"
