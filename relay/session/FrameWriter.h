#pragma once

#include "protocol/DeliveryFrames.h"
#include "relay/session/SessionLink.h"
#include "wire.pb.h"

namespace recado::relay {

/// Gathers frames into as few messages as the limits allow. Connection's thread.
class FrameWriter {
public:
    /// The link is borrowed; no message gets larger than `messageBytes`, unless one frame alone is.
    FrameWriter(SessionLink& link, qint64 messageBytes);

    /// Appends a frame to the current message; sends that first when the frame has no room in it.
    void add(const wire::RelayFrame& frame);
    void addDeliver(const protocol::DeliverFields& deliver);
    /// At least one.
    void addAccepted(const QVector<base::SubmissionNumber>& submissions);
    /// Sends what was gathered.
    void flush();

    /// Bytes gathered here or queued in the link.
    [[nodiscard]] qint64 queuedBytes() const { return m_link.queuedBytes() + m_message.size(); }

private:
    void makeRoom(qint64 size);
    void added();

    SessionLink& m_link;
    const qint64 m_messageBytes;
    QByteArray m_message;
    int m_frames = 0;
    // For the kill tests: what the message announces.
    bool m_holdsDelivery = false;
    bool m_holdsAccepted = false;
};

} // namespace recado::relay
