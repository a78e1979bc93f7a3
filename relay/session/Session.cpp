#include "relay/session/Session.h"

#include "protocol/FrameCodec.h"
#include "relay/delivery/RecipientLoader.h"
#include "routing/Address.h"

namespace recado::relay {

namespace {

constexpr int mostComplaints = 8;

std::optional<routing::DeviceList> listOf(const std::optional<AccountRecord>& account) {
    if (!account)
        return std::nullopt;
    auto list = routing::DeviceList::parse(account->list.bytes, anyNumberOfDevices);
    return list ? std::optional(*std::move(list)) : std::nullopt;
}

} // namespace

Session::Session(SessionLink& link, base::Inbox& inbox, const SessionServices& services)
    : m_link(link)
    , m_inbox(inbox)
    , m_services(services)
    , m_writer(link, services.config->policy.limits.messageBytes)
    , m_handshake(*services.config) {
    ++m_services.metrics->sessions;
}

Session::~Session() {
    --m_services.metrics->sessions;
}

// --- What the connection reports ---

void Session::received(const QByteArray& message) {
    if (m_state == State::Closed)
        return;
    const auto decoded = protocol::decodeClientMessage(message);
    if (!decoded) {
        add(protocol::errorFrame(0, decoded.error()));
        return end(CloseCode::Malformed, u"malformed message");
    }
    for (const wire::ClientFrame& frame : decoded->frames()) {
        handle(frame);
        if (m_state == State::Closed)
            return;
    }
}

void Session::writable() {
    if (m_channel)
        m_channel->writable();
}

void Session::closed() {
    if (std::exchange(m_gone, true))
        return;
    m_state = State::Closed;
    m_channel.reset();
    m_requests.reset();
    if (!m_address)
        return;
    --m_services.metrics->devicesConnected;
    m_services.submitter->close(*m_address);
    // A newer connection of the device keeps what this one said about presence.
    if (m_services.router->disconnect(*m_address, weak_from_this()))
        m_services.presence->disconnected(*m_address);
}

void Session::handle(const wire::ClientFrame& frame) {
    switch (frame.body_case()) {
    case wire::ClientFrame::BODY_NOT_SET:
        return addError(frame.request_id(), base::Reason::UnknownFrame, u"unknown frame type");
    case wire::ClientFrame::kHello:
        return hello(frame);
    case wire::ClientFrame::kAuthenticate:
        return authenticate(frame);
    case wire::ClientFrame::kRegisterAccount:
        return registerAccount(frame);
    default:
        if (m_state == State::Open)
            return m_requests->handle(frame, m_channel.get());
        return addError(frame.request_id(), base::Reason::NotPermitted, u"not authenticated");
    }
}

// --- Hello, registration, authentication ---

void Session::hello(const wire::ClientFrame& frame) {
    if (m_state != State::Fresh)
        return addError(frame.request_id(), base::Reason::NotPermitted, u"one Hello a connection");
    auto challenge = m_handshake.challenge(frame.hello());
    if (!challenge)
        return addError(frame.request_id(), challenge.error().reason, u"this Hello is not acceptable");
    m_state = State::Challenged;
    challenge->set_request_id(frame.request_id());
    add(*challenge);
}

void Session::registerAccount(const wire::ClientFrame& frame) {
    if (m_state != State::Challenged || m_handshake.purpose() != wire::PURPOSE_REGISTER)
        return addError(frame.request_id(), base::Reason::NotPermitted, u"no registration was announced");
    m_state = State::Working;
    const quint64 requestId = frame.request_id();
    m_services.registration->registerAccount(
        m_handshake.transcript(), frame.register_account(), storeCall(),
        [weak = weak_from_this(), requestId](wire::RelayFrame answer) {
            const auto self = weak.lock();
            if (!self || self->m_state == State::Closed)
                return;
            // After an error the same challenge serves for another attempt, with another name say.
            self->m_state = answer.has_registered() ? State::Registered : State::Challenged;
            answer.set_request_id(requestId);
            self->add(answer);
            if (answer.has_error() && ++self->m_complaints > mostComplaints)
                self->end(CloseCode::Policy, u"too many errors");
        });
}

void Session::authenticate(const wire::ClientFrame& frame) {
    if (m_state != State::Challenged || m_handshake.purpose() != wire::PURPOSE_AUTHENTICATE)
        return addError(frame.request_id(), base::Reason::NotPermitted, u"no authentication was announced");
    m_state = State::Working;
    m_services.directory->findAccount(
        m_handshake.address().account, storeCall(),
        [weak = weak_from_this(), requestId = frame.request_id(),
         signature = protocol::toBytes(frame.authenticate().signature())](const auto& answer) {
            const auto self = weak.lock();
            if (self && self->m_state == State::Working)
                self->verified(requestId, signature, answer);
        });
}

void Session::verified(quint64 requestId, const QByteArray& signature,
                       const StoreAnswer<std::optional<AccountRecord>>& answer) {
    if (!answer.committed()) {
        addError(requestId, base::Reason::Busy, u"the directory is busy");
        return end(CloseCode::Internal, u"busy");
    }
    const auto device = m_handshake.verify(listOf(answer.value), signature);
    if (!device) {
        ++m_services.metrics->authenticationFailures;
        addError(requestId, base::Reason::AuthenticationFailed, u"authentication failed");
        return end(CloseCode::Policy, u"authentication failed");
    }
    m_device = *device;
    admitted(requestId);
}

// In the Router first, then everything Welcome tells, then the mailbox: what arrives from now on is seen.
void Session::admitted(quint64 requestId) {
    m_address = m_handshake.address();
    ++m_services.metrics->authentications;
    ++m_services.metrics->devicesConnected;
    m_link.markAuthenticated();
    m_channel = std::make_shared<DeliveryChannel>(*m_address, *m_services.mailboxes, m_inbox,
                                                  m_services.config->policy, *m_services.metrics, *this);
    m_services.router->connect(*m_address, weak_from_this(), m_inbox);
    m_arrival.missing = 3;
    m_services.submitter->open(*m_address, storeCall(), [weak = weak_from_this(), requestId](auto highest) {
        if (const auto self = weak.lock()) {
            self->m_arrival.failed |= !highest.has_value();
            self->m_arrival.highestSubmission = highest.value_or(0);
            self->arrive(requestId);
        }
    });
    m_services.prekeys->countPrekeys(*m_address, storeCall(),
                                     [weak = weak_from_this(), requestId](const auto& count) {
                                         if (const auto self = weak.lock()) {
                                             self->m_arrival.failed |= !count.committed();
                                             self->m_arrival.prekeys = count.value;
                                             self->arrive(requestId);
                                         }
                                     });
    // Read again: the list may have changed before the Router knew whom to tell.
    m_services.directory->findAccount(m_address->account, storeCall(),
                                      [weak = weak_from_this(), requestId](const auto& account) {
                                          if (const auto self = weak.lock()) {
                                              self->m_arrival.failed |= !account.committed();
                                              self->m_arrival.account = account.value;
                                              self->arrive(requestId);
                                          }
                                      });
}

void Session::arrive(quint64 requestId) {
    if (--m_arrival.missing > 0 || m_state != State::Working)
        return;
    if (m_arrival.failed) {
        addError(requestId, base::Reason::Busy, u"the stores are busy");
        return end(CloseCode::Internal, u"busy");
    }
    const auto list = listOf(m_arrival.account);
    if (!list || !isStillListed(*list)) {
        addError(requestId, base::Reason::AuthenticationFailed, u"authentication failed");
        return end(CloseCode::Policy, u"the device is no longer listed");
    }
    welcome(requestId, *list);
}

void Session::welcome(quint64 requestId, const routing::DeviceList& list) {
    const RelayCoreConfig& config = *m_services.config;
    wire::RelayFrame frame;
    frame.set_request_id(requestId);
    wire::Welcome* welcome = frame.mutable_welcome();
    *welcome->mutable_limits() = protocol::toWire(config.policy.limits);
    welcome->set_relay_time_ms(quint64(m_services.clock->wallMs()));
    welcome->set_store_incarnation(protocol::fromBytes(config.storeIncarnation));
    welcome->set_prekeys_remaining(m_arrival.prekeys);
    welcome->set_device_list_version(list.version);
    welcome->set_highest_submission(m_arrival.highestSubmission);
    welcome->set_address(
        routing::Address{m_arrival.account->username, config.relayName}.toString().toStdString());
    m_arrival = {};
    m_state = State::Open;
    m_requests = std::make_shared<DeviceRequests>(*m_address, m_services, m_inbox,
                                                  [weak = weak_from_this()](const wire::RelayFrame& answer) {
                                                      if (const auto self = weak.lock())
                                                          self->add(answer);
                                                  });
    add(frame);
    m_channel->start();
}

// --- What the rest of the relay has for this device ---

void Session::live(const MailboxRow& envelope) {
    if (m_channel)
        m_channel->live(envelope);
}

// Answers that come before Welcome are dropped here: the device sends unanswered submissions again.
void Session::accepted(base::SubmissionNumber number) {
    if (m_state != State::Open)
        return;
    m_accepted.push_back(number);
    scheduleFlush();
}

void Session::push(const wire::RelayFrame& frame, PushKind kind) {
    const bool slow = queuedBytes() >= m_services.config->policy.queuedBytes;
    if (kind == PushKind::Droppable) {
        const bool dropped = m_state != State::Open || slow;
        ++(dropped ? m_services.metrics->ephemeralDropped : m_services.metrics->ephemeralForwarded);
        if (dropped)
            return;
    }
    if (m_state == State::Open)
        add(frame);
}

void Session::listChanged(const routing::DeviceList& list) {
    if (m_state == State::Closed || isStillListed(list))
        return;
    end(CloseCode::Policy, u"the device is no longer listed");
}

void Session::displaced(Displacement why) {
    if (why == Displacement::Removed) {
        m_services.presence->disconnected(*m_address);
        return end(CloseCode::Policy, u"the account is gone");
    }
    end(CloseCode::Replaced, u"the device connected anew");
}

bool Session::isStillListed(const routing::DeviceList& list) const {
    const routing::ListedDevice* device = list.find(m_handshake.address().device);
    return device != nullptr && device->authKey == m_device.authKey &&
           device->registrationId == m_device.registrationId;
}

// --- Out ---

void Session::deliver(const MailboxRow& envelope) {
    wire::RelayFrame frame;
    wire::Deliver* deliver = frame.mutable_deliver();
    deliver->set_delivery_id(envelope.id);
    deliver->set_accepted_at_ms(quint64(envelope.acceptedAtMs));
    deliver->set_sealed_header(protocol::fromBytes(envelope.sealedHeader));
    deliver->set_ciphertext(protocol::fromBytes(envelope.ciphertext));
    deliver->set_body(protocol::fromBytes(envelope.body));
    add(frame);
}

void Session::mailboxDrained() {
    wire::RelayFrame frame;
    frame.mutable_mailbox_drained();
    add(frame);
}

qint64 Session::queuedBytes() const {
    return m_gone ? 0 : m_writer.queuedBytes();
}

void Session::add(const wire::RelayFrame& frame) {
    if (m_state == State::Closed)
        return;
    m_writer.add(frame);
    scheduleFlush();
}

void Session::scheduleFlush() {
    // At the end of what this pass of the loop brings, everything leaves as one message.
    if (std::exchange(m_flushPosted, true))
        return;
    m_inbox.post([weak = weak_from_this()] {
        if (const auto self = weak.lock())
            self->flush();
    });
}

void Session::flush() {
    m_flushPosted = false;
    if (m_state == State::Closed)
        return;
    if (!m_accepted.isEmpty()) {
        wire::RelayFrame frame;
        wire::Accepted* accepted = frame.mutable_accepted();
        for (const base::SubmissionNumber number : std::as_const(m_accepted))
            accepted->add_submissions(number);
        m_accepted.clear();
        m_writer.add(frame);
    }
    m_writer.flush();
}

void Session::addError(quint64 requestId, base::Reason reason, const char16_t* message) {
    wire::RelayFrame frame = errorAnswer(reason, message);
    frame.set_request_id(requestId);
    add(frame);
    if (m_state != State::Open && ++m_complaints > mostComplaints)
        end(CloseCode::Policy, u"too many errors");
}

void Session::end(CloseCode code, const char16_t* reason) {
    if (m_state == State::Closed)
        return;
    flush();
    m_state = State::Closed;
    m_channel.reset();
    m_link.close(code, QString::fromUtf16(reason));
}

} // namespace recado::relay
