#include "relay/gateway/Utf8Validator.h"

namespace recado::relay {

bool Utf8Validator::feed(QByteArrayView bytes) {
    for (const char character : bytes) {
        if (!m_valid)
            return false;
        const auto byte = quint8(character);
        if (m_pending == 0) {
            m_valid = startCharacter(byte);
        } else {
            m_valid = byte >= m_lowest && byte <= m_highest;
            m_lowest = 0x80;
            m_highest = 0xBF;
            --m_pending;
        }
    }
    return m_valid;
}

// The table of well-formed sequences, Unicode 15 table 3-7: only the second byte has narrower bounds.
bool Utf8Validator::startCharacter(quint8 byte) {
    if (byte < 0x80)
        return true;
    if (byte < 0xC2 || byte > 0xF4)
        return false;
    if (byte < 0xE0) {
        m_pending = 1;
    } else if (byte < 0xF0) {
        m_pending = 2;
        if (byte == 0xE0)
            m_lowest = 0xA0;
        if (byte == 0xED)
            m_highest = 0x9F;
    } else {
        m_pending = 3;
        if (byte == 0xF0)
            m_lowest = 0x90;
        if (byte == 0xF4)
            m_highest = 0x8F;
    }
    return true;
}

} // namespace recado::relay
