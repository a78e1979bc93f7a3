#pragma once

#include "base/Ids.h"
#include "base/Result.h"

namespace recado::messaging {

/// What has arrived before, kept for ever: the marks against showing anything twice, and the sequences that
/// tell what is missing. Engine thread.
class ArrivalStore {
public:
    virtual ~ArrivalStore() = default;

    virtual base::Result<bool> knowsSubmission(const base::DeviceAddress& sender,
                                               base::SubmissionNumber submission) = 0;
    /// True when it was new.
    virtual base::Result<bool> markSubmission(const base::DeviceAddress& sender,
                                              base::SubmissionNumber submission) = 0;
    /// True when it was new.
    virtual base::Result<bool> markMessage(const base::AccountId& sender, const base::MessageId& message) = 0;
    /// The highest sequence number of that device in that conversation; 0 when none has been seen.
    virtual base::Result<quint64> lastSequence(const base::ConversationId& conversation,
                                               const base::DeviceAddress& sender) = 0;
    virtual base::Status setLastSequence(const base::ConversationId& conversation,
                                         const base::DeviceAddress& sender, quint64 sequence) = 0;
};

} // namespace recado::messaging
