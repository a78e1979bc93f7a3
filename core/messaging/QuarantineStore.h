#pragma once

#include "base/Ids.h"
#include "base/Result.h"
#include "messaging/Types.h"

#include <QByteArray>
#include <QVector>

#include <optional>

namespace recado::messaging {

enum class QuarantineCause {
    Undecryptable,   // stands as a placeholder until a resend heals it
    IdentityChanged, // readable once the person decides about the sender's new key
    AwaitingLookUp,  // the relay has not yet said who the sender is; read as if it came when it has
};

/// An envelope that was committed and acknowledged, but not read.
struct QuarantinedEnvelope {
    qint64 id = 0; // given by add(); the order of arrival
    QuarantineCause cause = QuarantineCause::Undecryptable;
    base::DeviceAddress sender; // as the header claims; null account when the header could not be opened
    base::SubmissionNumber submission = 0;
    quint64 senderListVersion = 0;
    bool prekeyMessage = false;
    QByteArray sealedHeader; // only when it could not be opened
    QByteArray ciphertext;
    QByteArray body;
    LocalId placeholder = 0; // its row in the timeline; 0: none
    qint64 receivedMs = 0;
    int resendRequests = 0;
};

/// Envelopes kept unread, with their bytes. Engine thread.
class QuarantineStore {
public:
    virtual ~QuarantineStore() = default;

    virtual base::Result<qint64> add(const QuarantinedEnvelope& envelope) = 0;
    /// Of that account and cause, in the order of arrival.
    virtual base::Result<QVector<QuarantinedEnvelope>> list(const base::AccountId& sender,
                                                            QuarantineCause cause) = 0;
    virtual base::Result<std::optional<QuarantinedEnvelope>> find(const base::DeviceAddress& sender,
                                                                  base::SubmissionNumber submission) = 0;
    /// Writes `cause`, `placeholder` and `resendRequests`.
    virtual base::Status update(const QuarantinedEnvelope& envelope) = 0;
    virtual base::Status remove(qint64 id) = 0;
    /// Senders with undecryptable envelopes for which fewer than `requests` resends were asked.
    virtual base::Result<QVector<base::AccountId>> sendersToAsk(int requests) = 0;
    /// Senders with envelopes of that cause.
    virtual base::Result<QVector<base::AccountId>> sendersOf(QuarantineCause cause) = 0;
};

} // namespace recado::messaging
