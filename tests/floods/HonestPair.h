#pragma once

#include "bench/RelaySeeder.h"
#include "support/WireClient.h"

#include <QVector>

#include <atomic>
#include <mutex>
#include <thread>

namespace recado::tests {

/// Two people who talk while others attack: one message every few milliseconds, on a thread of their own.
class HonestPair {
public:
    struct Latencies {
        QVector<double> deliveredMs; // from submission to delivery
        QVector<double> acceptedMs;  // to Accepted
        int unanswered = 0;          // submissions of that time that were never accepted
        bool broke = false;

        [[nodiscard]] double p50() const;
        [[nodiscard]] double p99() const;
    };

    ~HonestPair() { stop(); }

    /// Connects both and begins to talk; false when the relay refuses.
    bool start(quint16 port, const SeededDevice& from, const SeededDevice& to);
    /// Ends the talk; what is on its way gets a moment.
    void stop();
    /// What was measured since the last call.
    Latencies take();

private:
    void talk();
    void submit();
    bool readSender();
    bool readReceiver();

    WireClient m_sender;
    WireClient m_receiver;
    base::AccountId m_to;
    quint32 m_registration = 0;
    std::thread m_thread;
    std::atomic<bool> m_stopping{false};
    quint64 m_number = 0;
    std::map<quint64, qint64> m_underWay; // number to the time of its submission
    std::mutex m_mutex;
    Latencies m_latencies;
};

} // namespace recado::tests
