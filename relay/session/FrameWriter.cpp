#include "relay/session/FrameWriter.h"

#include "base/CrashPoint.h"
#include "protocol/FrameCodec.h"

#include <utility>

namespace recado::relay {

namespace {

// The key and the length in front of a frame.
constexpr qint64 frameOverhead = 6;

} // namespace

FrameWriter::FrameWriter(SessionLink& link, qint64 messageBytes)
    : m_link(link)
    , m_messageBytes(messageBytes) {}

void FrameWriter::add(const wire::RelayFrame& frame) {
    const auto size = qint64(frame.ByteSizeLong()) + frameOverhead;
    if (m_frames == protocol::maximumFramesPerMessage || m_message.size() + size > m_messageBytes)
        flush();
    protocol::appendFrame(m_message, frame);
    ++m_frames;
    m_holdsDelivery = m_holdsDelivery || frame.has_deliver();
    m_holdsAccepted = m_holdsAccepted || frame.has_accepted();
}

void FrameWriter::flush() {
    if (m_frames == 0)
        return;
    const QByteArray message = std::exchange(m_message, {});
    m_frames = 0;
    const bool delivery = std::exchange(m_holdsDelivery, false);
    const bool accepted = std::exchange(m_holdsAccepted, false);
    if (delivery)
        base::crashPoint("relay.before_push");
    if (accepted)
        base::crashPoint("relay.before_accepted");
    m_link.send(message);
    if (accepted)
        base::crashPoint("relay.after_accepted");
    if (delivery)
        base::crashPoint("relay.after_push");
}

} // namespace recado::relay
