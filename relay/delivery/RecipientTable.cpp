#include "relay/delivery/RecipientTable.h"

#include <algorithm>

namespace recado::relay {

namespace {

template <typename Usages>
auto usageIn(Usages& usages, quint32 device) {
    return std::find_if(usages.begin(), usages.end(),
                        [&](const MailboxUsage& usage) { return usage.device.device == device; });
}

} // namespace

MailboxUsage RecipientTable::Recipient::usageOf(quint32 device) const {
    const auto known = usageIn(usage, device);
    return known == usage.end() ? MailboxUsage{{list.account, device}, 0, 0} : *known;
}

void RecipientTable::Recipient::add(quint32 device, quint64 count, quint64 bytes) {
    const auto known = usageIn(usage, device);
    if (known == usage.end()) {
        usage.push_back({{list.account, device}, count, bytes});
        return;
    }
    known->count += count;
    known->bytes += bytes;
}

RecipientTable::Recipient* RecipientTable::find(const base::AccountId& account, qint64 nowMs) {
    const auto found = m_accounts.find(account);
    if (found == m_accounts.end())
        return nullptr;
    found->second.usedAtMs = nowMs;
    return &found->second;
}

void RecipientTable::load(const routing::DeviceList& list, const QVector<MailboxUsage>& usage, qint64 nowMs) {
    Recipient& recipient = m_accounts[list.account];
    if (recipient.list.version > list.version)
        return;
    recipient.list = list;
    recipient.usedAtMs = nowMs;
    recipient.usage.assign(usage.begin(), usage.end());
}

void RecipientTable::update(const routing::DeviceList& list) {
    const auto found = m_accounts.find(list.account);
    if (found == m_accounts.end() || found->second.list.version >= list.version)
        return;
    found->second.list = list;
    std::erase_if(found->second.usage,
                  [&](const MailboxUsage& usage) { return list.find(usage.device.device) == nullptr; });
}

void RecipientTable::add(const base::DeviceAddress& device, quint64 count, quint64 bytes) {
    const auto found = m_accounts.find(device.account);
    if (found != m_accounts.end())
        found->second.add(device.device, count, bytes);
}

void RecipientTable::subtract(const MailboxUsage& removed) {
    const auto found = m_accounts.find(removed.device.account);
    if (found == m_accounts.end())
        return;
    const auto usage = usageIn(found->second.usage, removed.device.device);
    if (usage == found->second.usage.end())
        return;
    // A table entry loaded between a deletion and its answer has it deducted already: stop at zero.
    usage->count -= std::min(usage->count, removed.count);
    usage->bytes -= std::min(usage->bytes, removed.bytes);
}

void RecipientTable::shrink(std::size_t keep, qint64 beforeMs) {
    if (m_accounts.size() > keep)
        std::erase_if(m_accounts, [&](const auto& entry) { return entry.second.usedAtMs < beforeMs; });
}

} // namespace recado::relay
