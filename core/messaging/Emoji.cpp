#include "messaging/Emoji.h"

#include <QRegularExpression>

namespace recado::messaging {

namespace {

/// Enough for the longest sequences there are: a family of four with skin tones, a flag of a region.
constexpr qsizetype emojiBytes = 64;

/// UTS #51, ED-16 "emoji zwj sequence" and what it is made of. Extended_Pictographic includes what Unicode
/// has reserved for emoji to come.
constexpr char emojiPattern[] = R"(\A(?:[\x{1F1E6}-\x{1F1FF}]{2}|[0-9#*]\x{FE0F}?\x{20E3}|)"
                                R"((?<element>\p{Extended_Pictographic}(?:\x{FE0F}|[\x{1F3FB}-\x{1F3FF}])?)"
                                R"((?:[\x{E0020}-\x{E007E}]+\x{E007F})?)(?:\x{200D}(?&element))*)\z)";

} // namespace

bool isEmoji(const QString& text) {
    static const QRegularExpression oneEmoji(QString::fromLatin1(emojiPattern),
                                             QRegularExpression::UseUnicodePropertiesOption);
    return text.toUtf8().size() <= emojiBytes && oneEmoji.match(text).hasMatch();
}

} // namespace recado::messaging
