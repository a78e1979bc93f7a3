#pragma once

#include <QtGlobal>

namespace recado::messaging {

/// Hybrid logical clock values: milliseconds since 1970 shifted left by 16, plus a counter (Kulkarni et al.,
/// "Logical Physical Clocks", 2014). They order a conversation although no two machines agree on the time.
/// What never goes back is kept by the caller: the highest value seen or given.
namespace conversation_clock {

/// How far ahead of the relay's time a received value may be and still pull one's own clock along.
constexpr qint64 maximumAheadMs = 120'000;

/// The next value to give, above `highest`.
quint64 next(quint64 highest, qint64 nowMs);

/// `highest` after `received` was seen; unchanged by one too far ahead of `relayNowMs`.
quint64 merge(quint64 highest, quint64 received, qint64 relayNowMs);

} // namespace conversation_clock
} // namespace recado::messaging
