#pragma once

#include <QtGlobal>

namespace recado::relay {

/// What this process takes of the machine; 0 where the system does not tell.
struct ProcessUsage {
    qint64 residentBytes = 0;
    qint64 openDescriptors = 0;
    qint64 mostDescriptors = 0; ///< the limit
    double cpuSeconds = 0;      ///< user and system, all threads
    qint64 threads = 0;

    /// Reads a few files of /proc; counting descriptors costs about 0.2 µs each. Any thread.
    static ProcessUsage now();
};

} // namespace recado::relay
