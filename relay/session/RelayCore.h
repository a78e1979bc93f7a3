#pragma once

#include "base/Clock.h"
#include "relay/delivery/Directory.h"
#include "relay/delivery/MailboxStore.h"
#include "relay/delivery/RelayMetrics.h"
#include "relay/session/RelayCoreConfig.h"
#include "relay/session/SessionLink.h"

#include <memory>

namespace recado::relay {

class LimitStore;
class Tracer;

/// One connection's protocol. Called on the connection's thread only.
class SessionHandler {
public:
    virtual ~SessionHandler() = default;

    /// One binary WebSocket message.
    virtual void received(const QByteArray& message) = 0;
    /// The connection's queue has run empty, or nearly so.
    virtual void writable() = 0;
    /// The connection is gone; the link is not touched again. Destroying the handler says the same.
    virtual void closed() = 0;
};

/// The relay's logic: sessions, accounts, keys, delivery and presence over the given stores.
///
/// Threads: openSession() and everything of one session run on that connection's thread, which has an
/// event loop and one base::Inbox for all its sessions. Any number of such threads may share one core. tick()
/// belongs to the thread of the home inbox. The other functions may be called on any thread.
///
/// Life: stop listening, close the connections (every SessionHandler destroyed), stop the stores, then
/// destroy the core, then the inboxes.
class RelayCore {
public:
    struct Stores {
        MailboxStore* mailboxes = nullptr;
        Directory* directory = nullptr;
        PrekeyStore* prekeys = nullptr;
        /// Keeps hourly limits over restarts; null: they begin anew.
        LimitStore* limits = nullptr;
        /// Follows submissions on their way; null when nobody does.
        Tracer* tracer = nullptr;
    };

    /// Borrows stores, clock and home inbox. `home` gets the answers of the core's own errands.
    static std::unique_ptr<RelayCore> create(RelayCoreConfig config, Stores stores, const base::Clock& clock,
                                             base::Inbox& home);
    ~RelayCore();

    /// A session for a new connection. The link is borrowed until SessionHandler::closed(), `inbox` is the
    /// inbox of the calling thread.
    std::unique_ptr<SessionHandler> openSession(SessionLink& link, base::Inbox& inbox);

    /// Does what time asks for: expiry of mailboxes once a minute, presence, forgetting old limits. Call it
    /// every few hundred milliseconds (a QTimer of the composition root).
    void tick();

    /// The store is so late that nobody new should be let in. Any thread.
    [[nodiscard]] bool refusesNewcomers() const;
    /// How long it takes the store to answer, as far as that is long. Any thread.
    [[nodiscard]] qint64 storeLagMs() const;

    /// After an administrator erased an account in the directory: forgets it and closes its connections.
    void accountErased(base::AccountId account);

    [[nodiscard]] const RelayMetrics& metrics() const;

private:
    class Parts;
    explicit RelayCore(std::unique_ptr<Parts> parts);

    std::unique_ptr<Parts> m_parts;
};

} // namespace recado::relay
