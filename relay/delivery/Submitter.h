#pragma once

#include "base/Clock.h"
#include "queue/TokenBucket.h"
#include "relay/delivery/Directory.h"
#include "relay/delivery/Overload.h"
#include "relay/delivery/RecipientLoader.h"
#include "relay/delivery/RecipientTable.h"
#include "relay/delivery/RelayMetrics.h"
#include "relay/delivery/RelayPolicy.h"
#include "relay/delivery/Router.h"
#include "relay/delivery/SendingDevice.h"

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>

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
        /// Null: whatever the store does, submissions are taken.
        const Overload* overload = nullptr;
        /// Null: nothing is followed.
        Tracer* tracer = nullptr;
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
    using Recipients = RecipientTable::Recipients;

    /// An account that is being looked up.
    struct Loading {
        QVector<base::DeviceAddress> waiting; // devices whose first submission needs it
        /// It changed meanwhile, so that what comes may be what it was: look again.
        bool outdated = false;
    };

    [[nodiscard]] SendingDevice* find(base::DeviceAddress address);
    std::optional<Refusal> admit(SendingDevice& sender, const ParsedSubmission& parsed);
    void pump(base::DeviceAddress address);
    void pump(SendingDevice& sender);
    bool begin(SendingDevice& sender, const SubmissionPointer& submission);
    [[nodiscard]] Recipients recipientsOf(SendingDevice& sender, const Submission& submission);
    std::optional<Refusal> check(const Submission& submission, const Recipients& recipients) const;
    [[nodiscard]] bool fitsQuota(const Submission& submission, const Recipients& recipients) const;
    void load(SendingDevice& sender, base::AccountId account, StoreCall call);
    void loaded(base::AccountId account, const base::Result<LoadedRecipient>& recipient);
    void refuseFirst(base::DeviceAddress sender, base::AccountId account, base::Reason reason);

    void dispatch(const SubmissionPointer& submission, const Recipients& recipients);
    void appendAgain(const SubmissionPointer& submission);
    void repeatAppend(const SubmissionPointer& submission);
    void appended(const SubmissionPointer& submission, StoreResult result);
    void decide(SendingDevice& sender);
    void insist(const SubmissionPointer& submission);
    [[nodiscard]] StoreCallback<bool> appendCallback(const SubmissionPointer& submission);
    void deleteFromMailbox(base::DeviceAddress device, const QVector<DeliveryRange>& ranges, StoreCall call,
                           int attempt);

    void accept(const SubmissionPointer& submission);
    void refuse(const SubmissionPointer& submission, const Refusal& refusal);
    void refuseBehind(SendingDevice& sender);
    void refuseOne(SendingDevice& sender, const SubmissionPointer& submission, const Refusal& refusal);
    void answerRefused(base::DeviceAddress sender, base::SubmissionNumber number, const Refusal& refusal);
    void finish(Submission& submission);
    void dropIfIdle(const SendingDevice& sender);

    const RelayPolicy& m_policy;
    const Parts m_parts;
    std::mutex m_mutex; // taken before the Router's, never after it
    std::unordered_map<base::DeviceAddress, SendingDevice> m_senders; // their addresses stay
    RecipientTable m_recipients;
    QHash<base::AccountId, Loading> m_loading;
    QHash<base::AccountId, queue::TokenBucket> m_rates;
    PendingRows m_rows;
};

} // namespace recado::relay
