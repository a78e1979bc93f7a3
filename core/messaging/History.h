#pragma once

#include "base/Result.h"
#include "messaging/Types.h"

#include <QVector>

namespace recado::messaging {

/// Reads what is shown, on a connection of its own: committed state only. Reader thread. `Conversation` comes
/// without presence, which is never stored.
class History {
public:
    virtual ~History() = default;

    /// Most recent activity first; requests included.
    virtual base::Result<QVector<Conversation>> conversations() = 0;
    /// UnknownChat, UnknownMessage (anchor).
    virtual base::Result<Page> page(const PageRequest& request) = 0;
    /// Newest first. Words of the query are prefixes; its characters are never search syntax.
    virtual base::Result<QVector<Message>> search(const SearchRequest& request) = 0;
    /// UnknownMessage.
    virtual base::Result<Message> message(LocalId message) = 0;
};

} // namespace recado::messaging
