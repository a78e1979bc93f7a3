#pragma once

#include "base/Result.h"

#include <QByteArray>
#include <QByteArrayView>

namespace recado::content {

/// Pads plaintext so that its length says little: at least 256 bytes, then by Padmé (Nikitin et al.,
/// "Reducing Metadata Leakage from Encrypted Files and Communication with PURBs", 2019; at most 12 % more).
/// Layout: the bytes, 0x80, zeros.
QByteArray pad(QByteArrayView plaintext);

/// The bytes pad() was given. Errors: MalformedFrame when there is no padding to take away.
base::Result<QByteArray> unpad(QByteArrayView padded);

/// The Padmé length for `length` bytes, with the floor of 256.
qsizetype paddedLength(qsizetype length);

} // namespace recado::content
