#pragma once

#include "relay/delivery/MailboxStore.h"

#include <map>
#include <memory>
#include <mutex>
#include <utility>

namespace recado::relay {

/// The envelopes whose append waits for its turn, so that an acknowledgement that comes first can cancel
/// them and they are never written. Thread-safe; shared by the tickets, which may outlive the store.
class PendingAppends : public std::enable_shared_from_this<PendingAppends> {
public:
    /// One append's entries; they are pending until take() or the ticket's end.
    class Ticket {
    public:
        Ticket(std::shared_ptr<PendingAppends> owner, MailboxAppend append);
        ~Ticket();
        Ticket(const Ticket&) = delete;
        Ticket& operator=(const Ticket&) = delete;

        /// Ends their waiting and returns the append without its cancelled entries. Once.
        MailboxAppend take();

    private:
        std::shared_ptr<PendingAppends> m_owner;
        MailboxAppend m_append;
        bool m_taken = false;
    };

    [[nodiscard]] std::shared_ptr<Ticket> add(MailboxAppend append);

    /// Cancels what waits for this device in these ranges; returns what that was.
    MailboxUsage cancel(const base::DeviceAddress& device, const QVector<DeliveryRange>& ranges);

private:
    using Key = std::pair<base::DeviceAddress, base::DeliveryId>;
    struct Waiting {
        int appends = 0; // more than one when an append is repeated before the first had its turn
        quint64 bytes = 0;
        bool cancelled = false;
    };

    /// True when it was cancelled.
    bool leave(const Key& key);

    std::mutex m_mutex;
    std::map<Key, Waiting> m_waiting;
};

/// What an entry counts for: header, ciphertext and, if it has one, the append's body.
quint64 weightOf(const MailboxEntry& entry, const MailboxAppend& append);

} // namespace recado::relay
