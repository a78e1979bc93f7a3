#include "relay/session/DeviceRequests.h"

#include "protocol/FrameCodec.h"
#include "relay/session/WorkPrice.h"

#include <algorithm>
#include <utility>

namespace recado::relay {

namespace {

constexpr std::size_t mostLookupsWaiting = 1'024;
// They wait as they came, and nobody has a name that long.
constexpr std::size_t largestLookup = 512;

std::optional<QVector<DeliveryRange>> readRanges(const wire::Acknowledge& acknowledge) {
    if (acknowledge.ranges_size() == 0 || acknowledge.ranges_size() > mostAcknowledgedRanges)
        return std::nullopt;
    QVector<DeliveryRange> ranges;
    for (const wire::DeliveryRange& range : acknowledge.ranges()) {
        if (range.first() == 0 || range.first() > range.last())
            return std::nullopt;
        ranges.push_back({range.first(), range.last()});
    }
    return ranges;
}

/// The same ids in as few ranges as possible, ascending.
QVector<DeliveryRange> joined(QVector<DeliveryRange> ranges) {
    if (ranges.size() == 1)
        return ranges;
    std::sort(ranges.begin(), ranges.end(),
              [](const DeliveryRange& left, const DeliveryRange& right) { return left.first < right.first; });
    QVector<DeliveryRange> few;
    for (const DeliveryRange& range : std::as_const(ranges)) {
        if (!few.isEmpty() && range.first - 1 <= few.back().last)
            few.back().last = std::max(few.back().last, range.last);
        else
            few.push_back(range);
    }
    return few;
}

} // namespace

DeviceRequests::DeviceRequests(base::DeviceAddress device, const SessionServices& services,
                               base::Inbox& inbox, std::function<void(const wire::RelayFrame&)> answer)
    : m_device(device)
    , m_services(services)
    , m_inbox(inbox)
    , m_answer(std::move(answer)) {}

void DeviceRequests::handle(const wire::ClientFrame& frame, DeliveryChannel& channel) {
    switch (frame.body_case()) {
    case wire::ClientFrame::kSubmit:
        return m_services.submitter->submit(m_device, frame.submit(), storeCall());
    case wire::ClientFrame::kAcknowledge:
        return acknowledge(frame, channel);
    case wire::ClientFrame::kGetAccount:
        return lookUp(frame);
    case wire::ClientFrame::kSetDeviceList:
        return m_services.accounts->setDeviceList(m_device, frame.set_device_list(), storeCall(),
                                                  answerTo(frame.request_id()));
    case wire::ClientFrame::kGetBundles:
        return m_services.keys->getBundles(m_device, frame.get_bundles(), storeCall(),
                                           answerTo(frame.request_id()));
    case wire::ClientFrame::kUploadPrekeys:
        return m_services.keys->upload(m_device, frame.upload_prekeys(), storeCall(),
                                       answerTo(frame.request_id()));
    case wire::ClientFrame::kSetPresence:
        return setPresence(frame);
    case wire::ClientFrame::kEphemeral:
        return answerStatus(frame.request_id(), m_services.ephemerals->forward(m_device, frame.ephemeral()));
    case wire::ClientFrame::BODY_NOT_SET:
        return answerTo(frame.request_id())(errorAnswer(base::Reason::UnknownFrame, u"unknown frame type"));
    default:
        return answerTo(frame.request_id())(
            errorAnswer(base::Reason::NotPermitted, u"authenticated already"));
    }
}

void DeviceRequests::acknowledge(const wire::ClientFrame& frame, DeliveryChannel& channel) {
    const auto ranges = readRanges(frame.acknowledge());
    if (!ranges) {
        return answerStatus(frame.request_id(), base::makeError(base::Reason::InvalidArgument,
                                                                QStringLiteral("malformed ranges")));
    }
    const QVector<DeliveryRange> worth = channel.worthDeleting(joined(*ranges));
    if (!worth.isEmpty()) {
        m_services.submitter->acknowledged(m_device, worth, storeCall());
        // After the store heard of it: what a reopened window reads no longer holds these.
        channel.acknowledged(worth);
    }
    answerStatus(frame.request_id(), {});
}

void DeviceRequests::setPresence(const wire::ClientFrame& frame) {
    if (const qint64 waitMs = m_services.rate->take(m_device.account, requestPrice(frame.set_presence()));
        waitMs > 0) {
        return answerTo(frame.request_id())(
            errorAnswer(base::Reason::RateLimited, u"too many requests", waitMs));
    }
    answerStatus(frame.request_id(), m_services.presence->set(m_device, frame.set_presence()));
}

void DeviceRequests::lookUp(const wire::ClientFrame& frame) {
    if (frame.ByteSizeLong() > largestLookup)
        return answerTo(frame.request_id())(errorAnswer(base::Reason::InvalidArgument, u"this is no name"));
    if (m_lookups.size() >= mostLookupsWaiting) {
        return answerTo(frame.request_id())(errorAnswer(base::Reason::RateLimited, u"too many requests",
                                                        m_services.config->policy.busyRetryMs));
    }
    m_lookups.push_back(frame);
    nextLookup();
}

void DeviceRequests::nextLookup() {
    // Some are answered before find() returns; the loop goes on then, not a recursion.
    if (std::exchange(m_startingLookups, true))
        return;
    while (!m_lookupUnderWay && !m_lookups.empty()) {
        const wire::ClientFrame frame = std::move(m_lookups.front());
        m_lookups.pop_front();
        m_lookupUnderWay = true;
        m_services.accounts->find(
            m_device.account, frame.get_account(), storeCall(),
            [weak = weak_from_this(), answer = answerTo(frame.request_id())](wire::RelayFrame found) {
                answer(std::move(found));
                if (const auto self = weak.lock()) {
                    self->m_lookupUnderWay = false;
                    self->nextLookup();
                }
            });
    }
    m_startingLookups = false;
}

FrameAnswer DeviceRequests::answerTo(quint64 requestId) {
    return [weak = weak_from_this(), requestId](wire::RelayFrame frame) {
        if (const auto self = weak.lock()) {
            frame.set_request_id(requestId);
            self->m_answer(frame);
        }
    };
}

// Frames that ask for no answer (request id 0) hear of errors only.
void DeviceRequests::answerStatus(quint64 requestId, const base::Status& status) {
    if (!status)
        m_answer(protocol::errorFrame(requestId, status.error()));
    else if (requestId != 0)
        answerTo(requestId)(doneAnswer());
}

} // namespace recado::relay
