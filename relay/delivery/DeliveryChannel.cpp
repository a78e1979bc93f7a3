#include "relay/delivery/DeliveryChannel.h"

#include <QTimer>

#include <algorithm>

namespace recado::relay {

namespace {

constexpr int peekRetryMs = 200;

} // namespace

DeliveryChannel::DeliveryChannel(base::DeviceAddress device, MailboxStore& mailboxes, base::Inbox& inbox,
                                 const RelayPolicy& policy, RelayMetrics& metrics, Sink& sink)
    : m_device(device)
    , m_mailboxes(mailboxes)
    , m_inbox(inbox)
    , m_policy(policy)
    , m_metrics(metrics)
    , m_sink(sink) {}

void DeliveryChannel::start() {
    peek();
}

void DeliveryChannel::live(const MailboxRow& envelope) {
    switch (m_state) {
    case State::Draining:
        record(envelope);
        break;
    case State::Live:
        if (hasRoom())
            send(envelope, m_metrics.deliveredLive);
        else
            m_state = State::Lagging;
        break;
    case State::Lagging:
        break;
    }
}

void DeliveryChannel::appendedLate(base::DeliveryId id) {
    if (id <= m_cursor)
        return fetchSkipped(id);
    switch (m_state) {
    case State::Draining:
        // The page that is on its way may have been read before; as after an overflow, read on behind it.
        m_recordingOverflowed = true;
        m_recorded = {};
        break;
    case State::Live:
        if (hasRoom())
            peek();
        else
            m_state = State::Lagging;
        break;
    case State::Lagging:
        break;
    }
}

// Newer ones went out before it; better late than on the next connection.
void DeliveryChannel::fetchSkipped(base::DeliveryId id) {
    if (m_unacknowledged.contains(id))
        return;
    const MailboxPeek request{.device = m_device, .after = id - 1, .maximumCount = 1, .maximumBytes = 1};
    m_mailboxes.peek(request, StoreCall{&m_inbox},
                     [weak = weak_from_this(), id](const StoreAnswer<MailboxPage>& answer) {
                         const auto self = weak.lock();
                         if (!self || !answer.committed() || answer.value.rows.isEmpty())
                             return;
                         const MailboxRow& row = answer.value.rows.front();
                         if (row.id == id && !self->m_unacknowledged.contains(id))
                             self->send(row, self->m_metrics.deliveredFromMailbox);
                     });
}

QVector<DeliveryRange> DeliveryChannel::worthDeleting(const QVector<DeliveryRange>& ranges) {
    QVector<DeliveryRange> worth;
    for (const DeliveryRange& range : ranges) {
        const auto first = m_unacknowledged.lower_bound(range.first);
        const bool sent = first != m_unacknowledged.end() && first->first <= range.last;
        if (sent || m_strayRanges++ < strayRanges)
            worth.push_back(range);
    }
    m_strayRanges = std::min(m_strayRanges, strayRanges);
    return worth;
}

void DeliveryChannel::acknowledged(const QVector<DeliveryRange>& ranges) {
    for (const DeliveryRange& range : ranges) {
        const auto first = m_unacknowledged.lower_bound(range.first);
        const auto end = m_unacknowledged.upper_bound(range.last);
        for (auto entry = first; entry != end; ++entry)
            m_unacknowledgedBytes -= entry->second;
        m_unacknowledged.erase(first, end);
    }
    resume();
}

void DeliveryChannel::writable() {
    resume();
}

void DeliveryChannel::resume() {
    // Only once half of the window is free: a page for every single acknowledgement would be many small ones.
    const auto half = qint64(m_policy.limits.unacknowledgedBytes / 2);
    if (m_state == State::Lagging && m_unacknowledgedBytes <= half && hasRoom())
        peek();
}

void DeliveryChannel::peek() {
    m_state = State::Draining;
    forgetRecorded();
    const qint64 room = qint64(m_policy.limits.unacknowledgedBytes) - m_unacknowledgedBytes;
    const MailboxPeek request{.device = m_device,
                              .after = m_cursor,
                              .maximumCount = 256,
                              .maximumBytes = std::clamp<qint64>(room, 1, largestPage)};
    m_mailboxes.peek(request, StoreCall{&m_inbox},
                     [weak = weak_from_this()](const StoreAnswer<MailboxPage>& answer) {
                         if (const auto self = weak.lock())
                             self->peeked(answer);
                     });
}

void DeliveryChannel::peeked(const StoreAnswer<MailboxPage>& answer) {
    if (!answer.committed()) {
        m_state = State::Lagging;
        forgetRecorded();
        QTimer::singleShot(peekRetryMs, &m_inbox, [weak = weak_from_this()] {
            if (const auto self = weak.lock())
                self->resume();
        });
        return;
    }
    for (const MailboxRow& row : answer.value.rows)
        send(row, m_metrics.deliveredFromMailbox);
    if (answer.value.exhausted) {
        caughtUp();
    } else if (hasRoom()) {
        peek();
    } else {
        m_state = State::Lagging;
        forgetRecorded();
    }
}

void DeliveryChannel::caughtUp() {
    if (!m_announcedDrained) {
        m_announcedDrained = true;
        m_sink.mailboxDrained();
    }
    if (m_recordingOverflowed) {
        // What the recording lost is in the mailbox by now.
        m_state = State::Lagging;
        if (hasRoom())
            peek();
        return;
    }
    m_state = State::Live;
    const std::vector<MailboxRow> recorded = std::move(m_recorded);
    forgetRecorded();
    for (const MailboxRow& envelope : recorded) {
        // Recorded, but appended before the peek: the page had it.
        if (envelope.id > m_cursor)
            live(envelope);
    }
}

void DeliveryChannel::send(const MailboxRow& envelope, RelayMetrics::Counter& counter) {
    m_cursor = std::max(m_cursor, envelope.id);
    const qint64 bytes = envelopeBytes(envelope);
    m_unacknowledged.emplace(envelope.id, bytes);
    m_unacknowledgedBytes += bytes;
    ++counter;
    m_sink.deliver(envelope);
}

void DeliveryChannel::record(const MailboxRow& envelope) {
    if (m_recordingOverflowed)
        return;
    m_recordedBytes += envelopeBytes(envelope);
    if (m_recordedBytes > m_policy.recordedBytes) {
        m_recordingOverflowed = true;
        m_recorded = {};
        return;
    }
    m_recorded.push_back(envelope);
}

void DeliveryChannel::forgetRecorded() {
    m_recorded = {};
    m_recordedBytes = 0;
    m_recordingOverflowed = false;
}

bool DeliveryChannel::hasRoom() const {
    return m_unacknowledgedBytes < qint64(m_policy.limits.unacknowledgedBytes) &&
           m_sink.queuedBytes() < m_policy.queuedBytes;
}

} // namespace recado::relay
