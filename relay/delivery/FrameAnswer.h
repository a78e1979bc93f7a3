#pragma once

#include "base/Result.h"
#include "wire.pb.h"

#include <functional>

namespace recado::relay {

/// The answer to a request, without its request id; called exactly once, on the thread of the inbox that the
/// request named.
using FrameAnswer = std::function<void(wire::RelayFrame)>;

/// An Error frame.
wire::RelayFrame errorAnswer(base::Reason reason, const char16_t* message, qint64 retryAfterMs = 0);
/// An empty Done frame.
wire::RelayFrame doneAnswer();

} // namespace recado::relay
