#pragma once

#include "relay/delivery/MailboxStore.h"
#include "routing/DeviceList.h"

#include <QVarLengthArray>

#include <unordered_map>
#include <vector>

namespace recado::relay {

/// The device lists and mailbox sizes of accounts that were written to lately: what a submission is checked
/// against without asking a store. A plain table; the Submitter guards and fills it.
class RecipientTable {
public:
    /// An account that was written to.
    struct Recipient {
        routing::DeviceList list;
        std::vector<MailboxUsage> usage; // few: one a device
        qint64 usedAtMs = 0;

        /// What the device's mailbox is thought to hold; zero for a device without one.
        [[nodiscard]] MailboxUsage usageOf(quint32 device) const;
        void add(quint32 device, quint64 count, quint64 bytes);
    };
    using Recipients = QVarLengthArray<Recipient*, 4>;

    /// Null when the account is not in the table; otherwise there until remove() or shrink().
    [[nodiscard]] Recipient* find(const base::AccountId& account, qint64 nowMs);

    /// Enters a list, with what the store says its devices' mailboxes hold. A list older than the one here
    /// is ignored: it was read before the newer one was stored.
    void load(const routing::DeviceList& list, const QVector<MailboxUsage>& usage, qint64 nowMs);
    /// Takes over a newer list; an account that is not in the table stays out.
    void update(const routing::DeviceList& list);
    void remove(const base::AccountId& account) { m_accounts.erase(account); }

    /// Nothing happens for an account that is not in the table.
    void add(const base::DeviceAddress& device, quint64 count, quint64 bytes);
    void subtract(const MailboxUsage& removed);

    /// Drops accounts nobody wrote to since `beforeMs` (monotonic), once there are more than `keep`.
    void shrink(std::size_t keep, qint64 beforeMs);

private:
    std::unordered_map<base::AccountId, Recipient> m_accounts; // their addresses stay
};

} // namespace recado::relay
