#include "relay/session/Arrival.h"

#include "protocol/FrameCodec.h"
#include "relay/delivery/RecipientLoader.h"
#include "routing/Address.h"

#include <QTimer>

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

Arrival::Arrival(Host& host, base::Inbox& inbox, const SessionServices& services)
    : m_host(host)
    , m_inbox(inbox)
    , m_services(services)
    , m_handshake(*services.config) {}

void Arrival::handle(const wire::ClientFrame& frame) {
    switch (frame.body_case()) {
    case wire::ClientFrame::BODY_NOT_SET:
        return complain(frame.request_id(), base::Reason::UnknownFrame, u"unknown frame type");
    case wire::ClientFrame::kHello:
        return hello(frame);
    case wire::ClientFrame::kAuthenticate:
        return authenticate(frame);
    case wire::ClientFrame::kRegisterAccount:
        return registerAccount(frame);
    default:
        return complain(frame.request_id(), base::Reason::NotPermitted, u"not authenticated");
    }
}

void Arrival::hello(const wire::ClientFrame& frame) {
    if (m_state != State::Fresh)
        return complain(frame.request_id(), base::Reason::NotPermitted, u"one Hello a connection");
    auto challenge = m_handshake.challenge(
        frame.hello(), m_services.config->behindProxy ? QByteArray() : m_host.tlsKeyHash());
    if (!challenge)
        return complain(frame.request_id(), challenge.error().reason, u"this Hello is not acceptable");
    m_state = State::Challenged;
    challenge->set_request_id(frame.request_id());
    m_host.answer(*challenge);
}

// --- Registration ---

void Arrival::registerAccount(const wire::ClientFrame& frame) {
    if (m_state != State::Challenged || m_handshake.purpose() != wire::PURPOSE_REGISTER)
        return complain(frame.request_id(), base::Reason::NotPermitted, u"no registration was announced");
    m_state = State::Working;
    m_host.note(SessionLink::Conduct::Registration);
    m_services.registration->registerAccount(
        m_handshake.transcript(), frame.register_account(), storeCall(),
        [weak = weak_from_this(), requestId = frame.request_id()](wire::RelayFrame answer) {
            const auto self = weak.lock();
            if (self && self->m_state == State::Working)
                self->registered(requestId, std::move(answer));
        });
}

void Arrival::registered(quint64 requestId, wire::RelayFrame answer) {
    // After an error the same challenge serves for another attempt, with another name say.
    m_state = answer.has_registered() ? State::Registered : State::Challenged;
    answer.set_request_id(requestId);
    m_host.answer(answer);
    if (answer.has_error() && ++m_complaints > mostComplaints)
        m_host.end(CloseCode::Policy, u"too many errors");
}

// --- Authentication ---

void Arrival::authenticate(const wire::ClientFrame& frame) {
    if (m_state != State::Challenged || m_handshake.purpose() != wire::PURPOSE_AUTHENTICATE)
        return complain(frame.request_id(), base::Reason::NotPermitted, u"no authentication was announced");
    m_state = State::Working;
    m_askedAtMs = m_services.clock->monotonicMs();
    m_services.directory->findAccount(
        m_handshake.address().account, storeCall(),
        [weak = weak_from_this(), requestId = frame.request_id(),
         signature = protocol::toBytes(frame.authenticate().signature())](const auto& answer) {
            const auto self = weak.lock();
            if (self && self->m_state == State::Working)
                self->verify(requestId, signature, answer);
        });
}

void Arrival::verify(quint64 requestId, const QByteArray& signature,
                     const StoreAnswer<std::optional<AccountRecord>>& answer) {
    if (!answer.committed())
        return end(requestId, base::Reason::Busy, u"the directory is busy", CloseCode::Internal);
    const auto device = m_handshake.verify(listOf(answer.value), signature);
    if (!device) {
        ++m_services.metrics->authenticationFailures;
        m_host.note(SessionLink::Conduct::FailedAuthentication);
        return fail(requestId);
    }
    ++m_services.metrics->authentications;
    m_host.admitted(m_handshake.address(), *device);
    gather(requestId);
}

// Always so long after it was asked for: an account that exists takes longer to check than one that does not.
void Arrival::fail(quint64 requestId) {
    const auto say = [weak = weak_from_this(), requestId] {
        const auto self = weak.lock();
        if (self && self->m_state == State::Working)
            self->end(requestId, base::Reason::AuthenticationFailed, u"authentication failed",
                      CloseCode::Policy);
    };
    const qint64 left = m_askedAtMs + m_services.config->policy.failureMs - m_services.clock->monotonicMs();
    if (left > 0)
        QTimer::singleShot(int(left), Qt::PreciseTimer, &m_inbox, say);
    else
        say();
}

// The device is in the Router by now, and its mailbox is read last: what arrives from now on is seen.
void Arrival::gather(quint64 requestId) {
    const base::DeviceAddress address = m_handshake.address();
    m_findings.missing = 3;
    m_services.submitter->open(address, storeCall(), [weak = weak_from_this(), requestId](auto highest) {
        if (const auto self = weak.lock()) {
            self->m_findings.failed |= !highest.has_value();
            self->m_findings.highestSubmission = highest.value_or(0);
            self->found(requestId);
        }
    });
    m_services.prekeys->countPrekeys(address, storeCall(),
                                     [weak = weak_from_this(), requestId](const auto& count) {
                                         if (const auto self = weak.lock()) {
                                             self->m_findings.failed |= !count.committed();
                                             self->m_findings.prekeys = count.value;
                                             self->found(requestId);
                                         }
                                     });
    // Read again: the list may have changed before the Router knew whom to tell.
    m_services.directory->findAccount(address.account, storeCall(),
                                      [weak = weak_from_this(), requestId](const auto& account) {
                                          if (const auto self = weak.lock()) {
                                              self->m_findings.failed |= !account.committed();
                                              self->m_findings.account = account.value;
                                              self->found(requestId);
                                          }
                                      });
}

void Arrival::found(quint64 requestId) {
    if (--m_findings.missing > 0 || m_state != State::Working)
        return;
    if (m_findings.failed)
        return end(requestId, base::Reason::Busy, u"the stores are busy", CloseCode::Internal);
    const auto list = listOf(m_findings.account);
    if (!list || !m_host.isStillListed(*list)) {
        return end(requestId, base::Reason::AuthenticationFailed, u"the device is no longer listed",
                   CloseCode::Policy);
    }
    m_state = State::Over;
    wire::RelayFrame frame = welcome(*list);
    frame.set_request_id(requestId);
    m_host.welcomed(frame);
}

wire::RelayFrame Arrival::welcome(const routing::DeviceList& list) const {
    const RelayCoreConfig& config = *m_services.config;
    wire::RelayFrame frame;
    wire::Welcome* welcome = frame.mutable_welcome();
    *welcome->mutable_limits() = protocol::toWire(config.policy.limits);
    welcome->set_relay_time_ms(quint64(m_services.clock->wallMs()));
    welcome->set_store_incarnation(protocol::fromBytes(config.storeIncarnation));
    welcome->set_prekeys_remaining(m_findings.prekeys);
    welcome->set_device_list_version(list.version);
    welcome->set_highest_submission(m_findings.highestSubmission);
    welcome->set_address(
        routing::Address{m_findings.account->username, config.relayName}.toString().toStdString());
    return frame;
}

// --- What goes wrong ---

void Arrival::complain(quint64 requestId, base::Reason reason, const char16_t* message) {
    wire::RelayFrame frame = errorAnswer(reason, message);
    frame.set_request_id(requestId);
    m_host.answer(frame);
    if (++m_complaints > mostComplaints)
        m_host.end(CloseCode::Policy, u"too many errors");
}

void Arrival::end(quint64 requestId, base::Reason reason, const char16_t* message, CloseCode code) {
    wire::RelayFrame frame = errorAnswer(reason, message);
    frame.set_request_id(requestId);
    m_host.answer(frame);
    m_host.end(code, message);
}

} // namespace recado::relay
