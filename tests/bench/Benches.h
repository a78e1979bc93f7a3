#pragma once

#include <QStringList>

namespace recado::tests {

/// Each bench prints its figures and returns whether all of them hold.

/// sendMessage at one CLI to the `message` line at the other: 1,000 at 20 a second, warm.
bool latencyBench();
/// 10,000 messages waiting: from `online` to the last one stored and shown.
bool backlogBench();
/// Start of the window on a profile with 100,000 messages; memory of its processes.
bool windowBench();

/// The relay under load, beside the floor and others on request (tests/bench/relay). The exit code: 0, 1 when
/// a message was lost, doubled, disordered or never answered, 2 for words it does not know.
int relayBench(const QStringList& words);

} // namespace recado::tests
