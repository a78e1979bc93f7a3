#include "HonestPair.h"

#include "bench/Figures.h"
#include "support/ChildProcess.h"

#include <QtEndian>

#include <poll.h>

namespace recado::tests {

namespace {

constexpr qint64 intervalNs = 4'000'000;
constexpr qint64 farewellNs = 3'000'000'000;

} // namespace

double HonestPair::Latencies::p50() const {
    return percentile(deliveredMs, 0.5);
}

double HonestPair::Latencies::p99() const {
    return percentile(deliveredMs, 0.99);
}

bool HonestPair::start(quint16 port, const SeededDevice& from, const SeededDevice& to) {
    if (!m_sender.open(port) || !m_sender.authenticate(from.account, from.authKey) ||
        !m_receiver.open(port) || !m_receiver.authenticate(to.account, to.authKey))
        return false;
    m_to = to.account;
    m_registration = to.registrationId;
    m_thread = std::thread([this] { talk(); });
    return true;
}

void HonestPair::stop() {
    m_stopping = true;
    if (m_thread.joinable())
        m_thread.join();
}

HonestPair::Latencies HonestPair::take() {
    const std::lock_guard lock(m_mutex);
    return std::exchange(m_latencies, {});
}

void HonestPair::talk() {
    qint64 nextNs = monotonicNs();
    qint64 stopNs = 0;
    for (;;) {
        const qint64 now = monotonicNs();
        if (m_stopping && stopNs == 0)
            stopNs = now;
        if (stopNs != 0 && (m_underWay.empty() || now - stopNs > farewellNs))
            break;
        if (stopNs == 0 && now >= nextNs) {
            submit();
            nextNs = std::max(nextNs + intervalNs, now);
        }
        const qint64 left = stopNs == 0 ? nextNs - monotonicNs() : 10'000'000;
        pollfd polled[2] = {{m_sender.descriptor(), POLLIN, 0}, {m_receiver.descriptor(), POLLIN, 0}};
        const timespec patience{0, std::max<qint64>(left, 0)};
        ppoll(polled, 2, &patience, nullptr);
        if (!readReceiver() || !readSender()) {
            const std::lock_guard lock(m_mutex);
            m_latencies.broke = true;
            break;
        }
    }
    const std::lock_guard lock(m_mutex);
    m_latencies.unanswered += int(m_underWay.size());
}

void HonestPair::submit() {
    wire::ClientFrame frame;
    auto* submit = frame.mutable_submit();
    submit->set_submission(++m_number);
    auto* recipient = submit->add_recipients();
    recipient->set_account_id(protocol::fromBytes(m_to.toBytes()));
    recipient->set_device_list_version(1);
    auto* envelope = recipient->add_envelopes();
    envelope->set_device_id(1);
    envelope->set_registration_id(m_registration);
    envelope->set_sealed_header(std::string(96, 'h'));
    const qint64 now = monotonicNs();
    QByteArray text(330, 'c');
    qToBigEndian(now, text.data());
    envelope->set_ciphertext(protocol::fromBytes(text));
    m_underWay[m_number] = now;
    m_sender.queue(protocol::encode(frame));
    m_sender.flush();
}

bool HonestPair::readSender() {
    for (const QByteArray& bytes : m_sender.readAvailable()) {
        const auto message = protocol::decodeRelayMessage(bytes);
        if (!message.ok())
            return false;
        const qint64 now = monotonicNs();
        const std::lock_guard lock(m_mutex);
        for (const wire::RelayFrame& frame : message->frames()) {
            for (const quint64 number : frame.accepted().submissions()) {
                const auto found = m_underWay.find(number);
                if (found == m_underWay.end())
                    continue;
                m_latencies.acceptedMs.push_back(double(now - found->second) / 1e6);
                m_underWay.erase(found);
            }
            if (frame.has_refused()) // told so, and free to try again
                m_underWay.erase(frame.refused().submission());
        }
    }
    m_sender.flush();
    return m_sender.isOpen();
}

bool HonestPair::readReceiver() {
    wire::ClientFrame ack;
    for (const QByteArray& bytes : m_receiver.readAvailable()) {
        const auto message = protocol::decodeRelayMessage(bytes);
        if (!message.ok())
            return false;
        const qint64 now = monotonicNs();
        const std::lock_guard lock(m_mutex);
        for (const wire::RelayFrame& frame : message->frames()) {
            if (!frame.has_deliver())
                continue;
            const auto sent = qFromBigEndian<qint64>(frame.deliver().ciphertext().data());
            m_latencies.deliveredMs.push_back(double(now - sent) / 1e6);
            auto* range = ack.mutable_acknowledge()->add_ranges();
            range->set_first(frame.deliver().delivery_id());
            range->set_last(frame.deliver().delivery_id());
        }
    }
    if (ack.has_acknowledge())
        m_receiver.queue(protocol::encode(ack));
    m_receiver.flush();
    return m_receiver.isOpen();
}

} // namespace recado::tests
