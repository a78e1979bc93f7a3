#pragma once

#include <functional>

namespace recado::tests {

/// Turns the calling thread's event loop until `condition` holds; false when `timeoutMs` passed first.
///
/// The condition is looked at after every event, so that a line from a child process is seen at once (unlike
/// QTest::qWaitFor, which sleeps 10 ms at a time and would spoil latencies), and every 20 ms besides, for
/// conditions that no event announces, such as files.
[[nodiscard]] bool waitUntil(const std::function<bool()>& condition, int timeoutMs = 10'000);

} // namespace recado::tests
