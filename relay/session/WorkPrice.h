#pragma once

#include "relay/delivery/RelayPolicy.h"
#include "wire.pb.h"

#include <QByteArrayView>

namespace recado::relay {

/// Ranges one Acknowledge may name.
constexpr int mostAcknowledgedRanges = 4'096;

/// What a frame costs the relay: by the ids, ranges, keys, recipients and bytes in it, not by its kind alone.
struct WorkPrice {
    qint64 units = 0; // what it takes of a pass of the loop
    qint64 charged =
        0; // what the account's WorkBudget pays: less where the rate of submissions counts already
};
WorkPrice workPrice(const wire::ClientFrame& frame);

/// The same in requests, for RequestRate: a long list of contacts counts for more than one.
double requestPrice(const wire::SetPresence& presence);

/// Reads one frame, given as its serialised bytes. One that holds more elements than any valid frame of its
/// kind is not built: two bytes on the wire may stand for a hundred in memory. It comes as an invalid frame
/// of the same kind and number, to be answered as such. False when the bytes are no frame.
bool readFrame(QByteArrayView bytes, const RelayPolicy& policy, wire::ClientFrame& frame);

} // namespace recado::relay
