#pragma once

#include "relay/delivery/Refusal.h"
#include "relay/delivery/SubmissionCheck.h"

#include <optional>
#include <vector>

namespace recado::relay {

/// Keeps a sending device's order for each receiver when submissions are refused for now: what the device
/// sent behind one before it heard of the refusal must not overtake it (PROTOCOL.md, Submission).
///
/// Remembers what was refused on this connection and not submitted again. A number that was not refused yet
/// waits for every lower one on its way to the same receiver. One that comes again tells that the device has
/// read the refusals, which were sent in order: lower ones that did not come before it were given up, and
/// hold up nobody any more. So a number is refused at most once for the sake of others.
///
/// Receivers are the accounts written to. The sender's own counts only where it is the only one: copies for
/// the own other devices go along with every conversation, and a full mailbox in one must not delay them all.
///
/// A plain value.
class SenderOrder {
public:
    /// Never remembers more than `most`: a client that keeps to submissions_in_flight cannot have more
    /// refusals unread.
    void refused(const ParsedSubmission& submission, const Refusal& refusal, std::size_t most);

    /// The device submits this: the refusal it shares with a lower number, or nothing when its turn has come.
    std::optional<Refusal> arrived(const ParsedSubmission& submission);
    /// The same, of a submission that arrived before and has waited; changes nothing.
    [[nodiscard]] std::optional<Refusal> behind(const ParsedSubmission& submission) const;

    /// A new connection: the device submits everything unanswered again, in order.
    void forget() { m_refused = {}; }
    [[nodiscard]] std::size_t size() const { return m_refused.size(); }

private:
    struct Entry {
        base::SubmissionNumber number = 0;
        QVector<base::AccountId> receivers;
        Refusal refusal;
    };

    [[nodiscard]] std::size_t placeOf(base::SubmissionNumber number) const;

    std::vector<Entry> m_refused; // by number; unlike a map, it takes little while it is empty
};

/// Whom the order of a submission concerns, as SenderOrder understands it. Without accounts: everybody.
QVector<base::AccountId> orderedReceivers(const ParsedSubmission& submission);
/// True when two such lists have an account in common.
bool shareReceiver(const QVector<base::AccountId>& left, const QVector<base::AccountId>& right);

} // namespace recado::relay
