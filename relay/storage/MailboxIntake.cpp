#include "relay/storage/MailboxIntake.h"

#include <algorithm>
#include <utility>

namespace recado::relay {

namespace {

constexpr qint64 operationOverhead = 256;
/// When so much waits, a commit is worth its while.
constexpr qint64 hurryBytes = 1024 * 1024;
constexpr std::size_t hurryOperations = 2'000;

} // namespace

void MailboxAnswers::ForInbox::give() {
    for (auto& [done, result] : appends)
        done({result, result == StoreResult::Committed});
    for (auto& [done, answer] : acknowledgements)
        done(std::move(answer));
    for (auto& answer : others)
        answer();
}

MailboxAnswers::ForInbox& MailboxAnswers::of(base::Inbox* inbox) {
    const auto known = std::find_if(m_inboxes.begin(), m_inboxes.end(),
                                    [&](const auto& answers) { return answers->inbox == inbox; });
    if (known != m_inboxes.end())
        return **known;
    m_inboxes.push_back(std::make_unique<ForInbox>());
    m_inboxes.back()->inbox = inbox;
    return *m_inboxes.back();
}

void MailboxAnswers::add(base::Inbox* inbox, StoreCallback<bool> done, StoreResult result) {
    of(inbox).appends.emplace_back(std::move(done), result);
}

void MailboxAnswers::add(base::Inbox* inbox, StoreCallback<MailboxUsage> done,
                         StoreAnswer<MailboxUsage> answer) {
    of(inbox).acknowledgements.emplace_back(std::move(done), std::move(answer));
}

void MailboxAnswers::add(base::Inbox* inbox, std::function<void()> answer) {
    of(inbox).others.push_back(std::move(answer));
}

void MailboxAnswers::send() {
    for (auto& answers : std::exchange(m_inboxes, {})) {
        base::Inbox* const inbox = answers->inbox;
        inbox->post([given = std::shared_ptr<ForInbox>(std::move(answers))] { given->give(); });
    }
}

qint64 MailboxOperation::bytes() const {
    const auto* append = std::get_if<Append>(&what);
    if (append == nullptr)
        return operationOverhead;
    qint64 sum = append->append.body.size();
    for (const MailboxEntry& entry : append->append.entries)
        sum += entry.sealedHeader.size() + entry.ciphertext.size() + operationOverhead;
    return sum;
}

void MailboxOperation::answer(MailboxAnswers& answers, StoreResult result) {
    if (auto* append = std::get_if<Append>(&what)) {
        if (append->done)
            answers.add(inbox, std::exchange(append->done, nullptr), result);
    } else if (auto* acknowledge = std::get_if<Acknowledge>(&what)) {
        if (acknowledge->done)
            answers.add(inbox, std::exchange(acknowledge->done, nullptr),
                        {result, {acknowledge->device, 0, 0}});
    } else if (const Read read = std::exchange(std::get<Read>(what), nullptr)) {
        answers.add(inbox, read(nullptr, result));
    }
}

MailboxIntake::Need MailboxIntake::push(MailboxOperation& operation, bool& refused) {
    const qint64 bytes = operation.bytes();
    const bool isRead = operation.isRead();
    const std::lock_guard lock(m_mutex);
    refused = m_waiting.size() >= maximumOperations || m_bytes + bytes > maximumBytes;
    if (refused)
        return Need::None;
    m_waiting.push_back(std::move(operation));
    m_bytes += bytes;
    const bool hurry = isRead || m_bytes > hurryBytes || m_waiting.size() > hurryOperations;
    const Need need = hurry ? Need::Now : Need::Soon;
    if (need <= m_arranged)
        return Need::None;
    m_arranged = need;
    return need;
}

std::vector<MailboxOperation> MailboxIntake::takeAll() {
    const std::lock_guard lock(m_mutex);
    m_arranged = Need::None;
    m_bytes = 0;
    return std::exchange(m_waiting, {});
}

std::vector<MailboxOperation> MailboxIntake::take(bool& more) {
    const std::lock_guard lock(m_mutex);
    m_arranged = Need::None;
    std::vector<MailboxOperation> taken;
    std::size_t count = 0;
    qint64 bytes = 0;
    while (count < m_waiting.size() && count < batchOperations && (count == 0 || bytes < batchBytes))
        bytes += m_waiting[count++].bytes();
    more = count < m_waiting.size();
    if (!more) {
        taken.swap(m_waiting);
        m_waiting.reserve(std::min<std::size_t>(taken.size(), hurryOperations));
    } else {
        const auto end = m_waiting.begin() + std::ptrdiff_t(count);
        taken.assign(std::make_move_iterator(m_waiting.begin()), std::make_move_iterator(end));
        m_waiting.erase(m_waiting.begin(), end);
        m_arranged = Need::Now;
    }
    m_bytes -= bytes;
    return taken;
}

} // namespace recado::relay
