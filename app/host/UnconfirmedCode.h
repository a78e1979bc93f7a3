#pragma once

#include "base/Result.h"

#include <QString>

/// The note in a profile's directory that nobody has confirmed yet to have kept the recovery code: an empty
/// file that tells nothing about it. It stands before the first code is made, so that no crash and no closed
/// window between the two leaves a profile whose code was never seen.
namespace recado::host::unconfirmedcode {

/// On disk when this returns. IoFailed.
base::Status note(const QString& directory);
[[nodiscard]] bool isNoted(const QString& directory);
/// IoFailed when the note still stands, or may after a power cut.
base::Status clear(const QString& directory);

} // namespace recado::host::unconfirmedcode
