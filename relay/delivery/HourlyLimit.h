#pragma once

#include "base/Clock.h"

#include <QHash>

#include <algorithm>
#include <deque>

namespace recado::relay {

/// At most so many events a key within any hour. Not thread-safe; the clock is borrowed.
template <typename Key>
class HourlyLimit {
public:
    HourlyLimit(const base::Clock& clock, int most)
        : m_clock(clock)
        , m_most(most) {}

    /// Counts one event and returns true, or returns false when the hour has had enough of them.
    bool take(const Key& key) {
        Times& times = m_times[key];
        forgetOld(times);
        if (int(times.size()) >= m_most)
            return false;
        times.push_back(m_clock.monotonicMs());
        return true;
    }

    /// An event of an earlier run, so long ago; the oldest first.
    void restore(const Key& key, qint64 ageMs) {
        if (ageMs < hourMs)
            m_times[key].push_back(m_clock.monotonicMs() - std::max<qint64>(ageMs, 0));
    }

    /// The event taken last turned out not to count.
    void giveBack(const Key& key) {
        const auto times = m_times.find(key);
        if (times != m_times.end() && !times->empty())
            times->pop_back();
    }

    /// Milliseconds until take() would succeed.
    [[nodiscard]] qint64 waitMs(const Key& key) {
        const auto times = m_times.find(key);
        if (times == m_times.end())
            return 0;
        forgetOld(*times);
        return int(times->size()) < m_most ? 0 : times->front() + hourMs - m_clock.monotonicMs();
    }

    /// Forgets keys without events in the last hour.
    void tidy() {
        m_times.removeIf([this](const auto& entry) {
            forgetOld(entry.value());
            return entry.value().empty();
        });
    }
    [[nodiscard]] qsizetype keys() const { return m_times.size(); }

    static constexpr qint64 hourMs = 3'600'000;

private:
    using Times = std::deque<qint64>;

    void forgetOld(Times& times) const {
        while (!times.empty() && m_clock.monotonicMs() - times.front() >= hourMs)
            times.pop_front();
    }

    const base::Clock& m_clock;
    const int m_most;
    QHash<Key, Times> m_times;
};

} // namespace recado::relay
