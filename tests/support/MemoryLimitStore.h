#pragma once

#include "relay/delivery/LimitStore.h"

namespace recado::tests {

/// Remembers what counted, as a relay's database does.
class MemoryLimitStore final : public relay::LimitStore {
public:
    QVector<Event> events;

    void record(Event event) override { events.append(std::move(event)); }
    QVector<Event> recall(qint64 sinceMs) override {
        QVector<Event> found;
        for (const Event& event : events) {
            if (event.atMs >= sinceMs)
                found.append(event);
        }
        return found;
    }
    void forget(qint64 beforeMs) override {
        events.removeIf([beforeMs](const Event& event) { return event.atMs < beforeMs; });
    }
};

} // namespace recado::tests
