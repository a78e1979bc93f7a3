#pragma once

#include "messaging/EngineContext.h"

#include <QHash>
#include <QSet>

namespace recado::messaging {

/// Tells the relay whom this account wants to see and be seen by, and tells the client who is there. Engine
/// thread.
class PresenceWatcher {
public:
    explicit PresenceWatcher(EngineContext& context)
        : m_context(context) {}

    /// The relay knows nothing yet on a new connection.
    void wentOnline();
    /// Nobody is known to be there any more.
    void wentOffline();
    /// Accepted accounts or the privacy changed.
    void refresh();
    void received(const wire::Presence& presence);

private:
    EngineContext& m_context;
    QSet<base::AccountId> m_named;
    bool m_told = false;
    bool m_visible = false;
    QHash<base::AccountId, Person> m_online;
};

} // namespace recado::messaging
