#pragma once

#include "base/Clock.h"
#include "queue/AckWindow.h"
#include "queue/TokenBucket.h"
#include "relay/delivery/Directory.h"
#include "relay/delivery/RecipientLoader.h"
#include "relay/delivery/RecipientTable.h"
#include "relay/delivery/RelayMetrics.h"
#include "relay/delivery/RelayPolicy.h"
#include "relay/delivery/Router.h"
#include "relay/delivery/SenderOrder.h"
#include "relay/delivery/Submission.h"

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

namespace recado::relay {

/// Takes submissions, checks them against directory, quotas and rates, recognises repetitions, gives them to
/// the Router, and answers each number exactly once a connection: accepted when every row is committed or
/// acknowledged, or refused. Any thread; answers go to whatever connection the device has by then.
///
/// A device's submissions take effect in the order in which they came; after one that is refused for now,
/// those behind it to the same receiver are refused as well (SenderOrder). Held by shared_ptr; pending store
/// operations hold it weakly.
class Submitter : public std::enable_shared_from_this<Submitter> {
public:
    struct Parts {
        MailboxStore* mailboxes = nullptr;
        Directory* directory = nullptr;
        Router* router = nullptr;
        RelayMetrics* metrics = nullptr;
        const base::Clock* clock = nullptr;
    };
    /// The highest submission number known of the device; nothing when the store did not answer.
    using OpenedCallback = std::function<void(std::optional<base::SubmissionNumber>)>;

    /// Everything is borrowed.
    Submitter(const RelayPolicy& policy, Parts parts);

    /// A device connected: recalls its submissions, then calls `done` on the thread of call.inbox. One
    /// close() for every open().
    void open(base::DeviceAddress sender, StoreCall call, OpenedCallback done);
    void close(base::DeviceAddress sender);

    /// One Submit of an open device. `call` names the inbox of its connection's thread.
    void submit(base::DeviceAddress sender, const wire::Submit& submit, StoreCall call);

    /// The device has committed these envelopes: deletes them, and counts them as safe for whoever sent them.
    void acknowledged(base::DeviceAddress device, const QVector<DeliveryRange>& ranges, StoreCall call);

    /// An account has a new list, or is gone.
    void listChanged(const routing::DeviceList& list);
    void accountErased(base::AccountId account);
    /// The store deleted these as expired.
    void expired(const QVector<MailboxUsage>& removed);

    /// Forgets what is worth forgetting (rates, recipients). Every minute or so.
    void tidy();

private:
    struct Sender {
        queue::AckWindow window;
        bool loaded = false;
        int connections = 0;
        /// By number; waiting ones included.
        std::map<base::SubmissionNumber, SubmissionPointer> inFlight;
        /// Not dispatched yet: the first one's receivers are being looked up.
        std::list<SubmissionPointer> waiting; // unlike a deque, it holds nothing while it is empty
        SenderOrder order;
        /// Of those in flight, how many have failed and wait for what becomes of later ones.
        int undecided = 0;
    };
    /// An account that is being looked up.
    struct Loading {
        QVector<base::DeviceAddress> waiting; // devices whose first submission needs it
        /// It changed meanwhile, so that what comes may be what it was: look again.
        bool outdated = false;
    };

    std::optional<Refusal> admit(Sender& state, const ParsedSubmission& parsed);
    void pump(base::DeviceAddress address);
    [[nodiscard]] QVector<base::AccountId> unknownReceivers(const Submission& submission);
    std::optional<Refusal> check(const Submission& submission);
    [[nodiscard]] bool fitsQuota(const Submission& submission) const;
    void load(base::AccountId account, base::DeviceAddress waiting, StoreCall call);
    void loaded(base::AccountId account, const base::Result<LoadedRecipient>& recipient);
    void refuseFirst(base::DeviceAddress sender, base::AccountId account, base::Reason reason);

    void dispatch(const SubmissionPointer& submission);
    void appendAgain(const SubmissionPointer& submission);
    void repeatAppend(const SubmissionPointer& submission);
    void appended(const SubmissionPointer& submission, StoreResult result);
    void decide(base::DeviceAddress sender);
    void insist(const SubmissionPointer& submission);
    [[nodiscard]] StoreCallback<bool> appendCallback(const SubmissionPointer& submission);
    void deleteFromMailbox(base::DeviceAddress device, const QVector<DeliveryRange>& ranges, StoreCall call,
                           int attempt);

    void accept(const SubmissionPointer& submission);
    void refuse(const SubmissionPointer& submission, const Refusal& refusal);
    void refuseBehind(Sender& state);
    void refuseOne(Sender& state, const SubmissionPointer& submission, const Refusal& refusal);
    void answerRefused(base::DeviceAddress sender, base::SubmissionNumber number, const Refusal& refusal);
    void finish(Sender& state, Submission& submission);
    void dropIfIdle(base::DeviceAddress sender);

    const RelayPolicy& m_policy;
    const Parts m_parts;
    std::mutex m_mutex; // taken before the Router's, never after it
    QHash<base::DeviceAddress, Sender> m_senders;
    RecipientTable m_recipients;
    QHash<base::AccountId, Loading> m_loading;
    QHash<base::AccountId, queue::TokenBucket> m_rates;
    PendingRows m_rows;
};

} // namespace recado::relay
