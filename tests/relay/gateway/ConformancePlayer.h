#pragma once

#include "ConformanceCases.h"

#include <QByteArray>
#include <QVector>

#include <functional>
#include <memory>
#include <vector>

namespace recado::tests {

/// One way to send the bytes of a case: in these segments, each of which the gateway has read before the next
/// one leaves.
struct Performance {
    const ConformanceCase* act = nullptr;
    QVector<QByteArray> segments;
    QByteArray seen; // filled by play(): what the gateway answered, as ConformanceCase::answer
};

/// Whole, in single bytes, and cut in two at every place; of long cases at places around lengths and ends.
QVector<QByteArray> wholeOf(const QByteArray& bytes);
QVector<QByteArray> singleBytesOf(const QByteArray& bytes);
std::vector<QVector<QByteArray>> cutsOf(const QByteArray& bytes);

/// Plays many performances at once, each on a connection of its own to 127.0.0.1, until the gateway has ended
/// all of them. `bytesRead` is what the gateway has read so far, of all connections. False when it did not
/// happen in time.
bool play(std::vector<Performance>& performances, quint16 port, const std::function<quint64()>& bytesRead);

} // namespace recado::tests
