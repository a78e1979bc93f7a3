#pragma once

#include <QString>

namespace recado::tests::load {

/// Writes a fresh P-256 key and a certificate for 127.0.0.1 signed by it (PEM); false on failure.
bool writeSelfSigned(const QString& certificateFile, const QString& keyFile);

} // namespace recado::tests::load
