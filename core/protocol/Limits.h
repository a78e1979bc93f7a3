#pragma once

#include <QtGlobal>

namespace recado::wire {
class Limits;
}

namespace recado::protocol {

/// Whatever a relay announces, nobody takes or makes a larger WebSocket message, bytes.
constexpr quint32 largestMessageBytes = 16 * 1'024 * 1'024;

/// The limits a relay announces in Welcome and both sides check. Every member is a configuration key of the
/// relay (`text-bytes`, …); the defaults stand here alone.
struct Limits {
    /// A message text, UTF-8 bytes.
    quint32 textBytes = 65'536;
    /// One WebSocket message, bytes.
    quint32 messageBytes = 1'280 * 1'024;
    /// Content up to this size rides inside each envelope; larger is sealed once as the submission's body.
    quint32 inlineBodyBytes = 4'096;
    /// Devices an account.
    quint32 devices = 6;
    quint32 groupMembers = 1'024;
    quint64 attachmentBytes = 100ULL * 1'024 * 1'024;
    /// How long the relay keeps an envelope nobody fetched.
    quint32 undeliveredSeconds = 30 * 24 * 3'600;
    quint32 mediaSeconds = 45 * 24 * 3'600;
    /// Submissions a device may have unanswered.
    quint32 submissionsInFlight = 256;
    /// Delivered but not acknowledged bytes a connection: the window that is the back-pressure.
    quint64 unacknowledgedBytes = 2ULL * 1'024 * 1'024;
    /// One-time prekeys stored a device, and the number below which the relay asks for more.
    quint32 prekeysStored = 200;
    quint32 prekeysLow = 25;
};

wire::Limits toWire(const Limits& limits);
/// Values a relay left out (zero) fall back to the defaults; a message is never allowed more than
/// largestMessageBytes, because it is this side's memory that it would fill.
Limits fromWire(const wire::Limits& limits);

} // namespace recado::protocol
