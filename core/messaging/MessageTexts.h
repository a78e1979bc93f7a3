#pragma once

#include "content.pb.h"
#include "messaging/MessageStore.h"
#include "protocol/Limits.h"

namespace recado::messaging {

/// Whether a received text may be shown: not empty, and no longer than this relay allows or the protocol's
/// default does; what was written before a relay lowered its limit still arrives.
bool isUsableText(const std::string& text, const protocol::Limits& limits);

/// The row of a received text, with its name, its words and what it quotes; place and device are the
/// caller's.
NewMessage newMessage(const content::Content& content, const base::ConversationId& conversation,
                      const base::AccountId& author);

/// A name as others may see it: one line of at most longestDisplayName (Types.h), no control characters, and
/// none of the invisible ones that turn the direction of what stands beside it. Joiners stay: names of
/// several scripts, and emoji, need them.
QString cleanDisplayName(const QString& name);

} // namespace recado::messaging
