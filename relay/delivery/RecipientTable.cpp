#include "relay/delivery/RecipientTable.h"

#include <algorithm>

namespace recado::relay {

const routing::DeviceList* RecipientTable::find(const base::AccountId& account, qint64 nowMs) {
    const auto found = m_accounts.find(account);
    if (found == m_accounts.end())
        return nullptr;
    found->usedAtMs = nowMs;
    return &found->list;
}

void RecipientTable::load(const routing::DeviceList& list, const QVector<MailboxUsage>& usage, qint64 nowMs) {
    Entry& entry = m_accounts[list.account];
    if (entry.list.version > list.version)
        return;
    entry.list = list;
    entry.usedAtMs = nowMs;
    entry.usage.clear();
    for (const MailboxUsage& device : usage)
        entry.usage.insert(device.device.device, device);
}

void RecipientTable::update(const routing::DeviceList& list) {
    const auto found = m_accounts.find(list.account);
    if (found == m_accounts.end() || found->list.version >= list.version)
        return;
    found->list = list;
    found->usage.removeIf([&](const auto& usage) { return list.find(usage.key()) == nullptr; });
}

MailboxUsage RecipientTable::usage(const base::DeviceAddress& device) const {
    const auto found = m_accounts.constFind(device.account);
    return found == m_accounts.constEnd() ? MailboxUsage{device, 0, 0}
                                          : found->usage.value(device.device, MailboxUsage{device, 0, 0});
}

void RecipientTable::add(const base::DeviceAddress& device, quint64 count, quint64 bytes) {
    const auto found = m_accounts.find(device.account);
    if (found == m_accounts.end())
        return;
    MailboxUsage& usage = found->usage[device.device];
    usage.device = device;
    usage.count += count;
    usage.bytes += bytes;
}

void RecipientTable::subtract(const MailboxUsage& removed) {
    const auto account = m_accounts.find(removed.device.account);
    if (account == m_accounts.end())
        return;
    const auto usage = account->usage.find(removed.device.device);
    if (usage == account->usage.end())
        return;
    // A table entry loaded between a deletion and its answer has it deducted already: stop at zero.
    usage->count -= std::min(usage->count, removed.count);
    usage->bytes -= std::min(usage->bytes, removed.bytes);
}

void RecipientTable::shrink(qsizetype keep, qint64 beforeMs) {
    if (m_accounts.size() > keep)
        m_accounts.removeIf([&](const auto& entry) { return entry.value().usedAtMs < beforeMs; });
}

} // namespace recado::relay
