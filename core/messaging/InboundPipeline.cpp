#include "messaging/InboundPipeline.h"

#include "base/CrashPoint.h"

namespace recado::messaging {

using base::Reason;

namespace {

/// Errors of the store end the batch; any other belongs to the one envelope that caused it.
bool isStoreError(const base::Error& error) {
    return base::isStoreFailure(error.reason) || error.reason == Reason::StorageCorrupt;
}

Envelope toEnvelope(const QuarantinedEnvelope& held) {
    Envelope envelope;
    envelope.headerOpened = true;
    envelope.sender = held.sender;
    envelope.submission = held.submission;
    envelope.senderListVersion = held.senderListVersion;
    envelope.prekeyMessage = held.prekeyMessage;
    envelope.ciphertext = held.ciphertext;
    envelope.body = held.body;
    return envelope;
}

} // namespace

InboundPipeline::InboundPipeline(EngineContext& context, PeerDirectory& directory, ContentApplier& applier)
    : m_context(context)
    , m_directory(directory)
    , m_opener(context)
    , m_applier(applier)
    , m_placeholders(context)
    , m_bounds(context, m_placeholders)
    , m_lookUps(context, directory) {
    m_lookUps.answered = [this](const base::AccountId& account) {
        m_fetchedAtMs[account] = m_context.clock.monotonicMs();
        const base::Status released = release(account, QuarantineCause::AwaitingLookUp);
        if (!released)
            m_context.storageFailed(released.error());
    };
    m_next.setSingleShot(true);
    connect(&m_next, &QTimer::timeout, this, [this] { next(); });
}

void InboundPipeline::receive(const wire::Deliver& delivery) {
    m_queue.push_back(delivery);
    // In the next turn: what arrived in this one becomes one batch.
    if (m_batch.empty() && !m_next.isActive())
        m_next.start(0);
}

void InboundPipeline::hold(bool hold) {
    m_held = hold;
    if (!hold && !m_queue.empty())
        m_next.start(0);
}

void InboundPipeline::wentOnline() {
    m_owed = false; // the relay begins anew with all that was not acknowledged
    m_lookUps.wentOnline();
}

void InboundPipeline::wentOffline() {
    ++m_generation;
    m_fetching = 0;
    m_owed = !isIdle();
    m_lookUps.wentOffline();
    m_queue.clear();
    m_batch.clear();
    m_next.stop();
}

void InboundPipeline::next() {
    if (m_held || !m_batch.empty() || m_queue.empty())
        return;
    while (!m_queue.empty() && m_batch.size() < std::size_t(batchSize)) {
        m_batch.push_back(m_opener.openHeader(m_queue.front()));
        m_queue.pop_front();
    }
    m_answered.clear();
    m_unanswered.clear();
    const auto unknown = sendersToFetch();
    if (!unknown)
        return m_context.storageFailed(unknown.error());
    if (unknown->isEmpty())
        return commitBatch();
    m_fetching = int(unknown->size());
    forgetOldFetches();
    for (const base::AccountId& account : *unknown) {
        m_fetchedAtMs[account] = m_context.clock.monotonicMs();
        m_directory.fetch(
            account, [this, account, generation = m_generation](const base::Result<base::AccountId>& answer) {
                if (generation != m_generation)
                    return;
                if (SenderLookUps::isFinal(answer))
                    m_answered.insert(account);
                else
                    m_unanswered.insert(account, 0);
                if (--m_fetching == 0)
                    commitBatch();
            });
    }
}

base::Result<QVector<base::AccountId>> InboundPipeline::sendersToFetch() {
    QVector<base::AccountId> result;
    QHash<base::AccountId, std::pair<quint64, routing::DeviceList>> seen;
    const qint64 now = m_context.clock.monotonicMs();
    for (const Envelope& envelope : m_batch) {
        const base::AccountId& account = envelope.sender.account;
        if (!envelope.headerOpened || m_context.isOwnDevice(envelope.sender) || result.contains(account) ||
            m_unanswered.contains(account))
            continue;
        if (!seen.contains(account)) {
            RECADO_TRY(const std::optional<ContactRecord> contact,
                       m_context.stores.contacts.contact(account));
            std::pair<quint64, routing::DeviceList> known;
            if (contact && contact->deviceListVersion != 0) {
                known.first = contact->deviceListVersion;
                RECADO_TRY(known.second, PeerDirectory::listOf(*contact));
            }
            seen.insert(account, std::move(known));
        }
        const auto& [version, list] = seen[account];
        if (version >= envelope.senderListVersion && list.find(envelope.sender.device))
            continue;
        // Anybody can put any number into a header: an account is not asked for at their pace.
        const auto last = m_fetchedAtMs.constFind(account);
        if (last == m_fetchedAtMs.constEnd() || now - *last >= m_context.timing.refetchDelayMs)
            result.append(account);
        else
            m_unanswered.insert(account, *last + m_context.timing.refetchDelayMs - now);
    }
    return result;
}

/// Headers name whom they like: what is remembered of them must not grow for ever.
void InboundPipeline::forgetOldFetches() {
    const qint64 before = m_context.clock.monotonicMs() - m_context.timing.refetchDelayMs;
    m_fetchedAtMs.removeIf([before](const auto& fetch) { return fetch.value() < before; });
}

void InboundPipeline::commitBatch() {
    FollowUps followUps;
    const std::vector<Envelope> batch = std::exchange(m_batch, {});
    QSet<base::AccountId> heldBefore;
    m_crowding.clear();
    const base::Status status = inWork(m_context, [&]() -> base::Status {
        for (const Envelope& envelope : batch) {
            const base::AccountId& account = envelope.sender.account;
            if (m_lookUps.contains(account) && !heldBefore.contains(account)) {
                // What was put aside came first.
                heldBefore.insert(account);
                const auto lookUp = m_answered.contains(account) ? LookUp::Answered : LookUp::Open;
                RECADO_CHECK(readHeld(account, QuarantineCause::AwaitingLookUp, lookUp, followUps));
            }
            RECADO_CHECK(takeIn(envelope, followUps));
        }
        RECADO_CHECK(keepBounds(followUps));
        base::crashPoint("client.before_inbound_commit");
        return {};
    });
    if (!status) {
        m_owed = true;
        return m_context.storageFailed(status.error());
    }
    for (const base::AccountId& account : std::as_const(m_answered))
        m_lookUps.remove(account);
    base::crashPoint("client.after_inbound_commit");
    base::crashPoint("client.before_ack");
    acknowledge(batch);
    base::crashPoint("client.after_ack");
    if (!m_queue.empty())
        m_next.start(0);
    if (committed)
        committed(followUps);
}

base::Status InboundPipeline::takeIn(const Envelope& envelope, FollowUps& followUps) {
    const std::size_t mark = m_context.changes.mark();
    auto cause = QuarantineCause::Undecryptable;
    {
        RECADO_TRY(SavepointScope savepoint, SavepointScope::begin(m_context.stores.work));
        RECADO_TRY(const OpenedEnvelope opened, m_opener.open(envelope));
        if (opened.outcome == OpenOutcome::Known)
            return savepoint.release();
        if (opened.outcome == OpenOutcome::Opened) {
            const base::Status applied = m_applier.apply(opened, envelope, followUps);
            if (applied)
                return savepoint.release();
            if (isStoreError(applied.error()))
                return applied;
        }
        if (opened.outcome == OpenOutcome::Held)
            cause = QuarantineCause::IdentityChanged;
        else if (opened.outcome == OpenOutcome::Unreadable && m_unanswered.contains(envelope.sender.account))
            cause = QuarantineCause::AwaitingLookUp;
        RECADO_CHECK(savepoint.rollback());
        m_context.changes.rollBackTo(mark);
    }
    return quarantine(envelope, cause, followUps);
}

base::Status InboundPipeline::quarantine(const Envelope& envelope, QuarantineCause cause,
                                         FollowUps& followUps) {
    if (envelope.headerOpened) {
        RECADO_TRY(const std::optional<QuarantinedEnvelope> there,
                   m_context.stores.quarantine.find(envelope.sender, envelope.submission));
        if (there && there->ciphertext == envelope.ciphertext)
            return {}; // delivered again
        // Its bytes had to make room, but it stands for this number, shown and asked for.
        if (there && there->ciphertext.isEmpty() && there->cause == QuarantineCause::Undecryptable &&
            cause == QuarantineCause::Undecryptable)
            return {};
    }
    QuarantinedEnvelope row;
    row.cause = cause;
    row.sender = envelope.sender;
    row.submission = envelope.submission;
    row.senderListVersion = envelope.senderListVersion;
    row.prekeyMessage = envelope.prekeyMessage;
    if (!envelope.headerOpened)
        row.sealedHeader = envelope.sealedHeader;
    row.ciphertext = envelope.ciphertext;
    row.body = envelope.body;
    row.receivedMs = m_context.nowMs();
    if (cause == QuarantineCause::Undecryptable && envelope.headerOpened) {
        RECADO_TRY(row.placeholder, m_placeholders.add(envelope.sender));
        followUps.resendsToAsk = true;
    } else if (cause == QuarantineCause::IdentityChanged) {
        RECADO_CHECK(m_placeholders.conversationWith(
            envelope.sender)); // where the person sees that there is something
    } else if (cause == QuarantineCause::AwaitingLookUp) {
        m_lookUps.add(envelope.sender.account, m_unanswered.value(envelope.sender.account));
    }
    RECADO_TRY([[maybe_unused]] const qint64 id, m_context.stores.quarantine.add(row));
    m_crowding.insert(envelope.sender.account);
    return {};
}

base::Status InboundPipeline::keepBounds(FollowUps& followUps) {
    for (const base::AccountId& account : std::as_const(m_crowding))
        RECADO_CHECK(m_bounds.keep(account, followUps));
    return m_crowding.isEmpty() ? base::Status() : m_bounds.keepUnseen();
}

base::Status InboundPipeline::release(const base::AccountId& account) {
    return release(account, QuarantineCause::IdentityChanged);
}

base::Status InboundPipeline::release(const base::AccountId& account, QuarantineCause cause) {
    FollowUps followUps;
    RECADO_CHECK(inWork(m_context, [&] { return readHeld(account, cause, LookUp::Answered, followUps); }));
    if (committed)
        committed(followUps);
    return {};
}

base::Status InboundPipeline::readHeld(const base::AccountId& account, QuarantineCause cause, LookUp lookUp,
                                       FollowUps& followUps) {
    qint64 after = 0;
    while (true) {
        RECADO_TRY(QVector<QuarantinedEnvelope> held,
                   m_context.stores.quarantine.list(account, cause, after, QuarantineBounds::pageSize));
        if (held.isEmpty())
            break;
        after = held.last().id;
        for (QuarantinedEnvelope& envelope : held)
            RECADO_CHECK(releaseOne(envelope, lookUp, followUps));
    }
    RECADO_CHECK(m_bounds.keep(account, followUps));
    return m_bounds.keepUnseen();
}

base::Status InboundPipeline::releaseOne(QuarantinedEnvelope& held, LookUp lookUp, FollowUps& followUps) {
    const Envelope envelope = toEnvelope(held);
    const std::size_t mark = m_context.changes.mark();
    auto outcome = OpenOutcome::Unreadable;
    {
        RECADO_TRY(SavepointScope savepoint, SavepointScope::begin(m_context.stores.work));
        RECADO_TRY(const OpenedEnvelope opened, m_opener.open(envelope));
        outcome = opened.outcome;
        bool done = outcome == OpenOutcome::Known;
        if (outcome == OpenOutcome::Opened) {
            const base::Status applied = m_applier.apply(opened, envelope, followUps);
            if (!applied && isStoreError(applied.error()))
                return applied;
            done = applied.ok();
        }
        if (done) {
            RECADO_CHECK(m_context.stores.quarantine.remove(held.id));
            return savepoint.release();
        }
        RECADO_CHECK(savepoint.rollback());
        m_context.changes.rollBackTo(mark);
    }
    if (outcome == OpenOutcome::Held) {
        held.cause = QuarantineCause::IdentityChanged;
        RECADO_CHECK(m_placeholders.conversationWith(envelope.sender));
        return m_context.stores.quarantine.update(held);
    }
    if (outcome == OpenOutcome::Unreadable && lookUp == LookUp::Open)
        return {};
    held.cause = QuarantineCause::Undecryptable;
    RECADO_TRY(held.placeholder, m_placeholders.add(envelope.sender));
    followUps.resendsToAsk = true;
    return m_context.stores.quarantine.update(held);
}

void InboundPipeline::acknowledge(const std::vector<Envelope>& batch) {
    wire::ClientFrame frame;
    wire::Acknowledge* acknowledge = frame.mutable_acknowledge();
    wire::DeliveryRange* range = nullptr;
    for (const Envelope& envelope : batch) {
        // Only ids that follow each other: what lies between two others may be somebody's unsent envelope.
        if (!range || range->last() + 1 != envelope.delivery) {
            range = acknowledge->add_ranges();
            range->set_first(envelope.delivery);
        }
        range->set_last(envelope.delivery);
    }
    m_context.link.send({std::move(frame)});
}

} // namespace recado::messaging
