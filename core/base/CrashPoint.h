#pragma once

namespace recado::base {

/// Kills this process (SIGKILL) when it passes the place `name` for the n-th time, if the environment says
/// so: `RECADO_CRASH_POINT=name:n`. The kill tests use it to die at exact places (before and after push,
/// commit, accepted, ack); without the variable it costs one comparison. Any thread.
void crashPoint(const char* name);

} // namespace recado::base
