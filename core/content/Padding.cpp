#include "content/Padding.h"

#include <algorithm>
#include <bit>

namespace recado::content {

namespace {
constexpr char paddingMark = '\x80';
constexpr qsizetype smallestPadded = 256;
} // namespace

qsizetype paddedLength(qsizetype length) {
    const auto wanted = quint64(std::max(length, smallestPadded));
    // Padmé: as many low bits are zero as the exponent has more than its own length needs.
    const int exponent = std::bit_width(wanted) - 1;
    const int exponentBits = std::bit_width(unsigned(exponent));
    const int lastBits = exponent - exponentBits;
    const quint64 mask = (quint64(1) << lastBits) - 1;
    return qsizetype((wanted + mask) & ~mask);
}

QByteArray pad(QByteArrayView plaintext) {
    QByteArray padded(paddedLength(plaintext.size() + 1), '\0');
    std::copy(plaintext.begin(), plaintext.end(), padded.begin());
    padded[plaintext.size()] = paddingMark;
    return padded;
}

base::Result<QByteArray> unpad(QByteArrayView padded) {
    qsizetype end = padded.size();
    while (end > 0 && padded[end - 1] == '\0')
        --end;
    if (end == 0 || padded[end - 1] != paddingMark)
        return base::makeError(base::Reason::MalformedFrame, QStringLiteral("content without padding"));
    return padded.first(end - 1).toByteArray();
}

} // namespace recado::content
