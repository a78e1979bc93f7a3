#pragma once

namespace recado::relay {

/// As many connections, up to `wanted`, as the process has descriptors for without taking the last ones:
/// refusing a newcomer in words is better than a store that cannot open a file.
int connectionsThatFit(int wanted);

} // namespace recado::relay
