#include "FakeRelay.h"

#include "protocol/Limits.h"

#include <QDateTime>

namespace recado::tests {

using protocol::fromBytes;
using protocol::toBytes;

void FakeRelay::putList(const base::AccountId& account, const QString& username,
                        const routing::SignedDeviceList& list) {
    Account& entry = accounts[account];
    entry.username = username;
    entry.list.set_device_list(fromBytes(list.bytes));
    entry.list.set_signature(fromBytes(list.signature));
    entry.parsed = *routing::DeviceList::parse(list.bytes, 64);
    for (const routing::ListedDevice& listed : entry.parsed.devices)
        devices[{account, listed.deviceId}].registrationId = listed.registrationId;
}

void FakeRelay::putPrekeys(const base::DeviceAddress& address, const wire::PrekeyUpload& upload) {
    Device& entry = devices[address];
    if (upload.replace())
        entry.prekeys.clear();
    entry.signedPrekey = upload.signed_prekey();
    entry.prekeys.insert(entry.prekeys.end(), upload.prekeys().begin(), upload.prekeys().end());
}

int FakeRelay::totalSubmits(const base::AccountId& account) const {
    int count = 0;
    for (const auto& [address, entry] : devices)
        count += address.account == account ? entry.submits : 0;
    return count;
}

bool FakeRelay::draw(double probability) {
    return probability > 0 && std::uniform_real_distribution<>(0, 1)(m_random) < probability;
}

void FakeRelay::connected(FakeLink& link) {
    devices[link.address()].link = &link;
    deliverAll(link.address());
    wire::RelayFrame drained;
    drained.mutable_mailbox_drained();
    link.push({drained});
}

void FakeRelay::disconnected(const base::DeviceAddress& address) {
    devices[address].link = nullptr;
    tellPresence(address);
}

/// Between accounts that name each other and hide from nobody.
void FakeRelay::tellPresence(const base::DeviceAddress& of) {
    const auto names = [](const Device& entry, const base::AccountId& account) {
        const auto& named = entry.presence.accounts();
        return entry.presence.visible() &&
               std::find(named.begin(), named.end(), fromBytes(account.toBytes())) != named.end();
    };
    const auto presenceOf = [](const base::DeviceAddress& address, const Device& entry) {
        wire::RelayFrame push;
        push.mutable_presence()->set_account_id(fromBytes(address.account.toBytes()));
        push.mutable_presence()->set_online(entry.link != nullptr);
        return push;
    };
    Device& own = devices[of];
    for (auto& [address, other] : devices) {
        if (!other.link || !names(own, address.account) || !names(other, of.account))
            continue;
        other.link->push({presenceOf(of, own)});
        if (own.link)
            own.link->push({presenceOf(address, other)});
    }
}

void FakeRelay::deliverAll(const base::DeviceAddress& address) {
    Device& entry = devices[address];
    std::vector<wire::RelayFrame> frames;
    for (const wire::Deliver& waiting : entry.mailbox) {
        wire::RelayFrame frame;
        *frame.mutable_deliver() = waiting;
        frames.push_back(std::move(frame));
    }
    if (entry.link && !frames.empty())
        entry.link->push(std::move(frames));
}

void FakeRelay::receive(FakeLink& link, const std::vector<wire::ClientFrame>& frames) {
    const base::DeviceAddress from = link.address();
    std::vector<wire::RelayFrame> out;
    for (const wire::ClientFrame& frame : frames)
        answer(from, frame, out);
    if (out.size() > 1 && draw(faults.reorder))
        std::shuffle(out.begin(), out.end(), m_random);
    if (!out.empty())
        link.push(std::move(out));
}

void FakeRelay::answer(const base::DeviceAddress& from, const wire::ClientFrame& frame,
                       std::vector<wire::RelayFrame>& out) {
    if (swallow && swallow(from, frame))
        return;
    wire::RelayFrame reply;
    reply.set_request_id(frame.request_id());
    switch (frame.body_case()) {
    case wire::ClientFrame::kSubmit:
        return submit(from, frame, out);
    case wire::ClientFrame::kAcknowledge: {
        auto& mailbox = devices[from].mailbox;
        for (const wire::DeliveryRange& range : frame.acknowledge().ranges())
            std::erase_if(mailbox, [&](const wire::Deliver& row) {
                return row.delivery_id() >= range.first() && row.delivery_id() <= range.last();
            });
        return;
    }
    case wire::ClientFrame::kGetAccount: {
        const std::string refusal = refuseLookUp ? refuseLookUp(from) : std::string();
        if (!refusal.empty()) {
            reply.mutable_error()->set_reason(refusal);
            break;
        }
        for (const auto& [id, account] : accounts) {
            const bool byName = frame.get_account().by_case() == wire::GetAccount::kUsername;
            if (byName ? account.username.toStdString() != frame.get_account().username()
                       : id.toBytes() != toBytes(frame.get_account().account_id()))
                continue;
            reply.mutable_account()->set_account_id(fromBytes(id.toBytes()));
            reply.mutable_account()->set_username(account.username.toStdString());
            *reply.mutable_account()->mutable_device_list() = account.list;
        }
        if (!reply.has_account())
            reply.mutable_error()->set_reason("unknown_recipient");
        break;
    }
    case wire::ClientFrame::kGetBundles:
        if (const std::string refusal = refuseBundles ? refuseBundles(from) : std::string();
            !refusal.empty()) {
            reply.mutable_error()->set_reason(refusal);
            break;
        }
        bundles(frame.get_bundles(), *reply.mutable_bundles());
        break;
    case wire::ClientFrame::kUploadPrekeys:
        if (const std::string refusal = refuseUpload ? refuseUpload(from) : std::string(); !refusal.empty()) {
            reply.mutable_error()->set_reason(refusal);
            break;
        }
        putPrekeys(from, frame.upload_prekeys().prekeys());
        reply.mutable_done();
        break;
    case wire::ClientFrame::kSetPresence:
        devices[from].presence = frame.set_presence();
        return tellPresence(from);
    case wire::ClientFrame::kEphemeral: {
        wire::RelayFrame push;
        push.mutable_ephemeral_delivery()->set_payload(frame.ephemeral().payload());
        for (auto& [address, entry] : devices) {
            if (address.account.toBytes() == toBytes(frame.ephemeral().account_id()) && entry.link)
                entry.link->push({push});
        }
        return;
    }
    case wire::ClientFrame::kSetDeviceList:
        if (const std::string refusal = refuseList ? refuseList(from) : std::string(); !refusal.empty()) {
            reply.mutable_error()->set_reason(refusal);
            break;
        }
        reply.mutable_done();
        break;
    default:
        reply.mutable_error()->set_reason("unknown_frame");
        break;
    }
    out.push_back(std::move(reply));
}

/// Exactly the listed devices, of the sender's own account all but itself.
bool FakeRelay::mismatches(const base::DeviceAddress& from, const wire::Recipient& recipient) const {
    const auto id = base::AccountId::fromBytes(toBytes(recipient.account_id()));
    const auto found = accounts.find(*id);
    if (found == accounts.end())
        return true;
    const bool self = from.account == *id && found->second.parsed.find(from.device);
    if (recipient.envelopes_size() != found->second.parsed.devices.size() - (self ? 1 : 0))
        return true;
    for (const wire::Envelope& envelope : recipient.envelopes()) {
        const auto* listed = found->second.parsed.find(envelope.device_id());
        if (!listed || listed->registrationId != envelope.registration_id() ||
            from == base::DeviceAddress{*id, envelope.device_id()})
            return true;
    }
    return false;
}

void FakeRelay::submit(const base::DeviceAddress& from, const wire::ClientFrame& frame,
                       std::vector<wire::RelayFrame>& out) {
    const wire::Submit& submission = frame.submit();
    Device& sender = devices[from];
    ++sender.submits;
    wire::RelayFrame reply;
    reply.set_request_id(frame.request_id());
    const bool known = sender.known.contains(submission.submission());
    std::string refusal = refuse && !known ? refuse(submission) : std::string();
    for (const wire::Recipient& recipient : submission.recipients()) {
        if (known || !(refusal.empty() || refusal == "stale_devices") || !mismatches(from, recipient))
            continue;
        refusal = "stale_devices";
        reply.mutable_refused()->add_mismatches()->set_account_id(recipient.account_id());
    }
    if (!refusal.empty()) {
        reply.mutable_refused()->set_submission(submission.submission());
        reply.mutable_refused()->set_reason(refusal);
        reply.mutable_refused()->set_retry_after_ms(5);
        out.push_back(std::move(reply));
        return;
    }
    for (int named = 0; named < (acceptTwice ? 2 : 1); ++named)
        reply.mutable_accepted()->add_submissions(submission.submission());
    out.push_back(std::move(reply));
    if (known)
        return;
    sender.known.insert(submission.submission());
    sender.highest = std::max(sender.highest, quint64(submission.submission()));
    for (const wire::Recipient& recipient : submission.recipients()) {
        const auto account = *base::AccountId::fromBytes(toBytes(recipient.account_id()));
        for (const wire::Envelope& envelope : recipient.envelopes()) {
            wire::Deliver row;
            row.set_delivery_id(m_nextDelivery++);
            row.set_accepted_at_ms(quint64(QDateTime::currentMSecsSinceEpoch()));
            row.set_sealed_header(envelope.sealed_header());
            row.set_ciphertext(envelope.ciphertext());
            if (envelope.has_body())
                row.set_body(submission.body());
            const base::DeviceAddress to{account, envelope.device_id()};
            if (tamper)
                tamper(to, row);
            Device& receiver = devices[to];
            receiver.mailbox.push_back(row);
            if (!receiver.link)
                continue;
            wire::RelayFrame delivery;
            *delivery.mutable_deliver() = row;
            std::vector<wire::RelayFrame> frames{delivery};
            if (draw(faults.duplicate))
                frames.push_back(delivery);
            receiver.link->push(std::move(frames));
        }
    }
}

void FakeRelay::bundles(const wire::GetBundles& question, wire::Bundles& out) {
    const auto account = *base::AccountId::fromBytes(toBytes(question.account_id()));
    out.set_account_id(question.account_id());
    *out.mutable_device_list() = accounts[account].list;
    for (const quint32 id : question.device_ids()) {
        Device& entry = devices[{account, id}];
        wire::Bundle* bundle = out.add_bundles();
        bundle->set_device_id(id);
        bundle->set_registration_id(entry.registrationId);
        *bundle->mutable_signed_prekey() = entry.signedPrekey;
        if (!entry.prekeys.empty()) {
            *bundle->mutable_prekey() = entry.prekeys.front();
            entry.prekeys.pop_front();
        }
    }
}

base::Result<messaging::RegistrationAnswer> FakeRelay::registerAccount(const messaging::LinkAccount& account,
                                                                       const wire::Register& request) {
    const QString username = QString::fromStdString(request.username());
    for (const auto& [id, entry] : accounts) {
        if (entry.username == username && id != account.account)
            return base::makeError(base::Reason::UsernameTaken, QStringLiteral("taken"));
    }
    putList(account.account, username,
            {toBytes(request.device_list().device_list()), toBytes(request.device_list().signature())});
    wire::PrekeyUpload upload = request.prekeys();
    upload.set_replace(true);
    putPrekeys({account.account, account.device}, upload);
    messaging::RegistrationAnswer answer;
    answer.relay = {key, QStringLiteral("test")};
    answer.registered.set_account_id(fromBytes(account.account.toBytes()));
    answer.registered.set_device_id(account.device);
    return answer;
}

FakeLink::FakeLink(FakeRelay& relay)
    : m_relay(relay) {
    m_retry.setSingleShot(true);
    connect(&m_retry, &QTimer::timeout, this, [this] { tryConnect(); });
}

FakeLink::~FakeLink() {
    disconnect();
}

void FakeLink::post(std::function<void()> step) {
    m_relay.inbox.post([alive = std::weak_ptr<int>(m_alive), step = std::move(step)] {
        if (!alive.expired())
            step();
    });
}

void FakeLink::setReachable(bool reachable) {
    m_reachable = reachable;
    if (!reachable)
        cut();
    else if (m_wanted)
        m_retry.start(0);
}

void FakeLink::connectTo(messaging::LinkAccount account) {
    m_wanted = true;
    m_address = {account.account, account.device};
    m_pinnedKey = account.pinnedRelayKey;
    cut();
    m_retry.start(0);
}

void FakeLink::disconnect() {
    m_wanted = false;
    m_retry.stop();
    cut();
}

void FakeLink::cut() {
    ++m_generation;
    const bool was = std::exchange(m_online, false);
    if (was)
        m_relay.disconnected(m_address);
    if (was && m_wanted) {
        post([this] {
            if (m_listener)
                m_listener->linkOffline(std::nullopt);
        });
        m_retry.start(2);
    }
    // As RelayConnection does it: the questions fail after the listener knows why.
    for (auto& [id, answer] : std::exchange(m_questions, {})) {
        post([answer = std::move(answer)] {
            answer(base::makeError(base::Reason::RelayUnreachable, QStringLiteral("cut")));
        });
    }
}

void FakeLink::tryConnect() {
    if (!m_wanted || !m_reachable || m_online)
        return;
    post([this, generation = m_generation] {
        if (generation != m_generation || !m_listener || !m_wanted)
            return;
        if (!m_pinnedKey.isEmpty() && m_pinnedKey != m_relay.key) {
            m_wanted = false;
            return m_listener->linkOffline(base::Reason::RelayKeyChanged);
        }
        m_online = true;
        wire::Welcome welcome;
        *welcome.mutable_limits() = protocol::toWire({});
        welcome.set_relay_time_ms(quint64(QDateTime::currentMSecsSinceEpoch()));
        welcome.set_store_incarnation(fromBytes(m_relay.incarnation));
        welcome.set_prekeys_remaining(quint32(m_relay.device(m_address).prekeys.size()));
        if (const auto own = m_relay.accounts.find(m_address.account); own != m_relay.accounts.end()) {
            welcome.set_device_list_version(own->second.parsed.version);
            welcome.set_address(own->second.username.toStdString() + "@test");
        }
        m_pinnedKey = m_relay.key;
        m_listener->linkOnline(welcome, {m_relay.key, QStringLiteral("test")});
        m_relay.connected(*this);
    });
}

void FakeLink::registerAccount(messaging::LinkAccount account, wire::Register request,
                               RegistrationDone done) {
    auto target = std::make_shared<messaging::LinkAccount>(std::move(account));
    post([this, target, request = std::move(request), done = std::move(done)] {
        if (!m_reachable)
            return done(base::makeError(base::Reason::RelayUnreachable, QStringLiteral("not there")));
        done(m_relay.registerAccount(*target, request));
    });
}

void FakeLink::send(std::vector<wire::ClientFrame> frames) {
    if (!m_online)
        return;
    post([this, generation = m_generation, frames = std::move(frames)] {
        if (generation != m_generation)
            return;
        if (m_relay.draw(m_relay.faults.cutBefore))
            return cut();
        if (m_relay.draw(m_relay.faults.cutAfter)) {
            m_relay.receive(*this, frames);
            return cut();
        }
        m_relay.receive(*this, frames);
    });
}

void FakeLink::request(wire::ClientFrame frame, Answer answer) {
    if (!m_online) {
        post([answer = std::move(answer)] {
            answer(base::makeError(base::Reason::RelayUnreachable, QStringLiteral("offline")));
        });
        return;
    }
    frame.set_request_id(m_nextRequest);
    m_questions.emplace(m_nextRequest++, std::move(answer));
    send({std::move(frame)});
}

void FakeLink::push(std::vector<wire::RelayFrame> frames) {
    post([this, generation = m_generation, frames = std::move(frames)] {
        if (generation != m_generation || !m_listener)
            return;
        std::vector<wire::RelayFrame> pushes;
        for (const wire::RelayFrame& frame : frames) {
            const auto question = m_questions.find(frame.request_id());
            if (question == m_questions.end()) {
                pushes.push_back(frame);
                continue;
            }
            const Answer answer = std::move(question->second);
            m_questions.erase(question);
            if (frame.has_error())
                answer(base::makeError(base::reasonFromString(QLatin1String(frame.error().reason().c_str())),
                                       QString()));
            else
                answer(frame);
        }
        if (generation == m_generation && m_listener)
            m_listener->linkReceived(std::move(pushes));
    });
}

} // namespace recado::tests
