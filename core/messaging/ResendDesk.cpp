#include "messaging/ResendDesk.h"

#include "messaging/PeerDirectory.h"
#include "messaging/QuarantineBounds.h"

#include <QMap>

namespace recado::messaging {

ResendDesk::ResendDesk(EngineContext& context, OutboxLedger& ledger, Outbox& outbox)
    : m_context(context)
    , m_ledger(ledger)
    , m_outbox(outbox) {
    m_again.setSingleShot(true);
    connect(&m_again, &QTimer::timeout, this, [this] { ask(true); });
}

base::Status ResendDesk::answer(const content::ResendRequest& request, const ContactRecord& from,
                                FollowUps& followUps) {
    const bool own = from.account == m_context.ownAccount();
    if ((!from.accepted && !own) || request.sender_device() != m_context.state.account->device)
        return {};
    const int count = std::min(request.submissions_size(), requestSize);
    for (int index = 0; index < count; ++index) {
        RECADO_TRY(std::optional<OutboxItem> item,
                   m_context.stores.outbox.bySubmission(request.submissions(index)));
        // Own devices have copies of what went to others.
        if (!item || (item->receiver != from.account && !own) || item->resends >= attempts ||
            item->state == OutboxState::Composed || item->state == OutboxState::Failed)
            continue;
        ++item->resends;
        RECADO_CHECK(m_ledger.composeAnew(*item));
        followUps.requeue.append(std::move(*item));
    }
    return {};
}

void ResendDesk::ask(bool again) {
    const auto senders = m_context.stores.quarantine.sendersToAsk(attempts);
    if (!senders)
        return m_context.storageFailed(senders.error());
    bool asked = false;
    for (const base::AccountId& sender : *senders) {
        const base::Status status = inWork(m_context, [&] { return askOne(sender, again, asked); });
        if (!status)
            return m_context.storageFailed(status.error());
    }
    if (!asked)
        return;
    if (!m_again.isActive()) // else whoever provokes questions could put off the next round for ever
        m_again.start(m_context.timing.resendAgainMs);
    m_outbox.wake();
}

base::Status ResendDesk::askOne(const base::AccountId& account, bool again, bool& asked) {
    RECADO_TRY(const std::optional<ContactRecord> contact, m_context.stores.contacts.contact(account));
    const bool own = account == m_context.ownAccount();
    // Strangers get nothing, unless everybody is welcome: then only what cannot be read keeps them strangers.
    const bool welcome = own || m_context.state.privacy.acceptRequests == AcceptRequests::Automatically;
    if (!contact || (!contact->accepted && !welcome) || !contact->identity.pending.isEmpty())
        return {};
    if (contact->deviceListVersion == 0)
        return {};
    RECADO_TRY(const routing::DeviceList devices, PeerDirectory::listOf(*contact));
    QMap<quint32, content::Content> requests;
    qint64 after = 0;
    while (true) {
        RECADO_TRY(const QVector<QuarantinedEnvelope> lost,
                   m_context.stores.quarantine.list(account, QuarantineCause::Undecryptable, after,
                                                    QuarantineBounds::pageSize));
        if (lost.isEmpty())
            break;
        after = lost.last().id;
        for (QuarantinedEnvelope envelope : lost) {
            // A device that is not listed may never have been there; nobody could answer for it.
            if (envelope.resendRequests >= (again ? attempts : 1) || !devices.find(envelope.sender.device))
                continue;
            asked = true; // or later, when too many were asked for lately
            if (requests.isEmpty() && !mayAsk(account))
                return {};
            content::Content& request = requests[envelope.sender.device];
            if (request.resend_request().submissions_size() >= requestSize)
                continue;
            request.mutable_resend_request()->set_sender_device(envelope.sender.device);
            request.mutable_resend_request()->add_submissions(envelope.submission);
            ++envelope.resendRequests;
            RECADO_CHECK(m_context.stores.quarantine.update(envelope));
        }
    }
    for (auto request = requests.begin(); request != requests.end(); ++request) {
        // Whatever broke the old session must not break the question, nor the answer.
        RECADO_CHECK(m_context.cipher.resetSession({account, request.key()}));
        RECADO_CHECK(m_ledger.append(account, base::MessageId::random(), 0, request.value()));
    }
    return {};
}

bool ResendDesk::mayAsk(const base::AccountId& account) {
    auto bucket = m_questions.find(account);
    if (bucket == m_questions.end())
        bucket = m_questions.insert(account, queue::TokenBucket(m_context.clock, requestBurst,
                                                                1'000.0 / m_context.timing.resendAgainMs));
    return bucket->take();
}

} // namespace recado::messaging
