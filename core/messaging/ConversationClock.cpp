#include "messaging/ConversationClock.h"

#include <algorithm>

namespace recado::messaging::conversation_clock {

namespace {

constexpr int counterBits = 16;

} // namespace

quint64 next(quint64 highest, qint64 nowMs) {
    const quint64 now = quint64(std::max<qint64>(nowMs, 0)) << counterBits;
    return std::max(now, highest + 1);
}

quint64 merge(quint64 highest, quint64 received, qint64 relayNowMs) {
    if (qint64(received >> counterBits) > relayNowMs + maximumAheadMs)
        return highest;
    return std::max(highest, received);
}

} // namespace recado::messaging::conversation_clock
