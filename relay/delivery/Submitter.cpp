#include "relay/delivery/Submitter.h"

#include "base/CrashPoint.h"
#include "base/Log.h"
#include "protocol/FrameCodec.h"

#include <QTimer>

#include <algorithm>

namespace recado::relay {

namespace {

Q_LOGGING_CATEGORY(submitterLog, "recado.relay.delivery")

constexpr int firstRetryMs = 100;
constexpr int longestRetryMs = 5'000;
// The first unknown account refuses the submission; that is not worth a thousand questions.
constexpr int lookUpsAtOnce = 32;
constexpr int acknowledgeAttempts = 6;
constexpr std::size_t recipientsKept = 20'000;
constexpr qint64 recipientIdleMs = 10 * 60 * 1'000;

int storeRetryMs(int attempt) {
    return std::min(firstRetryMs << std::min(attempt, 6), longestRetryMs);
}

/// A submission to many devices writes as many rows.
double submissionPrice(const ParsedSubmission& parsed) {
    constexpr double rowsASubmission = 8;
    return std::max(1.0, double(parsed.append.entries.size()) / rowsASubmission);
}

/// Finds the recipients of entries that come in the order of their receivers.
class RecipientCursor {
public:
    explicit RecipientCursor(const RecipientTable::Recipients& recipients)
        : m_at(recipients.cbegin()) {}

    RecipientTable::Recipient& of(const MailboxEntry& entry) {
        while ((*m_at)->list.account != entry.device.account)
            ++m_at;
        return **m_at;
    }

private:
    RecipientTable::Recipients::const_iterator m_at;
};

quint64 entryBytes(const MailboxEntry& entry, const QByteArray& body) {
    return quint64(entry.sealedHeader.size() + entry.ciphertext.size() + (entry.hasBody ? body.size() : 0));
}

} // namespace

Submitter::Submitter(const RelayPolicy& policy, Parts parts)
    : m_policy(policy)
    , m_parts(parts) {}

// --- A sending device comes and goes ---

void Submitter::open(base::DeviceAddress sender, StoreCall call, OpenedCallback done) {
    {
        const std::lock_guard lock(m_mutex);
        SendingDevice& device = m_senders[sender];
        device.address = sender;
        ++device.connections;
        device.order.forget();
        if (device.loaded) {
            call.inbox->post([done = std::move(done), highest = device.window.highest()] { done(highest); });
            return;
        }
    }
    m_parts.mailboxes->submissions(
        sender, call, [weak = weak_from_this(), sender, done = std::move(done)](const auto& answer) {
            const auto self = weak.lock();
            if (!self)
                return;
            std::optional<base::SubmissionNumber> highest;
            {
                const std::lock_guard lock(self->m_mutex);
                SendingDevice* device = self->find(sender);
                if (device != nullptr && answer.committed()) {
                    if (!std::exchange(device->loaded, true))
                        device->window = answer.value;
                    highest = device->window.highest();
                }
            }
            done(highest);
        });
}

void Submitter::close(base::DeviceAddress sender) {
    const std::lock_guard lock(m_mutex);
    SendingDevice* device = find(sender);
    if (device == nullptr)
        return;
    --device->connections;
    dropIfIdle(*device);
}

SendingDevice* Submitter::find(base::DeviceAddress address) {
    const auto found = m_senders.find(address);
    return found == m_senders.end() ? nullptr : &found->second;
}

// The last thing that is done with a device: it may be gone afterwards.
void Submitter::dropIfIdle(const SendingDevice& sender) {
    if (sender.connections == 0 && sender.inFlight.empty())
        m_senders.erase(sender.address);
}

// --- Admission ---

void Submitter::submit(base::DeviceAddress sender, const wire::Submit& submit, StoreCall call) {
    ++m_parts.metrics->submitted;
    std::shared_ptr<MessageTrace> trace;
    if (m_parts.tracer != nullptr)
        trace = m_parts.tracer->follow(submit.traceparent());
    const base::LogTrace logTrace(trace ? trace->traceId() : QByteArray());
    auto parsed = parseSubmission(sender, submit, m_policy.limits);
    const base::SubmissionNumber number = submit.submission();

    const std::lock_guard lock(m_mutex);
    if (!parsed)
        return answerRefused(sender, number, {parsed.error().reason, 0, {}});
    SendingDevice* device = find(sender);
    if (device == nullptr)
        return answerRefused(sender, number, {base::Reason::NotPermitted, 0, {}});
    if (device->inFlight.contains(number)) {
        // The answer to the first copy is the answer to this one.
        ++m_parts.metrics->duplicates;
        if (trace)
            trace->setOutcome("duplicate");
        return;
    }
    // Below the window nothing is known: taking a very old number anew may repeat an envelope, which its
    // receivers recognise; taking it for accepted might lose one that was refused as busy.
    const bool inWindow = number + queue::AckWindow::width > device->window.highest();
    if (inWindow && device->window.seen(number)) {
        ++m_parts.metrics->duplicates;
        if (trace)
            trace->setOutcome("duplicate");
        m_parts.router->accepted(sender, number);
        return;
    }
    if (const auto refusal = admit(*device, *parsed)) {
        device->order.refused(*parsed, *refusal, m_policy.limits.submissionsInFlight);
        return answerRefused(sender, number, *refusal);
    }

    auto submission = std::make_shared<Submission>();
    submission->parsed = *std::move(parsed);
    submission->sender = device;
    submission->call = call;
    submission->receivedAtUs = m_parts.clock->monotonicUs();
    submission->trace = std::move(trace);
    device->inFlight.emplace(number, submission);
    ++m_parts.metrics->submissionsInFlight;
    // Nothing before it, so that it need not wait?
    if (!device->waiting.empty() || device->undecided > 0 || !begin(*device, submission))
        device->waiting.push_back(std::move(submission));
}

// What is refused here comes again.
std::optional<Refusal> Submitter::admit(SendingDevice& sender, const ParsedSubmission& parsed) {
    if (auto shared = sender.order.arrived(parsed))
        return shared;
    if (sender.inFlight.size() >= m_policy.limits.submissionsInFlight)
        return Refusal{base::Reason::Busy, m_policy.busyRetryMs, {}};
    // Delivered live while it cannot be stored, it would be delivered with every retry.
    if (!m_parts.mailboxes->accepting())
        return Refusal{base::Reason::Busy, m_policy.busyRetryMs, {}};
    if (const auto retryMs = m_parts.overload != nullptr ? m_parts.overload->retryMs() : std::nullopt) {
        ++m_parts.metrics->shed;
        return Refusal{base::Reason::Busy, *retryMs, {}};
    }
    const base::AccountId account = parsed.sender.account;
    const double price = std::min(submissionPrice(parsed), m_policy.submissionBurst);
    auto rate = m_rates.find(account);
    if (rate == m_rates.end()) {
        rate = m_rates.insert(account, queue::TokenBucket(*m_parts.clock, m_policy.submissionBurst,
                                                          m_policy.submissionsPerSecond));
    }
    if (!rate->take(price))
        return Refusal{base::Reason::RateLimited, std::max<qint64>(rate->waitMs(price), 1), {}};
    return std::nullopt;
}

// Works off what waits, in order, until the stores have to be asked about a receiver.
void Submitter::pump(SendingDevice& sender) {
    while (!sender.waiting.empty() && sender.undecided == 0 && sender.lookUps == 0) {
        const SubmissionPointer submission = sender.waiting.front();
        if (!begin(sender, submission))
            return;
        // A refusal may have taken others out behind it, never the first.
        sender.waiting.pop_front();
    }
}

void Submitter::pump(base::DeviceAddress address) {
    if (SendingDevice* sender = find(address)) {
        pump(*sender);
        dropIfIdle(*sender);
    }
}

// False when it has to wait until something is known of its receivers.
bool Submitter::begin(SendingDevice& sender, const SubmissionPointer& submission) {
    const Recipients recipients = recipientsOf(sender, *submission);
    if (recipients.empty())
        return false;
    if (const auto refusal = check(*submission, recipients))
        refuse(submission, *refusal);
    else
        dispatch(submission, recipients);
    return true;
}

// In the order of its receivers; empty when some have to be looked up first.
Submitter::Recipients Submitter::recipientsOf(SendingDevice& sender, const Submission& submission) {
    const qint64 now = m_parts.clock->monotonicMs();
    Recipients recipients;
    for (const ParsedSubmission::Receiver& receiver : submission.parsed.receivers) {
        if (RecipientTable::Recipient* recipient = m_recipients.find(receiver.account, now))
            recipients.push_back(recipient);
        else if (sender.lookUps < lookUpsAtOnce)
            load(sender, receiver.account, submission.call);
    }
    if (recipients.size() < submission.parsed.receivers.size())
        recipients.clear();
    return recipients;
}

void Submitter::load(SendingDevice& sender, base::AccountId account, StoreCall call) {
    QVector<base::DeviceAddress>& devices = m_loading[account].waiting;
    const bool underWay = !devices.isEmpty();
    if (!devices.contains(sender.address)) {
        devices.push_back(sender.address);
        ++sender.lookUps;
    }
    if (underWay)
        return;
    loadRecipient(*m_parts.directory, *m_parts.mailboxes, account, call,
                  [weak = weak_from_this(), account](const base::Result<LoadedRecipient>& recipient) {
                      if (const auto self = weak.lock())
                          self->loaded(account, recipient);
                  });
}

void Submitter::loaded(base::AccountId account, const base::Result<LoadedRecipient>& recipient) {
    const std::lock_guard lock(m_mutex);
    const Loading loading = m_loading.take(account);
    if (recipient && !loading.outdated)
        m_recipients.load(recipient->list, recipient->usage, m_parts.clock->monotonicMs());
    for (const base::DeviceAddress& device : loading.waiting) {
        // It may have gone and come back meanwhile.
        if (SendingDevice* sender = find(device); sender != nullptr && sender->lookUps > 0)
            --sender->lookUps;
        if (!recipient)
            refuseFirst(device, account, recipient.error().reason);
        pump(device);
    }
}

// The device's first waiting submission, if it is one to the account that could not be looked up.
void Submitter::refuseFirst(base::DeviceAddress address, base::AccountId account, base::Reason reason) {
    SendingDevice* sender = find(address);
    if (sender == nullptr || sender->waiting.empty())
        return;
    const SubmissionPointer first = sender->waiting.front();
    const auto& receivers = first->parsed.receivers;
    if (std::none_of(receivers.begin(), receivers.end(),
                     [&](const auto& receiver) { return receiver.account == account; }))
        return;
    sender->waiting.pop_front();
    const bool unknown = reason == base::Reason::UnknownRecipient;
    refuse(first, unknown ? Refusal{reason, 0, {}} : Refusal{base::Reason::Busy, m_policy.busyRetryMs, {}});
}

std::optional<Refusal> Submitter::check(const Submission& submission, const Recipients& recipients) const {
    Refusal refusal{base::Reason::StaleDevices, 0, {}};
    const base::DeviceAddress sender = submission.parsed.sender;
    for (qsizetype index = 0; index < recipients.size(); ++index) {
        const ParsedSubmission::Receiver& receiver = submission.parsed.receivers[index];
        const bool own = receiver.account == sender.account;
        const auto mismatch = findMismatch(receiver, recipients[index]->list,
                                           own ? std::optional(sender.device) : std::nullopt);
        if (mismatch)
            refusal.mismatches.push_back(*mismatch);
    }
    if (!refusal.mismatches.isEmpty())
        return refusal;
    if (!fitsQuota(submission, recipients))
        return Refusal{base::Reason::QuotaExceeded, 0, {}};
    return std::nullopt;
}

bool Submitter::fitsQuota(const Submission& submission, const Recipients& recipients) const {
    const MailboxAppend& append = submission.parsed.append;
    RecipientCursor cursor(recipients);
    return std::all_of(append.entries.begin(), append.entries.end(), [&](const MailboxEntry& entry) {
        const MailboxUsage usage = cursor.of(entry).usageOf(entry.device.device);
        return usage.count < m_policy.mailboxEnvelopes &&
               usage.bytes + entryBytes(entry, append.body) <= m_policy.mailboxBytes;
    });
}

// --- To the disk and to the receivers ---

void Submitter::dispatch(const SubmissionPointer& submission, const Recipients& recipients) {
    MailboxAppend& append = submission->parsed.append;
    const qint64 now = m_parts.clock->wallMs();
    RecipientCursor cursor(recipients);
    for (MailboxEntry& entry : append.entries) {
        entry.acceptedAtMs = now;
        entry.expiresAtMs = now + qint64(m_policy.limits.undeliveredSeconds) * 1'000;
        cursor.of(entry).add(entry.device.device, 1, entryBytes(entry, append.body));
    }
    submission->dispatched = true;
    submission->unresolved = append.entries.size();
    append.receivedAtUs = submission->receivedAtUs;
    append.trace = submission->trace;
    if (submission->trace)
        submission->trace->checked(append.entries.size());
    append = m_parts.router->dispatch(std::move(append), submission->call, appendCallback(submission));
    m_rows.add(submission);
}

StoreCallback<bool> Submitter::appendCallback(const SubmissionPointer& submission) {
    return [weak = weak_from_this(), submission](const StoreAnswer<bool>& answer) {
        if (const auto self = weak.lock())
            self->appended(submission, answer.result);
    };
}

void Submitter::appended(const SubmissionPointer& submission, StoreResult result) {
    const std::lock_guard lock(m_mutex);
    if (submission->trace)
        submission->trace->committed(result == StoreResult::Committed ? "committed" : "failed");
    SendingDevice* sender = submission->sender; // nobody's, once it is answered
    if (result == StoreResult::Committed) {
        if (std::exchange(submission->uncertain, true))
            m_parts.router->appendedLate(submission->parsed.append.entries);
        if (submission->unresolved > 0)
            m_rows.remove(*submission);
        if (sender == nullptr)
            return;
        decide(*sender);
        accept(submission);
        pump(*sender);
        return dropIfIdle(*sender);
    }
    submission->uncertain = submission->uncertain || result == StoreResult::Unknown;
    if (!submission->uncertain) {
        for (const MailboxEntry& entry : std::as_const(submission->parsed.append.entries))
            m_recipients.subtract({entry.device, 1, entryBytes(entry, submission->parsed.append.body)});
    }
    if (submission->uncertain || submission->answered) {
        appendAgain(submission); // accepted by its receivers' acknowledgements, its mark is still owed
    } else {
        submission->failed = true;
        ++sender->undecided;
    }
    if (sender == nullptr)
        return;
    decide(*sender);
    pump(*sender);
    dropIfIdle(*sender);
}

// What failed is refused, unless something the device submitted after it, for the same receiver, is stored or
// may be: then it has to be stored as well, under its own older ids, or the receiver would miss it there.
void Submitter::decide(SendingDevice& sender) {
    if (sender.undecided == 0)
        return;
    std::vector<SubmissionPointer> refused;
    std::vector<QVector<base::AccountId>> unanswered;
    std::vector<QVector<base::AccountId>> stored;
    const auto sharesWith = [](const auto& lists, const auto& receivers) {
        return std::any_of(lists.begin(), lists.end(),
                           [&](const auto& list) { return shareReceiver(list, receivers); });
    };
    for (auto entry = sender.inFlight.rbegin(); entry != sender.inFlight.rend(); ++entry) {
        const SubmissionPointer& submission = entry->second;
        if (!submission->dispatched)
            continue;
        const QVector<base::AccountId> receivers = orderedReceivers(submission->parsed);
        if (submission->failed && sharesWith(stored, receivers)) {
            insist(submission);
        } else if (submission->failed && !sharesWith(unanswered, receivers)) {
            refused.push_back(submission);
            continue;
        }
        (submission->uncertain ? stored : unanswered).push_back(receivers);
    }
    if (refused.empty())
        return;
    std::for_each(refused.rbegin(), refused.rend(), [&](const SubmissionPointer& submission) {
        m_rows.remove(*submission);
        refuseOne(sender, submission, {base::Reason::Busy, m_policy.busyRetryMs, {}});
    });
    refuseBehind(sender);
}

// It failed, and is stored all the same.
void Submitter::insist(const SubmissionPointer& submission) {
    submission->failed = false;
    submission->uncertain = true;
    --submission->sender->undecided;
    repeatAppend(submission);
    const MailboxAppend& append = submission->parsed.append;
    for (const MailboxEntry& entry : append.entries)
        m_recipients.add(entry.device, 1, entryBytes(entry, append.body));
}

// The rows may be there already: only repeating the same ids until the store is sure leads anywhere.
void Submitter::appendAgain(const SubmissionPointer& submission) {
    QTimer::singleShot(storeRetryMs(submission->attempts++), submission->call.inbox,
                       [weak = weak_from_this(), submission] {
                           const auto self = weak.lock();
                           if (!self)
                               return;
                           const std::lock_guard lock(self->m_mutex);
                           self->repeatAppend(submission);
                       });
}

// What a receiver acknowledged meanwhile is deleted, and must not come back.
void Submitter::repeatAppend(const SubmissionPointer& submission) {
    submission->parsed.append.entries.removeIf(
        [this](const MailboxEntry& entry) { return !m_rows.contains(entry); });
    m_parts.mailboxes->append(submission->parsed.append, submission->call, appendCallback(submission));
}

void Submitter::acknowledged(base::DeviceAddress device, const QVector<DeliveryRange>& ranges,
                             StoreCall call) {
    // Before anybody hears that the envelopes are safe with their receiver, the store has been told.
    base::crashPoint("relay.before_ack");
    deleteFromMailbox(device, ranges, call, 0);
    const std::lock_guard lock(m_mutex);
    for (const SubmissionPointer& submission : m_rows.acknowledge(device, ranges)) {
        if (submission->failed)
            insist(submission); // for its mark
        SendingDevice* sender = submission->sender;
        accept(submission);
        if (sender == nullptr)
            continue;
        pump(*sender);
        dropIfIdle(*sender);
    }
}

void Submitter::deleteFromMailbox(base::DeviceAddress device, const QVector<DeliveryRange>& ranges,
                                  StoreCall call, int attempt) {
    m_parts.mailboxes->acknowledge(
        device, ranges, call, [weak = weak_from_this(), device, ranges, call, attempt](const auto& answer) {
            const auto self = weak.lock();
            if (!self)
                return;
            if (answer.committed()) {
                base::crashPoint("relay.after_ack");
                self->m_parts.metrics->acknowledged += answer.value.count;
                const std::lock_guard lock(self->m_mutex);
                self->m_recipients.subtract(answer.value);
            } else if (attempt + 1 < acknowledgeAttempts) {
                QTimer::singleShot(storeRetryMs(attempt), call.inbox, [=] {
                    if (const auto again = weak.lock())
                        again->deleteFromMailbox(device, ranges, call, attempt + 1);
                });
            }
            // Given up, the envelopes come a second time on the next connection, and are acknowledged again.
        });
}

// --- Answers ---

void Submitter::accept(const SubmissionPointer& submission) {
    if (submission->answered)
        return;
    const ParsedSubmission& parsed = submission->parsed;
    ++m_parts.metrics->accepted;
    m_parts.metrics->acceptLatency.add(m_parts.clock->monotonicUs() - submission->receivedAtUs);
    if (submission->trace)
        submission->trace->decided("accepted");
    m_parts.router->accepted(parsed.sender, parsed.number);
    if (submission->trace) // behind what the line above posted to the same thread
        submission->call.inbox->post([trace = submission->trace] { trace->answered(); });
    submission->sender->window.mark(parsed.number);
    finish(*submission);
}

void Submitter::refuse(const SubmissionPointer& submission, const Refusal& refusal) {
    SendingDevice& sender = *submission->sender;
    refuseOne(sender, submission, refusal);
    refuseBehind(sender);
}

// Whatever waits behind a refusal for the same receiver, or behind one of these. After the refusals
// themselves: the device has to read them in order.
void Submitter::refuseBehind(SendingDevice& sender) {
    for (auto next = sender.waiting.begin(); next != sender.waiting.end();) {
        const auto shared = sender.order.behind((*next)->parsed);
        if (!shared) {
            ++next;
            continue;
        }
        const SubmissionPointer later = *next;
        next = sender.waiting.erase(next);
        refuseOne(sender, later, *shared);
    }
}

void Submitter::refuseOne(SendingDevice& sender, const SubmissionPointer& submission,
                          const Refusal& refusal) {
    if (refusal.isPassing())
        sender.order.refused(submission->parsed, refusal, m_policy.limits.submissionsInFlight);
    if (std::exchange(submission->failed, false))
        --sender.undecided;
    if (submission->trace)
        submission->trace->decided(base::reasonName(refusal.reason).data());
    answerRefused(submission->parsed.sender, submission->parsed.number, refusal);
    finish(*submission);
}

void Submitter::answerRefused(base::DeviceAddress sender, base::SubmissionNumber number,
                              const Refusal& refusal) {
    ++m_parts.metrics->refused[std::size_t(refusal.reason)];
    qCDebug(submitterLog) << "a submission was refused"
                          << base::logField("reason", base::reasonName(refusal.reason));
    wire::RelayFrame frame;
    wire::Refused* refused = frame.mutable_refused();
    refused->set_submission(number);
    const QLatin1String reason = base::reasonName(refusal.reason);
    refused->set_reason(reason.data(), std::size_t(reason.size()));
    refused->set_retry_after_ms(quint64(refusal.retryAfterMs));
    for (const wire::DeviceMismatch& mismatch : refusal.mismatches)
        *refused->add_mismatches() = mismatch;
    m_parts.router->push(sender, frame, PushKind::Needed);
}

void Submitter::finish(Submission& submission) {
    submission.answered = true;
    --m_parts.metrics->submissionsInFlight;
    std::exchange(submission.sender, nullptr)->inFlight.erase(submission.parsed.number);
}

// --- What others report ---

void Submitter::listChanged(const routing::DeviceList& list) {
    const std::lock_guard lock(m_mutex);
    m_recipients.update(list);
    if (const auto loading = m_loading.find(list.account); loading != m_loading.end())
        loading->outdated = true;
}

void Submitter::accountErased(base::AccountId account) {
    const std::lock_guard lock(m_mutex);
    m_recipients.remove(account);
    if (const auto loading = m_loading.find(account); loading != m_loading.end())
        loading->outdated = true;
}

void Submitter::expired(const QVector<MailboxUsage>& removed) {
    const std::lock_guard lock(m_mutex);
    for (const MailboxUsage& usage : removed) {
        m_parts.metrics->expired += usage.count;
        m_recipients.subtract(usage);
    }
}

void Submitter::tidy() {
    const std::lock_guard lock(m_mutex);
    m_recipients.shrink(recipientsKept, m_parts.clock->monotonicMs() - recipientIdleMs);
    m_rates.removeIf([&](const auto& rate) { return rate.value().waitMs(m_policy.submissionBurst) == 0; });
}

} // namespace recado::relay
