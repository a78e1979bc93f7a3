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
    /// What the client knows already is not told again.
    void received(const wire::Presence& presence);

private:
    /// What the client was told last.
    struct Known {
        Person person;
        Presence presence;
    };

    void tell(const Person& person, const Presence& presence);
    void takeAway(std::function<bool(const base::AccountId&)> gone, const Presence& presence);

    EngineContext& m_context;
    QSet<base::AccountId> m_named;
    bool m_told = false;
    bool m_visible = false;
    QHash<base::AccountId, Known> m_known;
};

} // namespace recado::messaging
