#pragma once

#include "relay/delivery/MailboxStore.h"
#include "routing/DeviceList.h"

#include <QHash>

namespace recado::relay {

/// The device lists and mailbox sizes of accounts that were written to lately: what a submission is checked
/// against without asking a store. A plain table; the Submitter guards and fills it.
class RecipientTable {
public:
    /// Nothing when the account is not in the table.
    [[nodiscard]] const routing::DeviceList* find(const base::AccountId& account, qint64 nowMs);

    /// Enters a list, with what the store says its devices' mailboxes hold. A list older than the one here
    /// is ignored: it was read before the newer one was stored.
    void load(const routing::DeviceList& list, const QVector<MailboxUsage>& usage, qint64 nowMs);
    /// Takes over a newer list; an account that is not in the table stays out.
    void update(const routing::DeviceList& list);
    void remove(const base::AccountId& account) { m_accounts.remove(account); }

    /// What the device's mailbox is thought to hold; zero for a device that is not in the table.
    [[nodiscard]] MailboxUsage usage(const base::DeviceAddress& device) const;
    void add(const base::DeviceAddress& device, quint64 count, quint64 bytes);
    void subtract(const MailboxUsage& removed);

    /// Drops accounts nobody wrote to since `beforeMs` (monotonic), once there are more than `keep`.
    void shrink(qsizetype keep, qint64 beforeMs);
    [[nodiscard]] qsizetype size() const { return m_accounts.size(); }

private:
    struct Entry {
        routing::DeviceList list;
        QHash<quint32, MailboxUsage> usage;
        qint64 usedAtMs = 0;
    };

    QHash<base::AccountId, Entry> m_accounts;
};

} // namespace recado::relay
