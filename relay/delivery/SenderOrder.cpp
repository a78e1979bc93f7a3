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
    Entry entry{submission.number, orderedReceivers(submission), {refusal.reason, refusal.retryAfterMs, {}}};
    const std::size_t place = placeOf(submission.number);
    if (place < m_refused.size() && m_refused[place].number == submission.number)
        m_refused[place] = std::move(entry);
    else
        m_refused.insert(m_refused.begin() + std::ptrdiff_t(place), std::move(entry));
    if (m_refused.size() > most)
        m_refused.erase(m_refused.begin());
}

std::optional<Refusal> SenderOrder::arrived(const ParsedSubmission& submission) {
    const std::size_t place = placeOf(submission.number);
    if (place == m_refused.size() || m_refused[place].number != submission.number)
        return behind(submission);
    const QVector<base::AccountId> receivers = m_refused[place].receivers;
    std::erase_if(m_refused, [&](const Entry& entry) {
        return entry.number <= submission.number && shareReceiver(entry.receivers, receivers);
    });
    if (m_refused.empty())
        forget();
    return std::nullopt;
}

std::optional<Refusal> SenderOrder::behind(const ParsedSubmission& submission) const {
    const auto end = m_refused.begin() + std::ptrdiff_t(placeOf(submission.number));
    if (end == m_refused.begin())
        return std::nullopt;
    const QVector<base::AccountId> receivers = orderedReceivers(submission);
    const auto lower = std::find_if(m_refused.begin(), end, [&](const Entry& entry) {
        return shareReceiver(entry.receivers, receivers);
    });
    return lower == end ? std::nullopt : std::optional(lower->refusal);
}

/// Of the first one that is not lower.
std::size_t SenderOrder::placeOf(base::SubmissionNumber number) const {
    const auto place = std::lower_bound(
        m_refused.begin(), m_refused.end(), number,
        [](const Entry& entry, base::SubmissionNumber wanted) { return entry.number < wanted; });
    return std::size_t(place - m_refused.begin());
}

} // namespace recado::relay
