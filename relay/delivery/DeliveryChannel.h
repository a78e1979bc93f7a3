#pragma once

#include "base/Inbox.h"
#include "relay/delivery/MailboxStore.h"
#include "relay/delivery/RelayMetrics.h"
#include "relay/delivery/RelayPolicy.h"

#include <map>
#include <memory>
#include <vector>

namespace recado::relay {

/// What an envelope counts for in windows and quotas.
inline qint64 envelopeBytes(const MailboxRow& row) {
    return row.sealedHeader.size() + row.ciphertext.size() + row.body.size();
}

/// One connection's way out of its device's mailbox: first in, first out, each envelope at most once, live as
/// soon as everything older has been sent (DESIGN section 4).
///
/// - Draining: the mailbox is read page by page; live envelopes are recorded meanwhile. When a page is the
///   last one, everything that had been appended before that peek has been sent, so what was recorded since
///   continues without a gap.
/// - Live: envelopes go out as they come.
/// - Lagging: too much is unacknowledged or queued. Live envelopes are dropped, they wait in the mailbox;
///   acknowledgements reopen the window and draining resumes after the last envelope sent.
///
/// Lives on the connection's thread, owned by a shared_ptr (pending peeks hold it weakly).
class DeliveryChannel : public std::enable_shared_from_this<DeliveryChannel> {
public:
    enum class State { Draining, Live, Lagging };

    /// Bytes of envelopes that are read, and queued, at once.
    static constexpr qint64 largestPage = 256 * 1'024;
    /// Acknowledged ranges a connection of which nothing was sent on it.
    static constexpr int strayRanges = 1'024;

    /// Where envelopes go.
    class Sink {
    public:
        virtual ~Sink() = default;
        virtual void deliver(const MailboxRow& envelope) = 0;
        /// What was waiting when the device connected has been delivered. Once a connection.
        virtual void mailboxDrained() = 0;
        [[nodiscard]] virtual qint64 queuedBytes() const = 0;
    };

    /// Everything is borrowed. Call start() once the device is in the Router.
    DeliveryChannel(base::DeviceAddress device, MailboxStore& mailboxes, base::Inbox& inbox,
                    const RelayPolicy& policy, RelayMetrics& metrics, Sink& sink);

    void start();
    void live(const MailboxRow& envelope);
    /// An envelope has reached the mailbox only now, after an attempt of which nobody knew the outcome: what
    /// was read meanwhile may have passed it by.
    void appendedLate(base::DeliveryId id);
    /// Those of these ranges (ascending, apart from each other) of which the store should hear: the ones that
    /// name something sent on this connection and not acknowledged yet. The others are taken on trust, as
    /// from a device that read them on an earlier connection, but only `strayRanges` a connection: each costs
    /// the store a deletion.
    QVector<DeliveryRange> worthDeleting(const QVector<DeliveryRange>& ranges);
    void acknowledged(const QVector<DeliveryRange>& ranges);
    /// The connection's queue has run empty, or nearly so.
    void writable();

    [[nodiscard]] State state() const { return m_state; }
    [[nodiscard]] qint64 unacknowledgedBytes() const { return m_unacknowledgedBytes; }

private:
    void peek();
    void peeked(const StoreAnswer<MailboxPage>& answer);
    void caughtUp();
    void send(const MailboxRow& envelope, RelayMetrics::Counter& counter);
    void record(const MailboxRow& envelope);
    void forgetRecorded();
    void fetchSkipped(base::DeliveryId id);
    void resume();
    [[nodiscard]] bool hasRoom() const;

    const base::DeviceAddress m_device;
    MailboxStore& m_mailboxes;
    base::Inbox& m_inbox;
    const RelayPolicy& m_policy;
    RelayMetrics& m_metrics;
    Sink& m_sink;

    State m_state = State::Lagging;
    // The newest envelope sent: everything older went out on this connection, but for late appends.
    base::DeliveryId m_cursor = 0;
    bool m_announcedDrained = false;
    std::vector<MailboxRow> m_recorded; // unlike a deque, it holds nothing while it is empty
    qint64 m_recordedBytes = 0;
    bool m_recordingOverflowed = false;
    std::map<base::DeliveryId, qint64> m_unacknowledged;
    qint64 m_unacknowledgedBytes = 0;
    int m_strayRanges = 0;
};

} // namespace recado::relay
