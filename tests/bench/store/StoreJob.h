#pragma once

#include "relay/delivery/MailboxStore.h"

#include <QString>

#include <functional>

namespace recado::tests {

/// What one run of the store bench measured.
struct StoreFigures {
    QString name;
    quint64 operations = 0;
    double seconds = 0;
    double processMicroseconds = 0; ///< CPU of the whole process an operation
    double callerMicroseconds = 0;  ///< of that, the calling thread's own part
};

/// The jobs of the store bench, the same for every driver; `rows` are what they work with. The caller's
/// thread plays the relay's I/O thread: it makes the operations and takes the answers, in a loop of Qt's.
struct StoreBench {
    relay::MailboxStore& store;

    /// `total` envelopes of 400 bytes to 1,000 devices, from 200 senders with marks, `window` unanswered.
    StoreFigures appendOffline(quint64 total, int window);
    /// A receiver that reads 256 at a time and acknowledges each page; the first envelopes of `device`.
    StoreFigures drain(int device, quint64 total);
    /// Appends at a fixed rate that are acknowledged so much later: within 5 ms, their rows need never be
    /// written.
    StoreFigures online(quint64 total, int aSecond, int afterMs);
    /// Fills one device's mailbox, for drain().
    void fill(int device, quint64 total);
};

} // namespace recado::tests
