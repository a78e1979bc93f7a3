#pragma once

#include <QByteArrayView>

namespace recado::relay {

/// Checks UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF) that arrives in
/// portions, and finds the first wrong byte as soon as it is there.
class Utf8Validator {
public:
    /// False from the first wrong byte on.
    bool feed(QByteArrayView bytes);

    /// Whether what was fed is valid and ends between characters.
    [[nodiscard]] bool isComplete() const { return m_valid && m_pending == 0; }

    void reset() { *this = Utf8Validator(); }

private:
    bool startCharacter(quint8 byte);

    bool m_valid = true;
    quint8 m_pending = 0;   // continuation bytes still to come
    quint8 m_lowest = 0x80; // bounds of the next one
    quint8 m_highest = 0xBF;
};

} // namespace recado::relay
