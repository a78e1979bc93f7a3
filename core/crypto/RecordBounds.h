#pragma once

#include <QByteArray>
#include <QByteArrayView>

namespace recado::crypto {

/// Keeps a serialised session record (libsignal's LocalStorageProtocol.proto, RecordStructure) within
/// `maximumSize` bytes and `maximumArchived` archived states: empty states go first, then the oldest archived
/// states, then the oldest skipped message keys of the current state. The library offers no call for this, so
/// it works on the protobuf encoding. A record within bounds, and one that does not parse, comes back
/// unchanged. Internal to recado_crypto.
QByteArray boundedRecord(const QByteArray& record, qsizetype maximumSize, int maximumArchived);

/// A record cut in two: one state alone as the current one, and the other states, newest first, encoded so
/// that appending them to a record makes them its archived states.
struct IsolatedState {
    QByteArray record;
    QByteArray others;
};

/// Isolates state number `state` (0 is the current one, 1 the newest archived one). The whole record and no
/// others when there is no such state. Internal to recado_crypto.
IsolatedState isolatedState(const QByteArray& record, int state);

} // namespace recado::crypto
