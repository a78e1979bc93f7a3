#include "relay/storage/PendingAppends.h"

namespace recado::relay {

quint64 weightOf(const MailboxEntry& entry, const MailboxAppend& append) {
    const qsizetype body = entry.hasBody ? append.body.size() : 0;
    return quint64(entry.sealedHeader.size() + entry.ciphertext.size() + body);
}

std::shared_ptr<PendingAppends::Ticket> PendingAppends::add(MailboxAppend append) {
    {
        const std::lock_guard lock(m_mutex);
        for (const MailboxEntry& entry : std::as_const(append.entries)) {
            Waiting& waiting = m_waiting[{entry.device, entry.id}];
            ++waiting.appends;
            waiting.bytes = weightOf(entry, append);
        }
    }
    return std::make_shared<Ticket>(shared_from_this(), std::move(append));
}

MailboxUsage PendingAppends::cancel(const base::DeviceAddress& device, const QVector<DeliveryRange>& ranges) {
    MailboxUsage cancelled{device, 0, 0};
    const std::lock_guard lock(m_mutex);
    for (const DeliveryRange& range : ranges) {
        auto position = m_waiting.lower_bound({device, range.first});
        for (; position != m_waiting.end(); ++position) {
            if (position->first.first != device || position->first.second > range.last)
                break;
            Waiting& waiting = position->second;
            if (std::exchange(waiting.cancelled, true))
                continue;
            ++cancelled.count;
            cancelled.bytes += waiting.bytes;
        }
    }
    return cancelled;
}

bool PendingAppends::leave(const Key& key) {
    const std::lock_guard lock(m_mutex);
    const auto position = m_waiting.find(key);
    const bool cancelled = position->second.cancelled;
    if (--position->second.appends == 0)
        m_waiting.erase(position);
    return cancelled;
}

PendingAppends::Ticket::Ticket(std::shared_ptr<PendingAppends> owner, MailboxAppend append)
    : m_owner(std::move(owner))
    , m_append(std::move(append)) {}

PendingAppends::Ticket::~Ticket() {
    if (!m_taken)
        take();
}

MailboxAppend PendingAppends::Ticket::take() {
    m_taken = true;
    MailboxAppend remaining = std::move(m_append);
    remaining.entries.removeIf([this](const MailboxEntry& entry) {
        return m_owner->leave({entry.device, entry.id});
    });
    return remaining;
}

} // namespace recado::relay
