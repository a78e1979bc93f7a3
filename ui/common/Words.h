#pragma once

#include "messaging/Types.h"

#include <QString>

namespace recado::ui {

/// Sentences for people, in the second person and without jargon.

/// Why a message was not sent, short enough for a line under its bubble.
QString failureText(base::Reason reason);
/// Why what the person asked for did not happen.
QString problemText(base::Reason reason);
/// Why a profile could not be opened or made; the same words for what concerns no profile.
QString profileProblemText(base::Reason reason);
/// "Sending", "Sent", "Delivered", "Read", "Not sent"; empty for incoming messages.
QString statusText(messaging::MessageStatus status);
/// What a message without readable text stands for: deleted, not decrypted, a picture and so on.
/// Empty for an ordinary text.
QString standInText(const messaging::Message& message);
/// The name to show for a person: the display name, else the address.
QString personName(const messaging::Person& person);
/// The name to show for a conversation.
QString conversationName(const messaging::Conversation& conversation);

} // namespace recado::ui
