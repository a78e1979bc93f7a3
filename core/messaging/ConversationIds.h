#pragma once

#include "base/Ids.h"

namespace recado::messaging {

/// The id of the direct conversation between two accounts, the same seen from both sides: UUIDv5 (RFC 4122)
/// of the two account ids in ascending order, under Recado's namespace
/// 6f1c8a52-9d0b-5e37-8a44-72c0d1e9b6f3.
base::ConversationId directConversationId(const base::AccountId& one, const base::AccountId& other);

} // namespace recado::messaging
