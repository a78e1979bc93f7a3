#pragma once

namespace recado::crypto {

/// The last that a thread does which opened a profile or used a key: frees what OpenSSL keeps for each
/// thread. OpenSSL does it by itself, but only after QThread::wait() has returned, and then perhaps beside
/// the end of the program.
void releaseThreadState();

} // namespace recado::crypto
