#pragma once

#include "relay/delivery/MessageTrace.h"
#include "relay/delivery/StoreAnswer.h"
#include "relay/delivery/SubmissionCheck.h"

#include <QHash>

#include <map>
#include <memory>
#include <vector>

namespace recado::relay {

struct SendingDevice;

/// A submission the relay has taken and not answered yet.
struct Submission {
    ParsedSubmission parsed;
    SendingDevice* sender = nullptr; // until it is answered
    StoreCall call;
    qint64 receivedAtUs = 0;             // monotonic
    std::shared_ptr<MessageTrace> trace; // null unless it is followed
    /// Rows neither committed nor acknowledged; counts once dispatched.
    qsizetype unresolved = 0;
    /// It has left for the stores and its receivers.
    bool dispatched = false;
    /// It is certainly not stored; whether it is refused depends on what its sender submitted after it.
    bool failed = false;
    /// Stored it has to be, however often that is tried: an attempt ended Unknown, so that its rows may be
    /// there, or later ones from its sender are.
    bool uncertain = false;
    bool answered = false;
    int attempts = 0;
};
using SubmissionPointer = std::shared_ptr<Submission>;

/// The rows on their way to the disk, so that an acknowledgement that is faster counts as well.
class PendingRows {
public:
    void add(const SubmissionPointer& submission);
    void remove(const Submission& submission);
    [[nodiscard]] bool contains(const MailboxEntry& entry) const;
    /// The device acknowledged these ids: takes its rows out, counts them down, and returns the submissions
    /// that have no unresolved row left.
    std::vector<SubmissionPointer> acknowledge(const base::DeviceAddress& device,
                                               const QVector<DeliveryRange>& ranges);

private:
    QHash<base::DeviceAddress, std::map<base::DeliveryId, SubmissionPointer>> m_rows;
};

} // namespace recado::relay
