#include "relay/session/Session.h"

#include "protocol/FrameCodec.h"
#include "relay/delivery/MessageTrace.h"

#include <QTimer>

#include <utility>

namespace recado::relay {

Session::Session(SessionLink& link, SessionThread& thread, const SessionServices& services)
    : m_link(link)
    , m_thread(thread)
    , m_services(services)
    , m_writer(link, services.config->policy.limits.messageBytes)
    , m_intake(*this, link, thread.frames(), services)
    , m_arrival(std::make_shared<Arrival>(*this, thread.inbox(), services)) {
    ++m_services.metrics->sessions;
}

Session::~Session() {
    --m_services.metrics->sessions;
}

// --- What the connection reports ---

void Session::received(const QByteArray& message) {
    if (m_state == State::Closed)
        return;
    m_intake.add(message);
}

void Session::refuse(const base::Error& error) {
    answer(protocol::errorFrame(0, error));
    end(CloseCode::Malformed, u"malformed message");
}

void Session::nextPass() {
    // Not a task of the inbox: those run at the end of this very event.
    QMetaObject::invokeMethod(
        &m_thread.inbox(),
        [weak = weak_from_this()] {
            if (const auto self = weak.lock())
                self->m_intake.endPass();
        },
        Qt::QueuedConnection);
}

void Session::later(qint64 delayMs) {
    QTimer::singleShot(int(delayMs), Qt::PreciseTimer, &m_thread.inbox(), [weak = weak_from_this()] {
        if (const auto self = weak.lock())
            self->m_intake.endPause();
    });
}

void Session::take(const wire::ClientFrame& frame) {
    if (m_state == State::Open)
        return m_requests->handle(frame, *m_channel);
    // Held here: a store that answers at once may open the session, and let it go, within the call.
    const std::shared_ptr<Arrival> arrival = m_arrival;
    arrival->handle(frame);
}

void Session::writable() {
    if (m_channel)
        m_channel->writable();
}

void Session::closed() {
    if (std::exchange(m_gone, true))
        return;
    m_state = State::Closed;
    m_intake.stop();
    m_arrival.reset();
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

// --- Its arrival ---

void Session::answer(const wire::RelayFrame& frame) {
    if (m_state == State::Closed)
        return;
    if (frame.has_error()) {
        const std::string& reason = frame.error().reason();
        const auto known = base::reasonFromString(QLatin1String(reason.data(), int(reason.size())));
        ++m_services.metrics->errors[std::size_t(known)];
    }
    m_writer.add(frame);
    scheduleFlush();
}

// In the Router first, then everything Welcome tells, then the mailbox: what arrives from now on is seen.
void Session::admitted(base::DeviceAddress address, const routing::ListedDevice& device) {
    m_address = address;
    m_intake.setPayer(address.account);
    m_authKey = device.authKey;
    m_registrationId = device.registrationId;
    ++m_services.metrics->devicesConnected;
    m_link.markAuthenticated();
    m_channel = std::make_shared<DeliveryChannel>(address, *m_services.mailboxes, m_thread.inbox(),
                                                  m_services.config->policy, *m_services.metrics, *this);
    m_services.router->connect(address, weak_from_this(), m_thread.inbox());
}

bool Session::isStillListed(const routing::DeviceList& list) const {
    const routing::ListedDevice* device = list.find(m_address->device);
    return device != nullptr && device->authKey == m_authKey && device->registrationId == m_registrationId;
}

void Session::welcomed(const wire::RelayFrame& welcome) {
    m_state = State::Open;
    m_arrival.reset();
    m_requests = std::make_shared<DeviceRequests>(*m_address, m_services, m_thread.inbox(),
                                                  [weak = weak_from_this()](const wire::RelayFrame& frame) {
                                                      if (const auto self = weak.lock())
                                                          self->answer(frame);
                                                  });
    answer(welcome);
    m_channel->start();
}

void Session::end(CloseCode code, const char16_t* reason) {
    if (m_state == State::Closed)
        return;
    flush();
    m_state = State::Closed;
    m_intake.stop();
    if (m_arrival)
        m_arrival->abandon();
    m_channel.reset();
    m_link.close(code, QString::fromUtf16(reason));
}

// --- What the rest of the relay has for this device ---

void Session::live(const MailboxRow& envelope) {
    if (m_channel)
        m_channel->live(envelope);
}

void Session::appendedLate(base::DeliveryId id) {
    if (m_channel)
        m_channel->appendedLate(id);
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
        answer(frame);
}

void Session::listChanged(const routing::DeviceList& list) {
    if (!isStillListed(list))
        end(CloseCode::Policy, u"the device is no longer listed");
}

void Session::displaced(Displacement why) {
    if (why == Displacement::Removed) {
        m_services.presence->disconnected(*m_address);
        return end(CloseCode::Policy, u"the account is gone");
    }
    end(CloseCode::Replaced, u"the device connected anew");
}

// --- Out ---

void Session::deliver(const MailboxRow& envelope) {
    if (m_state == State::Closed)
        return;
    if (envelope.receivedAtUs != 0)
        m_services.metrics->deliverLatency.add(m_services.clock->monotonicUs() - envelope.receivedAtUs);
    if (envelope.trace)
        envelope.trace->delivered();
    m_writer.addDeliver({.deliveryId = envelope.id,
                         .acceptedAtMs = quint64(envelope.acceptedAtMs),
                         .sealedHeader = envelope.sealedHeader,
                         .ciphertext = envelope.ciphertext,
                         .body = envelope.body});
    scheduleFlush();
}

void Session::mailboxDrained() {
    wire::RelayFrame frame;
    frame.mutable_mailbox_drained();
    answer(frame);
}

qint64 Session::queuedBytes() const {
    return m_gone ? 0 : m_writer.queuedBytes();
}

void Session::scheduleFlush() {
    // At the end of what this pass of the loop brings, everything leaves as one message.
    if (!std::exchange(m_flushPosted, true))
        m_thread.flushLater(weak_from_this());
}

void Session::flush() {
    m_flushPosted = false;
    if (m_state == State::Closed)
        return;
    if (!m_accepted.isEmpty())
        m_writer.addAccepted(std::exchange(m_accepted, {}));
    m_writer.flush();
}

} // namespace recado::relay
