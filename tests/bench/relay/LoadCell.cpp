#include "bench/relay/LoadCell.h"

#include "bench/Figures.h"

#include <QFile>

#include <unistd.h>

#include <utility>

namespace recado::tests::load {

namespace {

/// A short burst, so that buffers and caches of the active part exist before memory is measured.
LoadJob warmUpJob(int active) {
    LoadJob job;
    job.kind = LoadJob::Kind::ClosedLoop;
    job.traffic.senders = active;
    job.traffic.receivers = active;
    job.traffic.shift = 1;
    job.milliseconds = 300;
    return job;
}

double serverBytes(const LoadServer& server) {
    double bytes = 0;
    for (const qint64 process : server.processIds())
        bytes += privateBytes(process);
    return bytes;
}

} // namespace

double privateBytes(qint64 processId) {
    QFile rollup(QStringLiteral("/proc/%1/smaps_rollup").arg(processId));
    if (!rollup.open(QIODevice::ReadOnly))
        return 0;
    for (const QByteArray& line : rollup.readAll().split('\n')) {
        if (line.startsWith("Private_Dirty:"))
            return line.mid(14).trimmed().split(' ').first().toDouble() * 1'024;
    }
    return 0;
}

LoadCell::LoadCell(QString name, int active, int idle, std::unique_ptr<LoadServer> server, bool tls)
    : m_name(std::move(name))
    , m_active(active)
    , m_idle(idle)
    , m_tls(tls)
    , m_server(std::move(server)) {}

bool LoadCell::start(const QString& directory) {
    m_trouble = m_server->start(directory, m_active + m_idle + m_reserve);
    if (!m_trouble.isEmpty())
        return false;
    m_worker = std::make_unique<LoadWorker>(*m_server, m_active + m_idle + m_reserve, m_tls);
    LoadResult result;
    if (!connect(0, m_active, result) || !run(warmUpJob(m_active), result))
        return false;
    if (m_idle == 0)
        return true;
    const double before = serverBytes(*m_server);
    if (!connect(m_active, m_idle, result))
        return false;
    connectsPerSecond.push_back(m_idle / result.seconds);
    connectCpuUs.push_back(result.serverCpuSeconds * 1e6 / m_idle);
    usleep(500'000); // what a handshake needed has been given back by then
    idleBytes = (serverBytes(*m_server) - before) / m_idle;
    return true;
}

bool LoadCell::connect(int first, int count, LoadResult& result) {
    LoadJob job;
    job.kind = LoadJob::Kind::Connect;
    job.first = first;
    job.count = count;
    return run(job, result);
}

bool LoadCell::disconnect(int first, int count) {
    LoadJob job;
    job.kind = LoadJob::Kind::Disconnect;
    job.first = first;
    job.count = count;
    LoadResult result;
    const bool done = run(job, result);
    usleep(300'000);
    return done;
}

bool LoadCell::run(const LoadJob& job, LoadResult& result) {
    if (!m_trouble.isEmpty() || !m_worker)
        return false;
    result = m_worker->run(job);
    if (!result.ok())
        m_trouble = QString::fromUtf8(result.trouble.data());
    return result.ok();
}

} // namespace recado::tests::load
