#pragma once

#include "Flood.h"
#include "HonestPair.h"
#include "support/ChildProcess.h"

#include <QTemporaryDir>

#include <memory>

namespace recado::tests {

/// How one flood went.
struct FloodReport {
    QString name;
    QString check;
    QString fate;
    double growthMb = 0;
    double cpuShare = 0; // of one core
    HonestPair::Latencies quiet;
    HonestPair::Latencies flooded;
    QStringList broken; // empty: everything held
};

/// A real relay, an honest pair on it, and floods, one after the other.
class FloodStage {
public:
    enum class Form { Short, Long };

    FloodStage(Form form, QStringList options, int accounts, int descriptors = 0);
    ~FloodStage();

    /// Why it cannot be used; empty when it can.
    [[nodiscard]] QString trouble() const { return m_trouble; }
    /// Measures the pair alone, then during the flood, and judges both against the charter.
    FloodReport run(const Flood& flood);

private:
    bool start(const QStringList& options, int descriptors);
    [[nodiscard]] std::span<const SeededDevice> takeAccounts(int count);
    HonestPair::Latencies quietFor(qint64 durationNs);

    const Form m_form;
    QTemporaryDir m_directory;
    ChildProcess m_relay;
    quint16 m_port = 0;
    QString m_trouble;
    std::vector<SeededDevice> m_accounts;
    std::size_t m_taken = 0;
    HonestPair m_pair;
};

/// The resident memory of a process in megabytes, and its user and system time in seconds.
double residentMb(qint64 processId);
double processSeconds(qint64 processId);

} // namespace recado::tests
