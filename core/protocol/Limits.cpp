#include "protocol/Limits.h"

#include "wire.pb.h"

#include <algorithm>

namespace recado::protocol {

namespace {

template <typename T>
T orDefault(T announced, T fallback) {
    return announced == 0 ? fallback : announced;
}

} // namespace

wire::Limits toWire(const Limits& limits) {
    wire::Limits out;
    out.set_text_bytes(limits.textBytes);
    out.set_message_bytes(limits.messageBytes);
    out.set_inline_body_bytes(limits.inlineBodyBytes);
    out.set_devices(limits.devices);
    out.set_group_members(limits.groupMembers);
    out.set_attachment_bytes(limits.attachmentBytes);
    out.set_undelivered_seconds(limits.undeliveredSeconds);
    out.set_media_seconds(limits.mediaSeconds);
    out.set_submissions_in_flight(limits.submissionsInFlight);
    out.set_unacknowledged_bytes(limits.unacknowledgedBytes);
    out.set_prekeys_stored(limits.prekeysStored);
    out.set_prekeys_low(limits.prekeysLow);
    return out;
}

Limits fromWire(const wire::Limits& limits) {
    const Limits defaults;
    return Limits{
        .textBytes = orDefault(limits.text_bytes(), defaults.textBytes),
        .messageBytes =
            std::min(orDefault(limits.message_bytes(), defaults.messageBytes), largestMessageBytes),
        .inlineBodyBytes = orDefault(limits.inline_body_bytes(), defaults.inlineBodyBytes),
        .devices = orDefault(limits.devices(), defaults.devices),
        .groupMembers = orDefault(limits.group_members(), defaults.groupMembers),
        .attachmentBytes = orDefault(quint64(limits.attachment_bytes()), defaults.attachmentBytes),
        .undeliveredSeconds = orDefault(limits.undelivered_seconds(), defaults.undeliveredSeconds),
        .mediaSeconds = orDefault(limits.media_seconds(), defaults.mediaSeconds),
        .submissionsInFlight = orDefault(limits.submissions_in_flight(), defaults.submissionsInFlight),
        .unacknowledgedBytes =
            orDefault(quint64(limits.unacknowledged_bytes()), defaults.unacknowledgedBytes),
        .prekeysStored = orDefault(limits.prekeys_stored(), defaults.prekeysStored),
        .prekeysLow = orDefault(limits.prekeys_low(), defaults.prekeysLow),
    };
}

} // namespace recado::protocol
