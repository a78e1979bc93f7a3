#pragma once

namespace recado::base {

/// Initialises libsodium once a process; any thread. Aborts when the system has no randomness to give,
/// because nothing that follows could be secure.
void ensureSodium();

} // namespace recado::base
