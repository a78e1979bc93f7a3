#include "messaging/MessageTexts.h"

#include "protocol/FrameCodec.h"

namespace recado::messaging {

using protocol::toBytes;

namespace {

bool mayStandInName(char32_t character) {
    constexpr char32_t zeroWidthNonJoiner = 0x200c;
    constexpr char32_t zeroWidthJoiner = 0x200d;
    if (character == zeroWidthNonJoiner || character == zeroWidthJoiner)
        return true;
    const QChar::Category category = QChar::category(character);
    return category != QChar::Other_Control && category != QChar::Other_Format &&
           category != QChar::Other_Surrogate;
}

} // namespace

bool isUsableText(const std::string& text, const protocol::Limits& limits) {
    return !text.empty() && text.size() <= std::max(limits.textBytes, protocol::Limits().textBytes);
}

NewMessage newMessage(const content::Content& content, const base::ConversationId& conversation,
                      const base::AccountId& author) {
    NewMessage message;
    message.key = {conversation, author, *base::MessageId::fromBytes(toBytes(content.message_id()))};
    message.text = QString::fromStdString(content.text().text());
    if (content.text().has_reply_to()) {
        const auto quotedAuthor =
            base::AccountId::fromBytes(toBytes(content.text().reply_to().author_account()));
        const auto quoted = base::MessageId::fromBytes(toBytes(content.text().reply_to().message_id()));
        if (quotedAuthor && quoted)
            message.quoted = QuotedMessage{*quotedAuthor, *quoted};
    }
    return message;
}

QString cleanDisplayName(const QString& name) {
    QString clean;
    for (const char32_t character : name.simplified().toUcs4()) {
        const auto units = QChar::fromUcs4(character);
        const QStringView added(units);
        if (clean.size() + added.size() > longestDisplayName)
            break;
        if (mayStandInName(character))
            clean.append(added);
    }
    return clean.trimmed();
}

} // namespace recado::messaging
