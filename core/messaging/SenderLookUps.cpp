#include "messaging/SenderLookUps.h"

namespace recado::messaging {

using base::Reason;

SenderLookUps::SenderLookUps(EngineContext& context, PeerDirectory& directory)
    : m_context(context)
    , m_directory(directory) {
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, [this] { askDue(); });
}

bool SenderLookUps::isFinal(const base::Result<base::AccountId>& answer) {
    return answer || answer.error().reason == Reason::UnknownRecipient ||
           answer.error().reason == Reason::UnknownAccount;
}

void SenderLookUps::wentOnline() {
    ++m_connection;
    m_senders.clear();
    const auto waiting = m_context.stores.quarantine.sendersOf(QuarantineCause::AwaitingLookUp);
    if (!waiting)
        return m_context.storageFailed(waiting.error());
    for (const base::AccountId& account : *waiting)
        add(account, 0);
    for (Sender& sender : m_senders)
        sender.dueAtMs = 0;
    askDue();
}

void SenderLookUps::wentOffline() {
    ++m_connection;
    m_timer.stop();
}

void SenderLookUps::add(const base::AccountId& account, qint64 atLeastMs) {
    if (m_senders.contains(account))
        return;
    const qint64 base = m_context.timing.lookUpRetryMs;
    Sender sender{queue::Backoff({.baseMs = base, .capMs = std::max(base, longestWaitMs)})};
    sender.dueAtMs = m_context.clock.monotonicMs() + std::max(atLeastMs, sender.backoff.nextMs());
    m_senders.insert(account, sender);
    // In the next turn: this may be inside a work.
    m_timer.start(0);
}

void SenderLookUps::remove(const base::AccountId& account) {
    m_senders.remove(account);
}

void SenderLookUps::askDue() {
    if (!m_context.state.online)
        return;
    const qint64 now = m_context.clock.monotonicMs();
    qint64 next = -1;
    auto asking = std::count_if(m_senders.cbegin(), m_senders.cend(),
                                [](const Sender& sender) { return sender.asking; });
    for (auto sender = m_senders.begin(); sender != m_senders.end(); ++sender) {
        if (sender->asking)
            continue;
        if (sender->dueAtMs > now) {
            next = next < 0 ? sender->dueAtMs : std::min(next, sender->dueAtMs);
            continue;
        }
        if (asking >= atOnce)
            continue; // when one of those answers
        sender->asking = true;
        ++asking;
        m_directory.fetch(sender.key(), [this, connection = m_connection, account = sender.key()](
                                            const base::Result<base::AccountId>& answer) {
            if (connection == m_connection)
                take(account, answer);
        });
    }
    if (next >= 0)
        m_timer.start(int(next - now) + 1);
}

void SenderLookUps::take(const base::AccountId& account, const base::Result<base::AccountId>& answer) {
    const auto sender = m_senders.find(account);
    if (sender != m_senders.end()) {
        sender->asking = false;
        sender->dueAtMs = m_context.clock.monotonicMs() + sender->backoff.nextMs();
        if (isFinal(answer)) {
            m_senders.erase(sender);
            if (answered)
                answered(account);
        }
    }
    askDue();
}

} // namespace recado::messaging
