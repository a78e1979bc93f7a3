#include "ui/common/Words.h"

#include "ui/common/Text.h"

#include <QCoreApplication>

namespace recado::ui {

namespace {

QString words(const char* text) {
    return QCoreApplication::translate("recado::ui::Words", text);
}

} // namespace

QString failureText(base::Reason reason) {
    using base::Reason;
    switch (reason) {
    case Reason::IdentityChanged:
    case Reason::UntrustedIdentity:
        return words(QT_TRANSLATE_NOOP("recado::ui::Words", "Not sent: the safety number has changed."));
    case Reason::UnknownRecipient:
    case Reason::UnknownAccount:
    case Reason::UnknownDevice:
        return words(QT_TRANSLATE_NOOP("recado::ui::Words", "Not sent: this account no longer exists."));
    case Reason::QuotaExceeded:
        return words(QT_TRANSLATE_NOOP("recado::ui::Words", "Not sent: their mailbox is full."));
    case Reason::RateLimited:
    case Reason::Busy:
        return words(QT_TRANSLATE_NOOP("recado::ui::Words", "Not sent: the relay is busy."));
    case Reason::RelayUnreachable:
    case Reason::Timeout:
        return words(QT_TRANSLATE_NOOP("recado::ui::Words", "Not sent: the relay did not answer."));
    case Reason::MessageTooLong:
        return words(QT_TRANSLATE_NOOP("recado::ui::Words", "Not sent: it is too long for this relay."));
    case Reason::NotPermitted:
        return words(QT_TRANSLATE_NOOP("recado::ui::Words", "Not sent: the relay does not allow it."));
    default:
        return words(QT_TRANSLATE_NOOP("recado::ui::Words", "Not sent."));
    }
}

QString problemText(base::Reason reason) {
    using base::Reason;
    switch (reason) {
    case Reason::UsernameTaken:
        return words(QT_TRANSLATE_NOOP("recado::ui::Words", "This username is taken. Choose another."));
    case Reason::RegistrationClosed:
        return words(QT_TRANSLATE_NOOP("recado::ui::Words", "This relay takes no new accounts."));
    case Reason::InvalidInvite:
        return words(QT_TRANSLATE_NOOP("recado::ui::Words",
                                       "This relay needs an invitation, and this one is not valid. Ask for a "
                                       "new link."));
    case Reason::UnknownRecipient:
        return words(
            QT_TRANSLATE_NOOP("recado::ui::Words", "Nobody has this address. Check how it is written."));
    case Reason::RelayUnreachable:
    case Reason::Timeout:
        return words(QT_TRANSLATE_NOOP("recado::ui::Words",
                                       "The relay does not answer. Check the address and your connection."));
    case Reason::RateLimited:
    case Reason::Busy:
        return words(QT_TRANSLATE_NOOP("recado::ui::Words", "The relay is busy. Try again in a moment."));
    case Reason::WrongKey:
        return words(QT_TRANSLATE_NOOP("recado::ui::Words", "This passphrase does not open the profile."));
    case Reason::ProfileInUse:
        return words(QT_TRANSLATE_NOOP("recado::ui::Words",
                                       "Another program has this profile open. Close it and try again."));
    case Reason::ProfileLocked:
        return words(QT_TRANSLATE_NOOP(
            "recado::ui::Words", "The system's keychain does not give the key. Unlock it and try again."));
    case Reason::StorageCorrupt:
        return words(QT_TRANSLATE_NOOP("recado::ui::Words",
                                       "The profile's data is damaged. Nothing was changed in it."));
    case Reason::StorageFailed:
    case Reason::IoFailed:
        return words(QT_TRANSLATE_NOOP(
            "recado::ui::Words", "The disk refused to write. Check its free space and your permissions."));
    case Reason::AuthenticationFailed:
        return words(QT_TRANSLATE_NOOP("recado::ui::Words", "The relay does not recognise this device."));
    case Reason::UnsupportedVersion:
        return words(QT_TRANSLATE_NOOP("recado::ui::Words",
                                       "The relay speaks another version. Update Recado and try again."));
    case Reason::RelayKeyChanged:
        return words(QT_TRANSLATE_NOOP("recado::ui::Words",
                                       "The relay shows another key than before. Ask who runs it."));
    case Reason::MessageTooLong:
        return words(QT_TRANSLATE_NOOP("recado::ui::Words", "This text is too long. Send it in parts."));
    case Reason::IdentityChanged:
        return words(QT_TRANSLATE_NOOP("recado::ui::Words", "Decide on the changed safety number first."));
    case Reason::InvalidArgument:
        return words(QT_TRANSLATE_NOOP("recado::ui::Words", "This is not a complete address."));
    default:
        return words(QT_TRANSLATE_NOOP("recado::ui::Words", "This did not work. Try again."));
    }
}

QString profileProblemText(base::Reason reason) {
    using base::Reason;
    switch (reason) {
    case Reason::NotPermitted:
        return words(QT_TRANSLATE_NOOP("recado::ui::Words",
                                       "Other people on this computer may read the profile's key file. Take "
                                       "that right away from them (mode 0600) and try again."));
    case Reason::WrongKey:
        return words(QT_TRANSLATE_NOOP("recado::ui::Words",
                                       "The key does not open the profile's database: it belongs to another "
                                       "one, or the database is damaged. Nothing was changed."));
    case Reason::IoFailed:
        return words(QT_TRANSLATE_NOOP("recado::ui::Words",
                                       "The profile's folder cannot be used. It must be a folder of your "
                                       "own, on a disk with free space."));
    case Reason::UnsupportedVersion:
        return words(QT_TRANSLATE_NOOP("recado::ui::Words",
                                       "A newer Recado wrote this profile. Update Recado and try again."));
    default:
        return problemText(reason);
    }
}

QString statusText(messaging::MessageStatus status) {
    using messaging::MessageStatus;
    switch (status) {
    case MessageStatus::Pending:
        return words(QT_TRANSLATE_NOOP("recado::ui::Words", "Sending"));
    case MessageStatus::Sent:
        return words(QT_TRANSLATE_NOOP("recado::ui::Words", "Sent"));
    case MessageStatus::Delivered:
        return words(QT_TRANSLATE_NOOP("recado::ui::Words", "Delivered"));
    case MessageStatus::Read:
        return words(QT_TRANSLATE_NOOP("recado::ui::Words", "Read"));
    case MessageStatus::Failed:
        return words(QT_TRANSLATE_NOOP("recado::ui::Words", "Not sent"));
    case MessageStatus::Received:
    case MessageStatus::Seen:
        return {};
    }
    return {};
}

QString standInText(const messaging::Message& message) {
    using messaging::ContentType;
    if (message.deleted)
        return message.outgoing ? words(QT_TRANSLATE_NOOP("recado::ui::Words", "You deleted this message."))
                                : words(QT_TRANSLATE_NOOP("recado::ui::Words", "This message was deleted."));
    if (message.placeholder)
        return words(QT_TRANSLATE_NOOP("recado::ui::Words",
                                       "This message could not be decrypted. It has been asked for again."));
    switch (message.type) {
    case ContentType::Text:
        return {};
    case ContentType::Image:
        return words(QT_TRANSLATE_NOOP("recado::ui::Words", "Picture"));
    case ContentType::Video:
        return words(QT_TRANSLATE_NOOP("recado::ui::Words", "Video"));
    case ContentType::Audio:
        return words(QT_TRANSLATE_NOOP("recado::ui::Words", "Voice message"));
    case ContentType::File:
        return words(QT_TRANSLATE_NOOP("recado::ui::Words", "File"));
    }
    return {};
}

QString personName(const messaging::Person& person) {
    const QString name = cleanName(person.displayName);
    return name.isEmpty() ? person.address : name;
}

QString conversationName(const messaging::Conversation& conversation) {
    const QString title = cleanName(conversation.title);
    if (!title.isEmpty())
        return title;
    return conversation.participants.isEmpty() ? QString() : personName(conversation.participants.first());
}

} // namespace recado::ui
