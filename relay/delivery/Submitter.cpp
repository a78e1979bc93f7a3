#include "relay/delivery/Submitter.h"

#include "base/CrashPoint.h"
#include "protocol/FrameCodec.h"

#include <QTimer>

#include <algorithm>

namespace recado::relay {

namespace {

constexpr int firstRetryMs = 100;
constexpr int longestRetryMs = 5'000;
constexpr int acknowledgeAttempts = 6;
constexpr qsizetype recipientsKept = 20'000;
constexpr qint64 recipientIdleMs = 10 * 60 * 1'000;

int storeRetryMs(int attempt) {
    return std::min(firstRetryMs << std::min(attempt, 6), longestRetryMs);
}

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
        Sender& state = m_senders[sender];
        ++state.connections;
        state.order.forget();
        if (state.loaded) {
            call.inbox->post([done = std::move(done), highest = state.window.highest()] { done(highest); });
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
                const auto state = self->m_senders.find(sender);
                if (state != self->m_senders.end() && answer.committed()) {
                    if (!std::exchange(state->loaded, true))
                        state->window = answer.value;
                    highest = state->window.highest();
                }
            }
            done(highest);
        });
}

void Submitter::close(base::DeviceAddress sender) {
    const std::lock_guard lock(m_mutex);
    const auto state = m_senders.find(sender);
    if (state == m_senders.end())
        return;
    --state->connections;
    dropIfIdle(sender);
}

void Submitter::dropIfIdle(base::DeviceAddress sender) {
    const auto state = m_senders.constFind(sender);
    if (state != m_senders.constEnd() && state->connections == 0 && state->inFlight.empty())
        m_senders.erase(state);
}

// --- Admission ---

void Submitter::submit(base::DeviceAddress sender, const wire::Submit& submit, StoreCall call) {
    ++m_parts.metrics->submitted;
    auto parsed = parseSubmission(sender, submit, m_policy.limits);
    const base::SubmissionNumber number = submit.submission();

    const std::lock_guard lock(m_mutex);
    if (!parsed)
        return answerRefused(sender, number, {parsed.error().reason, 0, {}});
    const auto state = m_senders.find(sender);
    if (state == m_senders.end())
        return answerRefused(sender, number, {base::Reason::NotPermitted, 0, {}});
    if (state->inFlight.contains(number)) {
        // The answer to the first copy is the answer to this one.
        ++m_parts.metrics->duplicates;
        return;
    }
    // Below the window nothing is known: taking a very old number anew may repeat an envelope, which its
    // receivers recognise; taking it for accepted might lose one that was refused as busy.
    const bool inWindow = number + queue::AckWindow::width > state->window.highest();
    if (inWindow && state->window.seen(number)) {
        ++m_parts.metrics->duplicates;
        m_parts.router->accepted(sender, number);
        return;
    }
    if (const auto refusal = admit(*state, *parsed)) {
        state->order.refused(*parsed, *refusal, m_policy.limits.submissionsInFlight);
        return answerRefused(sender, number, *refusal);
    }

    auto submission = std::make_shared<Submission>();
    submission->parsed = *std::move(parsed);
    submission->call = call;
    submission->receivedAtMs = m_parts.clock->monotonicMs();
    state->inFlight.emplace(number, submission);
    state->waiting.push_back(std::move(submission));
    ++m_parts.metrics->submissionsInFlight;
    pump(sender);
}

// What is refused here comes again.
std::optional<Refusal> Submitter::admit(Sender& state, const ParsedSubmission& parsed) {
    if (auto shared = state.order.arrived(parsed))
        return shared;
    if (state.inFlight.size() >= m_policy.limits.submissionsInFlight)
        return Refusal{base::Reason::Busy, m_policy.busyRetryMs, {}};
    const base::AccountId account = parsed.sender.account;
    auto rate = m_rates.find(account);
    if (rate == m_rates.end()) {
        rate = m_rates.insert(account, queue::TokenBucket(*m_parts.clock, m_policy.submissionBurst,
                                                          m_policy.submissionsPerSecond));
    }
    if (!rate->take())
        return Refusal{base::Reason::RateLimited, std::max<qint64>(rate->waitMs(), 1), {}};
    return std::nullopt;
}

// Works off what waits, in order, until the stores have to be asked about a receiver.
void Submitter::pump(base::DeviceAddress address) {
    for (;;) {
        const auto state = m_senders.find(address);
        if (state == m_senders.end() || state->waiting.empty() || state->undecided > 0)
            return;
        const SubmissionPointer submission = state->waiting.front();
        const QVector<base::AccountId> unknown = unknownReceivers(*submission);
        for (const base::AccountId& account : unknown)
            load(account, address, submission->call);
        if (!unknown.isEmpty())
            return;
        state->waiting.pop_front();
        if (const auto refusal = check(*submission))
            refuse(submission, *refusal);
        else
            dispatch(submission);
    }
}

QVector<base::AccountId> Submitter::unknownReceivers(const Submission& submission) {
    const qint64 now = m_parts.clock->monotonicMs();
    QVector<base::AccountId> unknown;
    for (const ParsedSubmission::Receiver& receiver : submission.parsed.receivers) {
        if (m_recipients.find(receiver.account, now) == nullptr)
            unknown.push_back(receiver.account);
    }
    return unknown;
}

void Submitter::load(base::AccountId account, base::DeviceAddress waiting, StoreCall call) {
    QVector<base::DeviceAddress>& devices = m_loading[account].waiting;
    const bool underWay = !devices.isEmpty();
    if (!devices.contains(waiting))
        devices.push_back(waiting);
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
        if (!recipient)
            refuseFirst(device, account, recipient.error().reason);
        pump(device);
    }
}

// The device's first waiting submission, if it is one to the account that could not be looked up.
void Submitter::refuseFirst(base::DeviceAddress sender, base::AccountId account, base::Reason reason) {
    const auto state = m_senders.find(sender);
    if (state == m_senders.end() || state->waiting.empty())
        return;
    const SubmissionPointer first = state->waiting.front();
    const auto& receivers = first->parsed.receivers;
    if (std::none_of(receivers.begin(), receivers.end(),
                     [&](const auto& receiver) { return receiver.account == account; }))
        return;
    state->waiting.pop_front();
    const bool unknown = reason == base::Reason::UnknownRecipient;
    refuse(first, unknown ? Refusal{reason, 0, {}} : Refusal{base::Reason::Busy, m_policy.busyRetryMs, {}});
}

std::optional<Refusal> Submitter::check(const Submission& submission) {
    Refusal refusal{base::Reason::StaleDevices, 0, {}};
    const base::DeviceAddress sender = submission.parsed.sender;
    for (const ParsedSubmission::Receiver& receiver : submission.parsed.receivers) {
        const routing::DeviceList* list = m_recipients.find(receiver.account, m_parts.clock->monotonicMs());
        const bool own = receiver.account == sender.account;
        const auto mismatch =
            findMismatch(receiver, *list, own ? std::optional(sender.device) : std::nullopt);
        if (mismatch)
            refusal.mismatches.push_back(*mismatch);
    }
    if (!refusal.mismatches.isEmpty())
        return refusal;
    if (!fitsQuota(submission))
        return Refusal{base::Reason::QuotaExceeded, 0, {}};
    return std::nullopt;
}

bool Submitter::fitsQuota(const Submission& submission) const {
    const MailboxAppend& append = submission.parsed.append;
    return std::all_of(append.entries.begin(), append.entries.end(), [&](const MailboxEntry& entry) {
        const MailboxUsage usage = m_recipients.usage(entry.device);
        return usage.count < m_policy.mailboxEnvelopes &&
               usage.bytes + entryBytes(entry, append.body) <= m_policy.mailboxBytes;
    });
}

// --- To the disk and to the receivers ---

void Submitter::dispatch(const SubmissionPointer& submission) {
    MailboxAppend& append = submission->parsed.append;
    const qint64 now = m_parts.clock->wallMs();
    for (MailboxEntry& entry : append.entries) {
        entry.acceptedAtMs = now;
        entry.expiresAtMs = now + qint64(m_policy.limits.undeliveredSeconds) * 1'000;
        m_recipients.add(entry.device, 1, entryBytes(entry, append.body));
    }
    submission->dispatched = true;
    submission->unresolved = append.entries.size();
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
    const base::DeviceAddress sender = submission->parsed.sender;
    if (result == StoreResult::Committed) {
        if (std::exchange(submission->uncertain, true))
            m_parts.router->appendedLate(submission->parsed.append.entries);
        m_rows.remove(*submission);
        decide(sender);
        accept(submission);
        return pump(sender);
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
        ++m_senders[sender].undecided;
    }
    decide(sender);
    pump(sender);
}

// What failed is refused, unless something the device submitted after it, for the same receiver, is stored or
// may be: then it has to be stored as well, under its own older ids, or the receiver would miss it there.
void Submitter::decide(base::DeviceAddress sender) {
    const auto state = m_senders.find(sender);
    if (state == m_senders.end() || state->undecided == 0)
        return;
    std::vector<SubmissionPointer> refused;
    std::vector<QVector<base::AccountId>> unanswered;
    std::vector<QVector<base::AccountId>> stored;
    const auto sharesWith = [](const auto& lists, const auto& receivers) {
        return std::any_of(lists.begin(), lists.end(),
                           [&](const auto& list) { return shareReceiver(list, receivers); });
    };
    for (auto entry = state->inFlight.rbegin(); entry != state->inFlight.rend(); ++entry) {
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
        refuseOne(*state, submission, {base::Reason::Busy, m_policy.busyRetryMs, {}});
    });
    refuseBehind(*state);
    dropIfIdle(sender);
}

// It failed, and is stored all the same.
void Submitter::insist(const SubmissionPointer& submission) {
    submission->failed = false;
    submission->uncertain = true;
    --m_senders[submission->parsed.sender].undecided;
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
        accept(submission);
        pump(submission->parsed.sender);
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
    m_parts.metrics->acceptLatency.add(m_parts.clock->monotonicMs() - submission->receivedAtMs);
    m_parts.router->accepted(parsed.sender, parsed.number);
    Sender& state = m_senders[parsed.sender]; // there while anything of it is in flight
    state.window.mark(parsed.number);
    finish(state, *submission);
    dropIfIdle(parsed.sender);
}

void Submitter::refuse(const SubmissionPointer& submission, const Refusal& refusal) {
    const base::DeviceAddress sender = submission->parsed.sender;
    const auto state = m_senders.find(sender);
    if (state == m_senders.end() || submission->answered)
        return;
    refuseOne(*state, submission, refusal);
    refuseBehind(*state);
    dropIfIdle(sender);
}

// Whatever waits behind a refusal for the same receiver, or behind one of these. After the refusals
// themselves: the device has to read them in order.
void Submitter::refuseBehind(Sender& state) {
    for (auto next = state.waiting.begin(); next != state.waiting.end();) {
        const auto shared = state.order.behind((*next)->parsed);
        if (!shared) {
            ++next;
            continue;
        }
        const SubmissionPointer later = *next;
        next = state.waiting.erase(next);
        refuseOne(state, later, *shared);
    }
}

void Submitter::refuseOne(Sender& state, const SubmissionPointer& submission, const Refusal& refusal) {
    if (refusal.isPassing())
        state.order.refused(submission->parsed, refusal, m_policy.limits.submissionsInFlight);
    if (std::exchange(submission->failed, false))
        --state.undecided;
    answerRefused(submission->parsed.sender, submission->parsed.number, refusal);
    finish(state, *submission);
}

void Submitter::answerRefused(base::DeviceAddress sender, base::SubmissionNumber number,
                              const Refusal& refusal) {
    ++m_parts.metrics->refused[std::size_t(refusal.reason)];
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

void Submitter::finish(Sender& state, Submission& submission) {
    submission.answered = true;
    --m_parts.metrics->submissionsInFlight;
    state.inFlight.erase(submission.parsed.number);
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
