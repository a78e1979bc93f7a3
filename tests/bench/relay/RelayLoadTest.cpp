#include "bench/relay/FloorServer.h"
#include "bench/relay/LoadCell.h"
#include "bench/relay/RecadoServer.h"
#include "support/Suite.h"

#include <QTemporaryDir>
#include <QTest>

using namespace recado::tests::load;

/// The short form of `./dev bench relay`: real relay, real generator, a few hundred connections. It fails
/// when anything is lost, doubled, out of order or unanswered; it asserts no time.
class RelayLoadTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void routesUnderLoad();
    void routesUnderLoad_data();
    void keepsForTheAbsent();
    void routesOverTls();

private:
    std::unique_ptr<LoadCell> relayCell(int active, int idle, bool tls = false);

    QTemporaryDir m_directory;
    SeededAccounts m_accounts;
};

namespace {

constexpr int activeClients = 100;
constexpr int idleClients = 200;
constexpr int awayClients = 50;

LoadJob closedLoop(std::uint64_t messages, int window) {
    LoadJob job;
    job.kind = LoadJob::Kind::ClosedLoop;
    job.traffic.senders = activeClients;
    job.traffic.receivers = activeClients;
    job.traffic.shift = 1;
    job.window = window;
    job.messages = messages;
    job.milliseconds = 60'000;
    return job;
}

} // namespace

void RelayLoadTest::initTestCase() {
    m_accounts = SeededAccounts::make(m_directory.path(), activeClients + idleClients);
    QVERIFY(!m_accounts.devices->empty());
}

std::unique_ptr<LoadCell> RelayLoadTest::relayCell(int active, int idle, bool tls) {
    using Encryption = RecadoServer::Encryption;
    return std::make_unique<LoadCell>(
        QStringLiteral("relay"), active, idle,
        std::make_unique<RecadoServer>(m_accounts, tls ? Encryption::Tls : Encryption::None), tls);
}

void RelayLoadTest::routesUnderLoad_data() {
    QTest::addColumn<int>("window");
    QTest::addColumn<int>("acknowledgeAfterMs");
    QTest::newRow("one message at a time") << 1 << 0;
    QTest::newRow("many unanswered") << 32 << 0;
    QTest::newRow("late acknowledgements") << 8 << 10;
}

void RelayLoadTest::routesUnderLoad() {
    QFETCH(int, window);
    QFETCH(int, acknowledgeAfterMs);
    const auto cell = relayCell(activeClients, idleClients);
    cell->start(m_directory.filePath(QString::fromLatin1(QTest::currentDataTag())));
    QCOMPARE(cell->trouble(), QString());
    LoadJob job = closedLoop(5'000, window);
    job.traffic.acknowledgeAfterMs = acknowledgeAfterMs;
    LoadResult result;
    cell->run(job, result);
    QCOMPARE(cell->trouble(), QString());
    QCOMPARE(result.acceptedInAll, 5'000u);
}

void RelayLoadTest::keepsForTheAbsent() {
    const auto cell = relayCell(activeClients, 0);
    cell->reserve(awayClients);
    cell->start(m_directory.filePath(QStringLiteral("absent")));
    LoadJob job = closedLoop(5'000, 16);
    job.traffic.firstReceiver = activeClients;
    job.traffic.receivers = awayClients;
    job.traffic.online = false;
    LoadResult result;
    cell->run(job, result);
    QCOMPARE(cell->trouble(), QString());
    QCOMPARE(result.acceptedInAll, 5'000u);
    QCOMPARE(result.delivered, 0u);
    LoadJob settle;
    settle.kind = LoadJob::Kind::Settle;
    cell->connect(activeClients, awayClients, result);
    cell->run(settle, result);
    QCOMPARE(cell->trouble(), QString());
}

void RelayLoadTest::routesOverTls() {
    const auto cell = relayCell(activeClients, 0, true);
    cell->start(m_directory.filePath(QStringLiteral("tls")));
    LoadResult result;
    cell->run(closedLoop(2'000, 4), result);
    QCOMPARE(cell->trouble(), QString());
    QCOMPARE(result.acceptedInAll, 2'000u);
}

RECADO_TEST(RelayLoadTest)
#include "RelayLoadTest.moc"
