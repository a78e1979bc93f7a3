#pragma once

namespace recado::host {

/// From now on a crash of this process, or of one that it starts, leaves no picture of its memory on the
/// disk: keys and messages would be in it. For the first lines of main().
void forbidCoreDumps();

} // namespace recado::host
