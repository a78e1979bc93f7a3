#include "messaging/Outbox.h"

#include "base/CrashPoint.h"
#include "messaging/ConversationIds.h"
#include "protocol/FrameCodec.h"

namespace recado::messaging {

using base::makeError;
using base::Reason;
using protocol::fromBytes;
using protocol::toBytes;

namespace {

constexpr int refillPage = 500;

/// While others are still being answered the link may just be slow; but not for this many times as long.
constexpr qint64 slowLinkFactor = 4;

/// Refusals that the same bytes, or a later attempt, may survive.
bool isPassing(Reason reason) {
    return reason == Reason::RateLimited || reason == Reason::Busy || reason == Reason::QuotaExceeded ||
           reason == Reason::Internal || reason == Reason::Timeout;
}

} // namespace

Outbox::Outbox(EngineContext& context, SessionSetup& sessions, OutboxSealer& sealer)
    : m_context(context)
    , m_sessions(sessions)
    , m_sealer(sealer) {
    m_retry.setSingleShot(true);
    m_continue.setSingleShot(true);
    connect(&m_retry, &QTimer::timeout, this, [this] { pump(); });
    connect(&m_continue, &QTimer::timeout, this, [this] { pump(); });
    m_unanswered.setSingleShot(true);
    connect(&m_unanswered, &QTimer::timeout, this, [this] { resendUnanswered(); });
}

base::Status Outbox::append(const base::AccountId& receiver, const base::MessageId& id, LocalId message,
                            content::Content content) {
    OutboxItem item;
    item.receiver = receiver;
    item.conversation = directConversationId(m_context.ownAccount(), receiver);
    item.messageId = id;
    item.message = message;
    item.createdMs = m_context.nowMs();
    content.set_message_id(fromBytes(id.toBytes()));
    content.set_conversation_id(fromBytes(item.conversation.toBytes()));
    if (content.sent_at_ms() == 0)
        content.set_sent_at_ms(quint64(item.createdMs));
    item.content = toBytes(content.SerializeAsString());
    RECADO_TRY([[maybe_unused]] const qint64 added, m_context.stores.outbox.append(item));
    return {};
}

base::Status Outbox::composeAnew(OutboxItem& item) {
    if (item.submission != 0)
        item.earlierSubmissions.append(std::exchange(item.submission, 0));
    while (item.earlierSubmissions.size() > earlierKept)
        item.earlierSubmissions.removeFirst();
    item.state = OutboxState::Composed;
    item.sealed.clear();
    item.acceptedMs = 0;
    return m_context.stores.outbox.update(item);
}

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
    for (const OutboxItem& item : items) {
        Lane& lane = m_lanes[item.receiver];
        // An older submission of it may still be under way; its answer no longer counts.
        const auto old = std::find_if(m_flights.begin(), m_flights.end(),
                                      [&](const auto& flight) { return flight.second.item == item.id; });
        if (old != m_flights.end()) {
            m_flightBytes -= old->second.bytes;
            --lane.inFlight;
            m_flights.erase(old);
        }
        lane.waiting.insert(item.id);
        if (item.message != 0)
            m_shown.insert(item.id);
    }
    if (countChanged)
        countChanged();
    pump();
}

void Outbox::unblock(const base::AccountId& account) {
    const auto lane = m_lanes.find(account);
    if (lane == m_lanes.end())
        return;
    lane->blocked = false;
    lane->retryAtMs = 0;
    pump();
}

void Outbox::wentOnline() {
    for (Lane& lane : m_lanes) {
        lane.retryAtMs = 0;
        lane.backoff.reset();
    }
    wake();
}

void Outbox::wentOffline() {
    // Unanswered: exactly these bytes go again on the next connection.
    for (const auto& [submission, flight] : std::exchange(m_flights, {}))
        m_lanes[flight.receiver].waiting.insert(flight.item);
    for (Lane& lane : m_lanes)
        lane.inFlight = 0;
    m_flightBytes = 0;
    m_retry.stop();
    m_continue.stop();
    m_unanswered.stop();
}

int Outbox::waiting() const {
    int count = int(m_flights.size());
    for (const Lane& lane : m_lanes)
        count += int(lane.waiting.size());
    return count;
}

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

base::Result<std::vector<OutboxItem>> Outbox::plan() {
    std::vector<OutboxItem> planned;
    const qint64 now = m_context.clock.monotonicMs();
    const auto accounts = m_lanes.keys();
    for (const base::AccountId& account : accounts) {
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
        if (item->state == OutboxState::Composed && !ready) {
            RECADO_TRY(const std::optional<ContactRecord> contact,
                       m_context.stores.contacts.contact(account));
            if (contact && !contact->identity.pending.isEmpty()) {
                lane.blocked = true;
                break;
            }
            ready = false;
            if (contact) {
                RECADO_TRY(ready, m_sessions.isReady(*contact));
            }
        }
        if (item->state == OutboxState::Composed && !*ready) {
            prepare(account, lane);
            break;
        }
        planned.push_back(std::move(*item));
    }
    return {};
}

base::Status Outbox::sealPlanned(std::vector<OutboxItem>& planned) {
    const bool anything = std::any_of(planned.begin(), planned.end(), [](const OutboxItem& item) {
        return item.state == OutboxState::Composed;
    });
    if (!anything)
        return {};
    QVector<qint64> failed;
    const base::Status status = inWork(m_context, [&]() -> base::Status {
        for (OutboxItem& item : planned) {
            if (item.state != OutboxState::Composed)
                continue;
            RECADO_TRY(const std::optional<ContactRecord> contact,
                       m_context.stores.contacts.contact(item.receiver));
            if (!contact)
                return makeError(Reason::StorageCorrupt, QStringLiteral("a receiver is not stored"));
            const OutboxItem before = item;
            RECADO_TRY(SavepointScope savepoint, SavepointScope::begin(m_context.stores.work));
            const std::size_t mark = m_context.changes.mark();
            const base::Status sealed = m_sealer.seal(item, *contact);
            if (sealed) {
                RECADO_CHECK(savepoint.release());
                continue;
            }
            if (sealed.error().reason == Reason::StorageFailed)
                return sealed;
            RECADO_CHECK(savepoint.rollback());
            m_context.changes.rollBackTo(mark);
            item = before;
            RECADO_CHECK(fail(item, sealed.error().reason));
            failed.append(item.id);
        }
        base::crashPoint("client.before_seal_commit");
        return {};
    });
    RECADO_CHECK(status);
    base::crashPoint("client.after_seal_commit");
    for (const qint64 id : failed)
        settle(id);
    std::erase_if(planned, [](const OutboxItem& item) { return item.state != OutboxState::Sealed; });
    return {};
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
    std::erase_if(m_flights, [&](const auto& entry) {
        const Flight& flight = entry.second;
        if (!late.contains(flight.receiver))
            return false;
        Lane& lane = m_lanes[flight.receiver];
        lane.waiting.insert(flight.item);
        --lane.inFlight;
        m_flightBytes -= flight.bytes;
        return true;
    });
    if (!m_flights.empty())
        m_unanswered.start(int(patience));
    pump();
}

void Outbox::prepare(const base::AccountId& account, Lane& lane) {
    lane.preparing = true;
    m_sessions.prepare(account, lane.refetch,
                       [this, account](const base::Status& status) { prepared(account, status); });
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
        delay(lane, 0);
        break;
    }
}

void Outbox::accepted(const std::vector<base::SubmissionNumber>& submissions) {
    m_lastAnswerMs = m_context.clock.monotonicMs();
    std::vector<std::pair<base::SubmissionNumber, Flight>> answered;
    for (const base::SubmissionNumber submission : submissions) {
        const auto flight = m_flights.find(submission);
        if (flight != m_flights.end())
            answered.emplace_back(*flight);
    }
    if (answered.empty())
        return;
    const base::Status status = inWork(m_context, [&]() -> base::Status {
        for (const auto& [submission, flight] : answered) {
            RECADO_TRY(std::optional<OutboxItem> item, m_context.stores.outbox.find(flight.item));
            if (item && item->submission == submission && item->state == OutboxState::Sealed)
                RECADO_CHECK(markAccepted(*item));
        }
        base::crashPoint("client.before_accepted_commit");
        return {};
    });
    if (!status)
        return m_context.storageFailed(status.error());
    base::crashPoint("client.after_accepted_commit");
    for (const auto& [submission, flight] : answered) {
        m_flightBytes -= flight.bytes;
        Lane& lane = m_lanes[flight.receiver];
        --lane.inFlight;
        lane.backoff.reset();
        m_flights.erase(submission);
        m_shown.remove(flight.item);
    }
    if (countChanged)
        countChanged();
    pump();
}

base::Status Outbox::markAccepted(OutboxItem& item) {
    item.state = OutboxState::Accepted;
    item.sealed.clear();
    item.acceptedMs = m_context.nowMs();
    if (item.message != 0) {
        RECADO_TRY(const std::optional<StoredMessage> row, m_context.stores.messages.load(item.message));
        if (row && (row->status == MessageStatus::Delivered || row->status == MessageStatus::Read)) {
            item.state = OutboxState::Delivered; // the receipt was faster
        } else if (row && row->status != MessageStatus::Sent) {
            RECADO_CHECK(
                m_context.stores.statuses.setStatus(item.message, MessageStatus::Sent, std::nullopt));
            m_context.changes.statusChanged(item.message, item.conversation, MessageStatus::Sent, {});
        }
    }
    return m_context.stores.outbox.update(item);
}

void Outbox::refused(base::SubmissionNumber submission, Reason reason, qint64 retryAfterMs) {
    const auto found = m_flights.find(submission);
    if (found == m_flights.end())
        return;
    m_lastAnswerMs = m_context.clock.monotonicMs();
    const Flight flight = found->second;
    m_flights.erase(found);
    m_flightBytes -= flight.bytes;
    Lane& lane = m_lanes[flight.receiver];
    --lane.inFlight;
    if (isPassing(reason)) {
        lane.waiting.insert(flight.item);
        delay(lane, retryAfterMs > 0 ? retryAfterMs : m_context.timing.retryDelayMs);
        return armRetry();
    }
    const bool again = reason == Reason::StaleDevices;
    const base::Status status = inWork(m_context, [&]() -> base::Status {
        RECADO_TRY(std::optional<OutboxItem> item, m_context.stores.outbox.find(flight.item));
        if (!item || item->submission != submission)
            return {};
        if (!again)
            return fail(*item, reason);
        item->state = OutboxState::Composed;
        item->sealed.clear();
        return m_context.stores.outbox.update(*item);
    });
    if (!status)
        return m_context.storageFailed(status.error());
    if (again) {
        lane.waiting.insert(flight.item);
        // A relay that keeps refusing what it has just listed must not be asked in a tight circle.
        if (lane.refetch)
            delay(lane, 0);
        lane.refetch = true;
    } else {
        settle(flight.item);
    }
    pump();
}

base::Status Outbox::fail(OutboxItem& item, Reason reason) {
    item.state = OutboxState::Failed;
    item.sealed.clear();
    RECADO_CHECK(m_context.stores.outbox.update(item));
    if (item.message == 0)
        return {};
    RECADO_TRY(const std::optional<StoredMessage> row, m_context.stores.messages.load(item.message));
    if (!row || row->status != MessageStatus::Pending)
        return {};
    RECADO_CHECK(m_context.stores.statuses.setStatus(item.message, MessageStatus::Failed, reason));
    m_context.changes.statusChanged(item.message, item.conversation, MessageStatus::Failed, {});
    return {};
}

void Outbox::failLane(const base::AccountId& account, Reason reason) {
    const std::set<qint64> items = std::exchange(m_lanes[account].waiting, {});
    const base::Status status = inWork(m_context, [&]() -> base::Status {
        for (const qint64 id : items) {
            RECADO_TRY(std::optional<OutboxItem> item, m_context.stores.outbox.find(id));
            if (item)
                RECADO_CHECK(fail(*item, reason));
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

void Outbox::settle(qint64 item) {
    for (Lane& lane : m_lanes)
        lane.waiting.erase(item);
    m_shown.remove(item);
    if (countChanged)
        countChanged();
}

void Outbox::delay(Lane& lane, qint64 atLeastMs) {
    lane.retryAtMs = m_context.clock.monotonicMs() + std::max(atLeastMs, lane.backoff.nextMs());
}

void Outbox::armRetry() {
    const qint64 now = m_context.clock.monotonicMs();
    qint64 next = -1;
    for (const Lane& lane : std::as_const(m_lanes)) {
        if (!lane.waiting.empty() && lane.retryAtMs > now)
            next = next < 0 ? lane.retryAtMs : std::min(next, lane.retryAtMs);
    }
    if (next >= 0)
        m_retry.start(int(next - now) + 1);
}

} // namespace recado::messaging
