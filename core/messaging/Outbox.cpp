#include "messaging/Outbox.h"

#include "base/CrashPoint.h"
#include "protocol/FrameCodec.h"

namespace recado::messaging {

using base::makeError;
using base::Reason;

namespace {

constexpr int refillPage = 500;

/// While others are still being answered the link may just be slow; but not for this many times as long.
constexpr qint64 slowLinkFactor = 4;

/// Refusals that the same bytes, or a later attempt, may survive.
bool isPassing(Reason reason) {
    return reason == Reason::RateLimited || reason == Reason::Busy || reason == Reason::QuotaExceeded ||
           reason == Reason::Internal || reason == Reason::Timeout;
}

/// Failures of a question that say nothing about what was asked.
bool mayPass(Reason reason) {
    return isPassing(reason) || reason == Reason::RelayUnreachable || base::isStoreFailure(reason);
}

} // namespace

Outbox::Outbox(EngineContext& context, OutboxLedger& ledger, SessionSetup& sessions, OutboxSealer& sealer)
    : m_context(context)
    , m_ledger(ledger)
    , m_sessions(sessions)
    , m_sealer(sealer) {
    m_retry.setSingleShot(true);
    m_continue.setSingleShot(true);
    connect(&m_retry, &QTimer::timeout, this, [this] { pump(); });
    connect(&m_continue, &QTimer::timeout, this, [this] { pump(); });
    m_unanswered.setSingleShot(true);
    connect(&m_unanswered, &QTimer::timeout, this, [this] { resendUnanswered(); });
}

// --- What waits ---

void Outbox::wake() {
    refill();
    // In the next turn: what was written in this one is sealed in one commit.
    m_continue.start(0);
}

void Outbox::refill() {
    while (true) {
        const auto page = m_context.stores.outbox.list({OutboxState::Composed, OutboxState::Sealed},
                                                       m_lastItem, refillPage);
        if (!page)
            return m_context.storageFailed(page.error());
        for (const OutboxItem& item : *page) {
            m_lastItem = item.id;
            m_lanes[item.receiver].waiting.insert(item.id);
            if (item.message != 0)
                m_shown.insert(item.id);
        }
        if (page->size() < refillPage)
            break;
    }
    if (countChanged)
        countChanged();
}

void Outbox::requeue(const QVector<OutboxItem>& items) {
    enqueue(items);
    pump();
}

void Outbox::enqueue(const QVector<OutboxItem>& items) {
    for (const OutboxItem& item : items) {
        // An older submission of it may still be under way; its answer no longer counts.
        const auto old = std::find_if(m_flights.begin(), m_flights.end(),
                                      [&](const auto& flight) { return flight.second.item == item.id; });
        if (old != m_flights.end())
            endFlight(old);
        m_lanes[item.receiver].waiting.insert(item.id);
        if (item.message != 0)
            m_shown.insert(item.id);
    }
    if (countChanged)
        countChanged();
}

void Outbox::unblock(const base::AccountId& account) {
    const auto lane = m_lanes.find(account);
    if (lane == m_lanes.end())
        return;
    lane->second.blocked = false;
    lane->second.retryAtMs = 0;
    pump();
}

void Outbox::ownDevicesChanged() {
    m_ownDevicesStale = true;
}

void Outbox::wentOnline() {
    for (auto& [account, lane] : m_lanes) {
        lane.retryAtMs = 0;
        lane.backoff.reset();
    }
    wake();
}

void Outbox::wentOffline() {
    // Unanswered: exactly these bytes go again on the next connection.
    while (!m_flights.empty()) {
        const Flight flight = m_flights.begin()->second;
        endFlight(m_flights.begin());
        m_lanes[flight.receiver].waiting.insert(flight.item);
    }
    m_retry.stop();
    m_continue.stop();
    m_unanswered.stop();
}

int Outbox::waiting() const {
    int count = int(m_flights.size());
    for (const auto& [account, lane] : m_lanes)
        count += int(lane.waiting.size());
    return count;
}

void Outbox::settle(qint64 item) {
    for (auto& [account, lane] : m_lanes)
        lane.waiting.erase(item);
    m_shown.remove(item);
    if (countChanged)
        countChanged();
}

// --- What goes next ---

bool Outbox::hasRoom(std::size_t planned) const {
    return planned < std::size_t(sealingBatch) &&
           m_flights.size() + planned < m_context.state.limits.submissionsInFlight &&
           (m_flightBytes < bytesInFlight || m_flights.empty());
}

void Outbox::pump() {
    if (!m_context.state.online || m_pumping)
        return;
    m_pumping = true;
    auto planned = plan();
    base::Status status;
    if (!planned)
        status = planned.error();
    else if (!planned->empty())
        status = sealPlanned(*planned);
    if (status && !planned->empty())
        submit(*planned);
    m_pumping = false;
    if (!status)
        return m_context.storageFailed(status.error());
    armRetry();
}

/// Every receiver, the one that filled the last batch at the end: thousands that wait for one of them hold up
/// nobody else.
std::vector<base::AccountId> Outbox::turns() const {
    std::vector<base::AccountId> order;
    order.reserve(m_lanes.size());
    const auto first = m_lanes.upper_bound(m_servedLast);
    for (auto lane = first; lane != m_lanes.end(); ++lane)
        order.push_back(lane->first);
    for (auto lane = m_lanes.begin(); lane != first; ++lane)
        order.push_back(lane->first);
    return order;
}

base::Result<std::vector<OutboxItem>> Outbox::plan() {
    std::vector<OutboxItem> planned;
    const qint64 now = m_context.clock.monotonicMs();
    for (const base::AccountId& account : turns()) {
        Lane& lane = m_lanes[account];
        if (lane.waiting.empty() || lane.preparing || lane.blocked || lane.retryAtMs > now)
            continue;
        if (lane.refetch) {
            // All that was sealed for the old list must be answered first, or the order would be lost.
            if (lane.inFlight == 0)
                prepare(account, lane);
            continue;
        }
        RECADO_CHECK(planLane(account, lane, planned));
        if (!hasRoom(planned.size())) {
            m_servedLast = account;
            if (m_flights.size() + planned.size() < m_context.state.limits.submissionsInFlight)
                m_continue.start(0);
            break;
        }
    }
    return planned;
}

base::Status Outbox::planLane(const base::AccountId& account, Lane& lane, std::vector<OutboxItem>& planned) {
    std::optional<bool> ready;
    for (auto next = lane.waiting.begin(); next != lane.waiting.end() && hasRoom(planned.size());) {
        RECADO_TRY(std::optional<OutboxItem> item, m_context.stores.outbox.find(*next));
        if (!item || (item->state != OutboxState::Composed && item->state != OutboxState::Sealed)) {
            next = lane.waiting.erase(next); // settled in some other way
            continue;
        }
        ++next;
        if (item->state == OutboxState::Composed) {
            if (!ready) {
                RECADO_TRY(ready, isReady(account, lane));
            }
            if (lane.blocked)
                break;
            if (!*ready) {
                prepare(account, lane);
                break;
            }
        }
        planned.push_back(std::move(*item));
    }
    return {};
}

base::Result<bool> Outbox::isReady(const base::AccountId& account, Lane& lane) {
    RECADO_TRY(const std::optional<ContactRecord> contact, m_context.stores.contacts.contact(account));
    if (!contact)
        return false;
    lane.blocked = !contact->identity.pending.isEmpty();
    if (lane.blocked || m_ownDevicesStale)
        return false;
    RECADO_TRY(const bool own, m_sessions.areOwnDevicesReady());
    return own ? m_sessions.isReady(*contact) : base::Result<bool>(false);
}

base::Status Outbox::sealPlanned(std::vector<OutboxItem>& planned) {
    const bool anything = std::any_of(planned.begin(), planned.end(), [](const OutboxItem& item) {
        return item.state == OutboxState::Composed;
    });
    if (!anything)
        return {};
    QVector<qint64> failed;
    const base::Status sealed = inWork(m_context, [&]() -> base::Status {
        for (OutboxItem& item : planned) {
            if (item.state == OutboxState::Composed)
                RECADO_CHECK(sealOne(item, failed));
        }
        base::crashPoint("client.before_seal_commit");
        return {};
    });
    RECADO_CHECK(sealed);
    base::crashPoint("client.after_seal_commit");
    for (const qint64 id : failed)
        settle(id);
    std::erase_if(planned, [](const OutboxItem& item) { return item.state != OutboxState::Sealed; });
    return {};
}

base::Status Outbox::sealOne(OutboxItem& item, QVector<qint64>& failed) {
    RECADO_TRY(const std::optional<ContactRecord> contact, m_context.stores.contacts.contact(item.receiver));
    if (!contact)
        return makeError(Reason::StorageCorrupt, QStringLiteral("a receiver is not stored"));
    const OutboxItem before = item;
    RECADO_TRY(SavepointScope savepoint, SavepointScope::begin(m_context.stores.work));
    const std::size_t mark = m_context.changes.mark();
    const base::Status sealed = m_sealer.seal(item, *contact);
    if (sealed)
        return savepoint.release();
    if (base::isStoreFailure(sealed.error().reason))
        return sealed;
    RECADO_CHECK(savepoint.rollback());
    m_context.changes.rollBackTo(mark);
    item = before;
    failed.append(item.id);
    return m_ledger.fail(item, sealed.error().reason);
}

void Outbox::submit(const std::vector<OutboxItem>& planned) {
    std::vector<wire::ClientFrame> frames;
    frames.reserve(planned.size());
    for (const OutboxItem& item : planned) {
        wire::ClientFrame frame;
        frame.set_request_id(RelayLink::listenerIds + item.submission);
        // Parsed and written again by the same code: the bytes stay the same.
        if (!frame.mutable_submit()->ParseFromArray(item.sealed.constData(), int(item.sealed.size())))
            continue;
        Lane& lane = m_lanes[item.receiver];
        lane.waiting.erase(item.id);
        ++lane.inFlight;
        m_flights[item.submission] = {item.id, item.receiver, item.sealed.size(),
                                      m_context.clock.monotonicMs()};
        m_flightBytes += item.sealed.size();
        frames.push_back(std::move(frame));
    }
    m_context.link.send(std::move(frames));
    if (!m_unanswered.isActive())
        m_unanswered.start(m_context.timing.submitAnswerMs);
    base::crashPoint("client.after_submit");
}

// --- Sessions ---

void Outbox::prepare(const base::AccountId& account, Lane& lane) {
    lane.preparing = true;
    const bool own = account == m_context.ownAccount();
    m_sessions.prepare(account, lane.refetch || (own && m_ownDevicesStale),
                       [this, account, own](const base::Status& status) {
                           if (status && !own)
                               return prepareOwnDevices(account);
                           if (own)
                               ownDevicesAnswered(status);
                           prepared(account, status);
                       });
}

/// The copies for the own other devices go in the same submission.
void Outbox::prepareOwnDevices(const base::AccountId& account) {
    const auto ready = m_sessions.areOwnDevicesReady();
    if (!ready || (*ready && !m_ownDevicesStale))
        return prepared(account, ready ? base::Status() : ready.error());
    m_sessions.prepare(m_context.ownAccount(), m_ownDevicesStale,
                       [this, account](const base::Status& status) {
                           ownDevicesAnswered(status);
                           // Whatever is wrong with them, it is not the receiver's fault.
                           const bool theirs = !status && !base::isStoreFailure(status.error().reason);
                           prepared(account, theirs ? makeError(Reason::NoSession, status.error().message,
                                                                status.error().retryAfterMs)
                                                    : status);
                       });
}

void Outbox::ownDevicesAnswered(const base::Status& status) {
    if (status || !mayPass(status.error().reason))
        m_ownDevicesStale = false; // here it is; or there is nothing newer that could be believed
}

void Outbox::prepared(const base::AccountId& account, const base::Status& status) {
    Lane& lane = m_lanes[account];
    lane.preparing = false;
    if (status) {
        lane.refetch = false;
        // Not at once: this may come from within plan().
        m_continue.start(0);
        return;
    }
    switch (status.error().reason) {
    case Reason::IdentityChanged:
        lane.blocked = true;
        break;
    case Reason::UnknownRecipient:
    case Reason::UnknownAccount:
        failLane(account, Reason::UnknownRecipient);
        break;
    case Reason::StorageFailed:
        m_context.storageFailed(status.error());
        break;
    default:
        delay(lane, status.error().retryAfterMs);
        armRetry();
        break;
    }
}

// --- Answers ---

void Outbox::endFlight(std::map<base::SubmissionNumber, Flight>::iterator flight) {
    m_flightBytes -= flight->second.bytes;
    --m_lanes[flight->second.receiver].inFlight;
    m_flights.erase(flight);
}

void Outbox::accepted(const std::vector<base::SubmissionNumber>& submissions) {
    m_lastAnswerMs = m_context.clock.monotonicMs();
    std::vector<std::pair<base::SubmissionNumber, qint64>> answered;
    for (const base::SubmissionNumber submission : submissions) {
        const auto flight = m_flights.find(submission);
        if (flight != m_flights.end())
            answered.emplace_back(submission, flight->second.item);
    }
    if (answered.empty())
        return;
    const base::Status status = inWork(m_context, [&]() -> base::Status {
        for (const auto& [submission, id] : answered) {
            RECADO_TRY(std::optional<OutboxItem> item, m_context.stores.outbox.find(id));
            if (item && item->submission == submission && item->state == OutboxState::Sealed)
                RECADO_CHECK(m_ledger.accept(*item));
        }
        base::crashPoint("client.before_accepted_commit");
        return {};
    });
    if (!status)
        return m_context.storageFailed(status.error());
    base::crashPoint("client.after_accepted_commit");
    for (const auto& [submission, id] : answered) {
        const auto flight = m_flights.find(submission);
        if (flight == m_flights.end())
            continue; // named twice in one answer
        Lane& lane = m_lanes[flight->second.receiver];
        lane.backoff.reset();
        lane.staleRounds = 0;
        endFlight(flight);
        m_shown.remove(id);
    }
    if (countChanged)
        countChanged();
    pump();
}

void Outbox::refused(base::SubmissionNumber submission, const Refusal& refusal) {
    const auto found = m_flights.find(submission);
    if (found == m_flights.end())
        return;
    m_lastAnswerMs = m_context.clock.monotonicMs();
    const Flight flight = found->second;
    endFlight(found);
    Lane& lane = m_lanes[flight.receiver];
    if (isPassing(refusal.reason)) {
        lane.waiting.insert(flight.item);
        delay(lane, refusal.retryAfterMs > 0 ? refusal.retryAfterMs : m_context.timing.retryDelayMs);
        return armRetry();
    }
    const bool again = refusal.reason == Reason::StaleDevices;
    const base::Status status = inWork(m_context, [&]() -> base::Status {
        RECADO_TRY(std::optional<OutboxItem> item, m_context.stores.outbox.find(flight.item));
        if (!item || item->submission != submission)
            return {};
        return again ? m_ledger.sealAgain(*item) : m_ledger.fail(*item, refusal.reason);
    });
    if (!status)
        return m_context.storageFailed(status.error());
    if (again) {
        lane.waiting.insert(flight.item);
        // A relay that keeps refusing what it has just listed must not be asked in a tight circle.
        if (!std::exchange(lane.refetch, true) && lane.staleRounds++ > 0)
            delay(lane, 0);
        m_ownDevicesStale = m_ownDevicesStale || refusal.ownDevicesStale;
    } else {
        settle(flight.item);
    }
    pump();
}

void Outbox::failLane(const base::AccountId& account, Reason reason) {
    const std::set<qint64> items = std::exchange(m_lanes[account].waiting, {});
    const base::Status status = inWork(m_context, [&]() -> base::Status {
        for (const qint64 id : items) {
            RECADO_TRY(std::optional<OutboxItem> item, m_context.stores.outbox.find(id));
            if (item)
                RECADO_CHECK(m_ledger.fail(*item, reason));
        }
        return {};
    });
    if (!status)
        return m_context.storageFailed(status.error());
    for (const qint64 id : items)
        m_shown.remove(id);
    if (countChanged)
        countChanged();
}

// --- Patience ---

void Outbox::resendUnanswered() {
    const qint64 now = m_context.clock.monotonicMs();
    const qint64 patience = m_context.timing.submitAnswerMs;
    QSet<base::AccountId> late;
    for (const auto& [submission, flight] : m_flights) {
        const qint64 waited = now - flight.sentAtMs;
        if (waited >= patience && (now - m_lastAnswerMs >= patience || waited >= slowLinkFactor * patience))
            late.insert(flight.receiver);
    }
    // All that went to that receiver goes again, as after a broken connection: so its order stays.
    for (auto flight = m_flights.begin(); flight != m_flights.end();) {
        const auto next = std::next(flight);
        if (late.contains(flight->second.receiver)) {
            m_lanes[flight->second.receiver].waiting.insert(flight->second.item);
            endFlight(flight);
        }
        flight = next;
    }
    if (!m_flights.empty())
        m_unanswered.start(int(patience));
    pump();
}

void Outbox::delay(Lane& lane, qint64 atLeastMs) {
    const qint64 now = m_context.clock.monotonicMs();
    qint64 wait = std::clamp<qint64>(atLeastMs, 0, longestWaitMs);
    // The refusals of one burst are one reason to wait, not hundreds.
    if (lane.retryAtMs <= now)
        wait = std::max(wait, lane.backoff.nextMs());
    lane.retryAtMs = std::max(lane.retryAtMs, now + wait);
}

void Outbox::armRetry() {
    const qint64 now = m_context.clock.monotonicMs();
    qint64 next = -1;
    for (const auto& [account, lane] : m_lanes) {
        if (!lane.waiting.empty() && lane.retryAtMs > now)
            next = next < 0 ? lane.retryAtMs : std::min(next, lane.retryAtMs);
    }
    if (next >= 0)
        m_retry.start(int(next - now) + 1);
}

} // namespace recado::messaging
