#include "FloodStage.h"

#include "support/Wait.h"

#include <QFile>
#include <QUrl>

#include <unistd.h>

#include <algorithm>

namespace recado::tests {

namespace {

// CHARTER C12: others' p99 at most twice what it was; below this nobody sees a difference, and on a busy
// machine the noise of both would decide.
constexpr double p99Floor = 50;
constexpr double p99Factor = 2;
constexpr double growthMb = 256;

/// Looks at the relay's memory now and then.
class MemoryWatch {
public:
    explicit MemoryWatch(qint64 processId)
        : m_processId(processId)
        , m_before(residentMb(processId))
        , m_thread([this] { watch(); }) {}
    ~MemoryWatch() { growth(); }

    double growth() {
        m_stopping = true;
        if (m_thread.joinable())
            m_thread.join();
        return m_peak - m_before;
    }

private:
    void watch() {
        while (!m_stopping) {
            m_peak = std::max(m_peak.load(), residentMb(m_processId));
            usleep(20'000);
        }
    }

    const qint64 m_processId;
    const double m_before;
    std::atomic<double> m_peak{0};
    std::atomic<bool> m_stopping{false};
    std::thread m_thread;
};

} // namespace

double residentMb(qint64 processId) {
    QFile file(QStringLiteral("/proc/%1/statm").arg(processId));
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    return file.readAll().split(' ').value(1).toDouble() * double(sysconf(_SC_PAGESIZE)) / 1e6;
}

double processSeconds(qint64 processId) {
    QFile file(QStringLiteral("/proc/%1/stat").arg(processId));
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    const QByteArray line = file.readAll();
    const QList<QByteArray> fields = line.mid(line.lastIndexOf(')') + 2).split(' ');
    return (fields.value(11).toDouble() + fields.value(12).toDouble()) / double(sysconf(_SC_CLK_TCK));
}

bool Attack::isOver() const {
    return monotonicNs() >= untilNs;
}

FloodStage::FloodStage(Form form, QStringList options, int accounts, int descriptors)
    : m_form(form)
    , m_relay(QStringLiteral("/bin/sh"), m_directory.filePath(QStringLiteral("relay"))) {
    m_accounts = seedRelay(m_directory.filePath(QStringLiteral("data")), accounts + 2);
    if (m_accounts.empty())
        m_trouble = QStringLiteral("the accounts could not be written");
    else if (!start(options, descriptors))
        m_trouble = QStringLiteral("the relay did not start: ") + QString::fromUtf8(m_relay.errorText());
    else if (!m_pair.start(m_port, m_accounts[0], m_accounts[1]))
        m_trouble = QStringLiteral("the honest pair was refused");
    m_taken = 2;
}

FloodStage::~FloodStage() {
    m_pair.stop();
    m_relay.terminate();
}

bool FloodStage::start(const QStringList& options, int descriptors) {
    const QString programs = qEnvironmentVariable("RECADO_PROGRAMS", QStringLiteral(RECADO_PROGRAMS));
    const QString limit = descriptors > 0 ? QStringLiteral("ulimit -n %1; ").arg(descriptors) : QString();
    m_relay.setArguments(QStringList{QStringLiteral("-c"), limit + QStringLiteral("exec \"$@\""),
                                     QStringLiteral("sh"), programs + QStringLiteral("/recado-relay"),
                                     QStringLiteral("serve"), QStringLiteral("--data"),
                                     m_directory.filePath(QStringLiteral("data")), QStringLiteral("--listen"),
                                     QStringLiteral("127.0.0.1:0")} +
                         options);
    if (!m_relay.launch())
        return false;
    const auto isReady = [this] {
        return std::find_if(m_relay.lines().begin(), m_relay.lines().end(),
                            [](const QByteArray& line) { return line.startsWith("ready "); });
    };
    if (!waitUntil([&] { return !m_relay.isRunning() || isReady() != m_relay.lines().end(); }, 15'000) ||
        !m_relay.isRunning())
        return false;
    m_port = quint16(QUrl(QString::fromUtf8(isReady()->mid(6))).port());
    return true;
}

std::span<const SeededDevice> FloodStage::takeAccounts(int count) {
    const std::size_t begin = std::exchange(m_taken, m_taken + std::size_t(count));
    return std::span(m_accounts).subspan(begin, std::size_t(count));
}

HonestPair::Latencies FloodStage::quietFor(qint64 durationNs) {
    m_pair.take();
    usleep(useconds_t(durationNs / 1'000)); // the pair talks on its own thread: this is the measurement
    return m_pair.take();
}

FloodReport FloodStage::run(const Flood& flood) {
    const bool isShort = m_form == Form::Short;
    FloodReport report;
    report.name = flood.name;
    report.check = flood.check;
    report.quiet = quietFor(isShort ? 300'000'000 : 4'000'000'000);
    Attack attack;
    attack.port = m_port;
    attack.processId = m_relay.processId();
    attack.accounts = takeAccounts(flood.accounts);
    attack.isHurried = isShort;
    MemoryWatch memory(attack.processId);
    const double secondsBefore = processSeconds(attack.processId);
    const qint64 startNs = monotonicNs();
    attack.untilNs = startNs + (isShort ? 700'000'000 : 10'000'000'000);
    const Fate fate = flood.run(attack);
    report.cpuShare =
        (processSeconds(attack.processId) - secondsBefore) / (double(monotonicNs() - startNs) / 1e9);
    report.flooded = m_pair.take();
    report.growthMb = memory.growth();
    report.fate = fate.text;
    report.broken = fate.broken;

    const auto expect = [&](bool holds, const QString& what) {
        if (!holds)
            report.broken.append(what);
    };
    expect(m_relay.isRunning(), QStringLiteral("the relay is gone"));
    expect(report.growthMb <= growthMb, QStringLiteral("memory grew by %1 MB").arg(report.growthMb));
    expect(!report.flooded.broke, QStringLiteral("the honest pair was disconnected"));
    expect(!report.flooded.deliveredMs.isEmpty(), QStringLiteral("nothing of the honest pair arrived"));
    // In the suite other tests run at the same time: there only gross failures count.
    const double allowed = std::max(p99Floor, p99Factor * report.quiet.p99()) * (isShort ? 10 : 1);
    expect(report.flooded.p99() <= allowed,
           QStringLiteral("the honest pair's p99 is %1 ms").arg(report.flooded.p99()));
    if (flood.cpuShare > 0 && !isShort)
        expect(report.cpuShare <= flood.cpuShare,
               QStringLiteral("the relay used %1 of a core").arg(report.cpuShare));
    return report;
}

} // namespace recado::tests
