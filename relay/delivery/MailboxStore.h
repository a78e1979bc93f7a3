#pragma once

#include "base/Ids.h"
#include "queue/AckWindow.h"
#include "relay/delivery/StoreAnswer.h"

#include <QByteArray>
#include <QVector>

#include <memory>
#include <optional>

namespace recado::relay {

class MessageTrace;

/// One envelope on its way into a device's mailbox.
struct MailboxEntry {
    base::DeviceAddress device;
    base::DeliveryId id = 0;
    qint64 acceptedAtMs = 0; // wall clock
    qint64 expiresAtMs = 0;  // wall clock
    QByteArray sealedHeader;
    QByteArray ciphertext;
    /// The append's body belongs to this envelope as well.
    bool hasBody = false;
};

/// The number under which a device submitted what is appended.
struct SubmissionMark {
    base::DeviceAddress sender;
    base::SubmissionNumber number = 0;
};

/// One commit: every entry, the body they share (stored once, deleted with its last entry), and the mark.
struct MailboxAppend {
    QVector<MailboxEntry> entries;
    QByteArray body;
    std::optional<SubmissionMark> mark;
    // For whoever measures live delivery; no store keeps them.
    qint64 receivedAtUs = 0;                       // monotonic; 0: not measured
    std::shared_ptr<MessageTrace> trace = nullptr; // null unless it is followed
};

/// Which part of a mailbox to read: what is newer than `after` (0: everything), oldest first.
struct MailboxPeek {
    base::DeviceAddress device;
    base::DeliveryId after = 0;
    int maximumCount = 256;
    /// Stop before the envelope (header, ciphertext and body) that would exceed this; the first always fits.
    qint64 maximumBytes = 1'024 * 1'024;
};

/// A waiting envelope with its body, if it has one.
struct MailboxRow {
    base::DeliveryId id = 0;
    qint64 acceptedAtMs = 0;
    QByteArray sealedHeader;
    QByteArray ciphertext;
    QByteArray body;
    // Of an envelope delivered live: when its submission came, and who follows it.
    qint64 receivedAtUs = 0;
    std::shared_ptr<MessageTrace> trace = nullptr;
};

struct MailboxPage {
    QVector<MailboxRow> rows; // by growing id
    /// Nothing newer than the last row (or than `after`, without rows) was waiting.
    bool exhausted = false;
};

/// Delivery ids, both ends included.
struct DeliveryRange {
    base::DeliveryId first = 0;
    base::DeliveryId last = 0;
};

/// What one device's mailbox holds, or lost: envelopes, and bytes of headers, ciphertexts and bodies (a
/// shared body counts for each of its envelopes).
struct MailboxUsage {
    base::DeviceAddress device;
    quint64 count = 0;
    quint64 bytes = 0;
};

/// The mailboxes: what waits for each device, first in, first out (DESIGN sections 4 and 9).
///
/// Any thread may call. Operations take effect in the order of the calls, reads included: a peek sees every
/// append called before it. Answers come in any order. Every method may answer Busy at once when too much is
/// waiting.
class MailboxStore {
public:
    virtual ~MailboxStore() = default;

    /// Stores all of it in one commit, or nothing. Entries already stored (same device and id) are left as
    /// they are, so that repeating after Unknown is harmless. An entry whose acknowledgement was called after
    /// this append, but before its commit, is not stored (or deleted in the same commit): an acknowledgement
    /// may overtake. The mark goes into the sender's stored window
    /// (queue::AckWindow::mark) in the same commit; but when every entry was overtaken, it may lag like an
    /// acknowledgement: lost by a crash, the submission would be taken anew.
    virtual void append(MailboxAppend append, StoreCall call, StoreCallback<bool> done) = 0;

    /// The oldest envelopes newer than `after`, without what has expired; leaves them there.
    virtual void peek(MailboxPeek peek, StoreCall call, StoreCallback<MailboxPage> done) = 0;

    /// Deletes exactly the envelopes of this device in these ranges; ids it does not hold are ignored, other
    /// devices' are never touched. Answers what was deleted, rows cancelled before their commit included.
    /// Durability may lag: a lost acknowledgement means a second delivery, which clients recognise.
    virtual void acknowledge(base::DeviceAddress device, QVector<DeliveryRange> ranges, StoreCall call,
                             StoreCallback<MailboxUsage> done) = 0;

    /// Deletes what expired at or before `nowMs` (wall clock), and answers what each device lost.
    virtual void expire(qint64 nowMs, StoreCall call, StoreCallback<QVector<MailboxUsage>> done) = 0;

    /// What waits for each of these devices, in their order.
    virtual void usage(QVector<base::DeviceAddress> devices, StoreCall call,
                       StoreCallback<QVector<MailboxUsage>> done) = 0;

    /// The submissions this sending device is known to have made; never expires, empty for a new device.
    virtual void submissions(base::DeviceAddress sender, StoreCall call,
                             StoreCallback<queue::AckWindow> done) = 0;

    /// False while the store takes no changes (the disk failed or is full, or it is stopping): append() and
    /// acknowledge() answer Busy then, reads go on. Any thread, at no cost.
    [[nodiscard]] virtual bool accepting() const { return true; }
};

} // namespace recado::relay
