#pragma once

namespace recado::desktop {

/// Writes the line `ready` to the descriptor that RECADO_READY_FD names; does nothing without it.
void writeReadyLine();

} // namespace recado::desktop
