#include "storage/RecoveryCode.h"

namespace recado::storage {

namespace {

constexpr QLatin1String crockfordDigits("0123456789ABCDEFGHJKMNPQRSTVWXYZ");
constexpr int bitsOfDigit = 5;
constexpr int digitCount = RecoveryCode::byteCount * 8 / bitsOfDigit;
constexpr int digitsOfGroup = 4;

/// The value of a digit as people type it; nothing for any other character.
std::optional<int> digitValue(QChar character) {
    QChar digit = character.toUpper();
    if (digit == u'O')
        digit = u'0';
    else if (digit == u'I' || digit == u'L')
        digit = u'1';
    const qsizetype value = crockfordDigits.indexOf(digit);
    return value < 0 ? std::nullopt : std::optional(int(value));
}

} // namespace

QString RecoveryCode::format(const base::SecretBytes& bytes) {
    QString code;
    for (int digit = 0; digit < digitCount; ++digit) {
        if (digit > 0 && digit % digitsOfGroup == 0)
            code.append(u'-');
        int value = 0;
        for (int bit = digit * bitsOfDigit; bit < (digit + 1) * bitsOfDigit; ++bit)
            value = value << 1 | (bytes.data()[bit / 8] >> (7 - bit % 8) & 1);
        code.append(crockfordDigits.at(value));
    }
    return code;
}

std::optional<base::SecretBytes> RecoveryCode::parse(const QString& text) {
    base::SecretBytes bytes(byteCount);
    std::fill_n(bytes.data(), bytes.size(), std::uint8_t(0));
    int digit = 0;
    for (const QChar character : text) {
        if (character.isSpace() || character == u'-')
            continue;
        const auto value = digitValue(character);
        if (!value.has_value() || digit == digitCount)
            return std::nullopt;
        for (int bit = 0; bit < bitsOfDigit; ++bit) {
            const int position = digit * bitsOfDigit + bit;
            if ((*value >> (bitsOfDigit - 1 - bit) & 1) != 0)
                bytes.data()[position / 8] |= std::uint8_t(0x80 >> position % 8);
        }
        ++digit;
    }
    return digit == digitCount ? std::optional(std::move(bytes)) : std::nullopt;
}

} // namespace recado::storage
