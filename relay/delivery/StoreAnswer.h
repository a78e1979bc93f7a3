#pragma once

#include "base/Inbox.h"

#include <chrono>
#include <functional>

namespace recado::relay {

/// What became of a store operation.
enum class StoreResult {
    /// Done, and durable when it wrote. The only result whose value counts.
    Committed,
    /// Certainly not done: nothing of it was or will be written.
    NotCommitted,
    /// Perhaps done (an answer was lost, the deadline passed in mid-commit): repeat it with the same ids.
    Unknown,
    /// Not begun, because too much is waiting: nothing was written, try later.
    Busy,
};

/// The result of an operation, and what it answered.
template <typename T>
struct StoreAnswer {
    StoreResult result = StoreResult::Unknown;
    T value{};

    [[nodiscard]] bool committed() const { return result == StoreResult::Committed; }
};

/// Called exactly once an operation, on the thread of the StoreCall's inbox.
template <typename T>
using StoreCallback = std::function<void(StoreAnswer<T>)>;

/// How an operation is asked for: where its answer is posted, and how long it may take. An operation that
/// has not begun when its deadline passes answers NotCommitted; one that has begun is finished.
///
/// The inbox outlives the store's last answer: stores are stopped (their threads joined) before inboxes go.
struct StoreCall {
    base::Inbox* inbox = nullptr;
    std::chrono::milliseconds deadline{5'000};
};

} // namespace recado::relay
