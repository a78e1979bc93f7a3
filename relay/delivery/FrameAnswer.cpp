#include "relay/delivery/FrameAnswer.h"

#include "protocol/FrameCodec.h"

namespace recado::relay {

wire::RelayFrame errorAnswer(base::Reason reason, const char16_t* message, qint64 retryAfterMs) {
    return protocol::errorFrame(0, base::makeError(reason, QString::fromUtf16(message)),
                                quint64(retryAfterMs));
}

wire::RelayFrame doneAnswer() {
    wire::RelayFrame frame;
    frame.mutable_done();
    return frame;
}

} // namespace recado::relay
