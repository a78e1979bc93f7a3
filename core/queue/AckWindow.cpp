#include "queue/AckWindow.h"

#include <QtEndian>

namespace recado::queue {

bool AckWindow::seen(std::uint64_t number) const {
    if (number > m_highest)
        return false;
    const std::uint64_t age = m_highest - number;
    if (number == 0 || age >= width)
        return true;
    return (m_words[age / 64] >> (age % 64) & 1) != 0;
}

bool AckWindow::mark(std::uint64_t number) {
    if (seen(number))
        return false;
    if (number > m_highest) {
        shiftBy(number - m_highest);
        m_highest = number;
    }
    const std::uint64_t age = m_highest - number;
    m_words[age / 64] |= std::uint64_t(1) << (age % 64);
    return true;
}

void AckWindow::shiftBy(std::uint64_t distance) {
    if (distance >= width) {
        m_words.fill(0);
        return;
    }
    const std::size_t whole = distance / 64;
    const unsigned part = distance % 64;
    for (std::size_t i = m_words.size(); i-- > 0;) {
        std::uint64_t word = 0;
        if (i >= whole)
            word = m_words[i - whole] << part;
        if (part > 0 && i > whole)
            word |= m_words[i - whole - 1] >> (64 - part);
        m_words[i] = word;
    }
}

QByteArray AckWindow::bits() const {
    QByteArray bytes(bitBytes, '\0');
    qToLittleEndian<std::uint64_t>(m_words.data(), qsizetype(m_words.size()), bytes.data());
    return bytes;
}

std::optional<AckWindow> AckWindow::fromBits(std::uint64_t highest, QByteArrayView bits) {
    AckWindow window;
    if (highest == 0 && bits.isEmpty())
        return window;
    if (bits.size() != bitBytes)
        return std::nullopt;
    window.m_highest = highest;
    qFromLittleEndian<std::uint64_t>(bits.data(), qsizetype(window.m_words.size()), window.m_words.data());
    return window;
}

} // namespace recado::queue
