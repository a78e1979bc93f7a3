#pragma once

#include "base/Result.h"

#include <QTimer>

#include <functional>
#include <memory>
#include <vector>

namespace recado::messaging {

/// Those who wait until nothing is left to do. Engine thread.
class IdleWaiters {
public:
    using Done = std::function<void(base::Status)>;

    /// `done` is called once: by finish(), or with Timeout.
    void add(int timeoutMs, Done done);
    void finish();
    [[nodiscard]] bool isEmpty() const { return m_waiters.empty(); }

private:
    struct Waiter {
        Done done;
        QTimer timeout;
    };

    void giveUp(const Waiter* late);

    std::vector<std::unique_ptr<Waiter>> m_waiters;
};

} // namespace recado::messaging
