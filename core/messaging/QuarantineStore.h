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
    // Of undecryptable envelopes the oldest lose their bytes first when a sender's grow too many.
    QByteArray sealedHeader; // only when it could not be opened
    QByteArray ciphertext;
    QByteArray body;
    LocalId placeholder = 0; // its row in the timeline, maybe shared with others; 0: none
    qint64 receivedMs = 0;
    int resendRequests = 0;
};

/// How much is kept.
struct QuarantineUse {
    qint64 rows = 0;
    qint64 bytes = 0; // of headers, ciphertexts and bodies together
};

/// Envelopes kept unread, with their bytes. Anybody can put anybody's name on an envelope, so all that is
/// kept of one sender is bounded by whoever adds (see QuarantineBounds). Engine thread.
class QuarantineStore {
public:
    virtual ~QuarantineStore() = default;

    virtual base::Result<qint64> add(const QuarantinedEnvelope& envelope) = 0;
    /// Of that account and cause, in the order of arrival: at most `limit` with an id above `after`.
    virtual base::Result<QVector<QuarantinedEnvelope>>
    list(const base::AccountId& sender, QuarantineCause cause, qint64 after, int limit) = 0;
    virtual base::Result<QuarantineUse> use(const base::AccountId& sender, QuarantineCause cause) = 0;
    /// Keeps the newest rows of the account's undecryptable envelopes, and the bytes of the newest of those,
    /// as many as `limit` allows. Placeholders in the timeline stay.
    virtual base::Status trim(const base::AccountId& sender, const QuarantineUse& limit) = 0;
    /// The same for all undecryptable envelopes that no timeline shows, of whatever sender but `own`.
    virtual base::Status trimUnseen(const base::AccountId& own, const QuarantineUse& limit) = 0;
    /// The placeholder of the account's newest undecryptable envelope that has one, when at least `count`
    /// have; otherwise 0.
    virtual base::Result<LocalId> newestPlaceholderOf(const base::AccountId& sender, int count) = 0;
    /// True when an undecryptable envelope of that account has this placeholder.
    virtual base::Result<bool> isPlaceholderOf(const base::AccountId& sender, LocalId placeholder) = 0;
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
