#include "relay/delivery/SenderOrder.h"

#include <algorithm>

namespace recado::relay {

namespace {

// Of a larger group only that it was one is remembered: it counts as everybody.
constexpr qsizetype receiversRemembered = 16;

} // namespace

QVector<base::AccountId> orderedReceivers(const ParsedSubmission& submission) {
    QVector<base::AccountId> accounts;
    if (submission.receivers.size() > receiversRemembered + 1)
        return accounts;
    for (const ParsedSubmission::Receiver& receiver : submission.receivers) {
        if (receiver.account != submission.sender.account || submission.receivers.size() == 1)
            accounts.push_back(receiver.account);
    }
    return accounts;
}

bool shareReceiver(const QVector<base::AccountId>& left, const QVector<base::AccountId>& right) {
    return left.isEmpty() || right.isEmpty() ||
           std::any_of(left.begin(), left.end(),
                       [&](const auto& account) { return right.contains(account); });
}

void SenderOrder::refused(const ParsedSubmission& submission, const Refusal& refusal, std::size_t most) {
    m_refused.insert_or_assign(
        submission.number, Entry{orderedReceivers(submission), {refusal.reason, refusal.retryAfterMs, {}}});
    if (m_refused.size() > most)
        m_refused.erase(m_refused.begin());
}

std::optional<Refusal> SenderOrder::arrived(const ParsedSubmission& submission) {
    const auto known = m_refused.find(submission.number);
    if (known == m_refused.end())
        return behind(submission);
    const QVector<base::AccountId> receivers = known->second.receivers;
    std::erase_if(m_refused, [&](const auto& entry) {
        return entry.first <= submission.number && shareReceiver(entry.second.receivers, receivers);
    });
    return std::nullopt;
}

std::optional<Refusal> SenderOrder::behind(const ParsedSubmission& submission) const {
    if (m_refused.empty() || m_refused.begin()->first >= submission.number)
        return std::nullopt;
    const QVector<base::AccountId> receivers = orderedReceivers(submission);
    const auto end = m_refused.lower_bound(submission.number);
    const auto lower = std::find_if(m_refused.begin(), end, [&](const auto& entry) {
        return shareReceiver(entry.second.receivers, receivers);
    });
    return lower == end ? std::nullopt : std::optional(lower->second.refusal);
}

} // namespace recado::relay
