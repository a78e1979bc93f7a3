#include "base/Inbox.h"

#include "support/Suite.h"

#include <QTest>
#include <QThread>

#include <memory>
#include <thread>
#include <vector>

namespace recado::tests {

using base::Inbox;

class InboxTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void tasksRunInOrderInALaterTurn();
    void tasksPostedByTasksRunToo();
    void manyThreadsLoseNothingAndKeepTheirOrder();
    void tasksRunOnTheOwnersThread();
    void callWaits();
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
    QThread thread;
    auto inbox = std::make_unique<Inbox>();
    inbox->moveToThread(&thread);
    thread.start();
    QThread* ranOn = nullptr;
    inbox->call([&] { ranOn = QThread::currentThread(); });
    QCOMPARE(ranOn, &thread);
    inbox->call([&] { inbox->moveToThread(QCoreApplication::instance()->thread()); });
    thread.quit();
    thread.wait();
}

void InboxTest::callWaits() {
    QThread thread;
    Inbox* const inbox = new Inbox;
    inbox->moveToThread(&thread);
    connect(&thread, &QThread::finished, inbox, &QObject::deleteLater);
    thread.start();
    int sum = 0;
    for (int i = 1; i <= 100; ++i) {
        inbox->call([&] { sum += i; });
        QCOMPARE(sum, i * (i + 1) / 2);
    }
    thread.quit();
    thread.wait();
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
