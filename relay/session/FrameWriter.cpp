#include "relay/session/FrameWriter.h"

#include "base/CrashPoint.h"
#include "protocol/FrameCodec.h"

#include <utility>

namespace recado::relay {

namespace {

// The key and the length in front of a frame.
constexpr qint64 frameOverhead = 6;
constexpr qint64 longestNumber = 10; // as a varint
// What is gathered here nobody counts: much of it goes to the connection, which does.
constexpr qint64 muchGathered = 64 * 1'024;

} // namespace

FrameWriter::FrameWriter(SessionLink& link, qint64 messageBytes)
    : m_link(link)
    , m_messageBytes(messageBytes) {}

void FrameWriter::add(const wire::RelayFrame& frame) {
    makeRoom(qint64(frame.ByteSizeLong()) + frameOverhead);
    protocol::appendFrame(m_message, frame);
    added();
}

void FrameWriter::addDeliver(const protocol::DeliverFields& deliver) {
    makeRoom(protocol::largestDeliverSize(deliver));
    protocol::appendDeliver(m_message, deliver);
    m_holdsDelivery = true;
    added();
}

void FrameWriter::addAccepted(const QVector<base::SubmissionNumber>& submissions) {
    makeRoom(submissions.size() * longestNumber + 2 * frameOverhead);
    protocol::appendAccepted(m_message, submissions);
    m_holdsAccepted = true;
    added();
}

/// For one more frame.
void FrameWriter::makeRoom(qint64 size) {
    if (m_frames == protocol::maximumFramesPerMessage || m_message.size() + size > m_messageBytes)
        flush();
    ++m_frames;
}

void FrameWriter::added() {
    if (m_message.size() >= muchGathered)
        flush();
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
