#include "relay/delivery/Submission.h"

namespace recado::relay {

void PendingRows::add(const SubmissionPointer& submission) {
    for (const MailboxEntry& entry : std::as_const(submission->parsed.append.entries))
        m_rows[entry.device].emplace(entry.id, submission);
}

void PendingRows::remove(const Submission& submission) {
    for (const MailboxEntry& entry : submission.parsed.append.entries) {
        const auto rows = m_rows.find(entry.device);
        if (rows == m_rows.end())
            continue;
        rows->erase(entry.id);
        if (rows->empty())
            m_rows.erase(rows);
    }
}

bool PendingRows::contains(const MailboxEntry& entry) const {
    const auto rows = m_rows.constFind(entry.device);
    return rows != m_rows.constEnd() && rows->contains(entry.id);
}

std::vector<SubmissionPointer> PendingRows::acknowledge(const base::DeviceAddress& device,
                                                        const QVector<DeliveryRange>& ranges) {
    std::vector<SubmissionPointer> resolved;
    const auto rows = m_rows.find(device);
    if (rows == m_rows.end())
        return resolved;
    for (const DeliveryRange& range : ranges) {
        const auto first = rows->lower_bound(range.first);
        const auto end = rows->upper_bound(range.last);
        for (auto row = first; row != end; ++row) {
            if (--row->second->unresolved == 0)
                resolved.push_back(row->second);
        }
        rows->erase(first, end);
    }
    if (rows->empty())
        m_rows.erase(rows);
    return resolved;
}

} // namespace recado::relay
