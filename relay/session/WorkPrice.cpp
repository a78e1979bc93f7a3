#include "relay/session/WorkPrice.h"

#include "relay/presence/PresenceHub.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include <algorithm>

namespace recado::relay {

namespace {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;
using Frame = wire::ClientFrame;

// Smaller ones are read without a look: they cannot hold much.
constexpr qsizetype harmlessFrame = 2 * 1'024;

constexpr qint64 bodyBytesAUnit = 2'048; // copying
constexpr qint64 smallBytesAUnit = 64;   // where bytes are most of it
constexpr qint64 anyFrame = 2;
constexpr qint64 anEnvelope = 10;
constexpr qint64 aLookUp = 30;
constexpr qint64 aContact = 2;
constexpr qint64 aPrekey = 20;
constexpr qint64 aDeviceList = 100;
constexpr qint64 rangesAUnit = 4;

// For one account: more than any list has devices.
constexpr int mostEnvelopes = 64;

constexpr double contactsARequest = 16;

CodedInputStream streamOf(QByteArrayView bytes) {
    return CodedInputStream(reinterpret_cast<const google::protobuf::uint8*>(bytes.data()),
                            int(bytes.size()));
}

bool isMessage(quint32 tag, int field) {
    return tag == WireFormatLite::MakeTag(field, WireFormatLite::WIRETYPE_LENGTH_DELIMITED);
}

/// The bytes of the length-delimited field whose tag was just read.
std::optional<QByteArrayView> takeBytes(CodedInputStream& stream, QByteArrayView all) {
    google::protobuf::uint32 size = 0;
    if (!stream.ReadVarint32(&size))
        return std::nullopt;
    const qsizetype begin = stream.CurrentPosition();
    if (qsizetype(size) > all.size() - begin || !stream.Skip(int(size)))
        return std::nullopt;
    return all.sliced(begin, qsizetype(size));
}

/// How often `field` stands in the message, up to one more than `most`.
int countOf(QByteArrayView message, int field, int most) {
    CodedInputStream stream = streamOf(message);
    int count = 0;
    while (const quint32 tag = stream.ReadTag()) {
        if (isMessage(tag, field) && ++count > most)
            break;
        if (!WireFormatLite::SkipField(&stream, tag))
            break; // the parser says what is wrong with it
    }
    return count;
}

bool fitsSubmit(QByteArrayView submit, const RelayPolicy& policy) {
    const int recipients = int(policy.limits.groupMembers) + 1;
    if (countOf(submit, wire::Submit::kRecipientsFieldNumber, recipients) > recipients)
        return false;
    CodedInputStream stream = streamOf(submit);
    while (const quint32 tag = stream.ReadTag()) {
        if (!isMessage(tag, wire::Submit::kRecipientsFieldNumber)) {
            if (!WireFormatLite::SkipField(&stream, tag))
                return true;
            continue;
        }
        const auto recipient = takeBytes(stream, submit);
        if (!recipient)
            return true;
        if (countOf(*recipient, wire::Recipient::kEnvelopesFieldNumber, mostEnvelopes) > mostEnvelopes)
            return false;
    }
    return true;
}

bool fits(int kind, QByteArrayView body, const RelayPolicy& policy) {
    const auto hasAtMost = [&](int field, int most) { return countOf(body, field, most) <= most; };
    switch (kind) {
    case Frame::kSubmitFieldNumber:
        return fitsSubmit(body, policy);
    case Frame::kAcknowledgeFieldNumber:
        return hasAtMost(wire::Acknowledge::kRangesFieldNumber, mostAcknowledgedRanges);
    case Frame::kSetPresenceFieldNumber:
        return hasAtMost(wire::SetPresence::kAccountsFieldNumber, PresenceHub::mostAccounts);
    default:
        return true; // bounded by what follows, or read only up to the cap
    }
}

/// The largest a frame of that kind has any reason to be; submissions may fill a message.
qsizetype largestOf(int kind, const RelayPolicy& policy) {
    constexpr qsizetype keyBytes = 64;
    constexpr qsizetype deviceBytes = 128;
    switch (kind) {
    case Frame::kSubmitFieldNumber:
        return qsizetype(policy.limits.messageBytes);
    case Frame::kUploadPrekeysFieldNumber:
    case Frame::kRegisterAccountFieldNumber:
        return 64 * 1'024 + 2 * keyBytes * qsizetype(policy.limits.prekeysStored);
    case Frame::kSetDeviceListFieldNumber:
        return 64 * 1'024 + deviceBytes * qsizetype(policy.limits.devices);
    default:
        return 256 * 1'024;
    }
}

/// What its handler answers with `invalid_argument`.
void makeInvalid(int kind, wire::ClientFrame& frame, quint64 submission) {
    switch (kind) {
    case Frame::kSubmitFieldNumber:
        frame.mutable_submit()->set_submission(submission);
        break;
    case Frame::kAcknowledgeFieldNumber:
        frame.mutable_acknowledge();
        break;
    case Frame::kSetPresenceFieldNumber:
        frame.mutable_set_presence()->add_accounts();
        break;
    case Frame::kGetAccountFieldNumber:
        frame.mutable_get_account();
        break;
    case Frame::kSetDeviceListFieldNumber:
        frame.mutable_set_device_list();
        break;
    case Frame::kGetBundlesFieldNumber:
        frame.mutable_get_bundles();
        break;
    case Frame::kUploadPrekeysFieldNumber:
        frame.mutable_upload_prekeys()->mutable_prekeys()->add_prekeys();
        break;
    case Frame::kRegisterAccountFieldNumber:
        frame.mutable_register_account();
        break;
    case Frame::kEphemeralFieldNumber:
        frame.mutable_ephemeral();
        break;
    default:
        break; // of a kind nobody knows
    }
}

quint64 numberOf(QByteArrayView submit) {
    CodedInputStream stream = streamOf(submit);
    google::protobuf::uint64 number = 0;
    while (const quint32 tag = stream.ReadTag()) {
        if (tag ==
            WireFormatLite::MakeTag(wire::Submit::kSubmissionFieldNumber, WireFormatLite::WIRETYPE_VARINT)) {
            if (!stream.ReadVarint64(&number))
                break;
        } else if (!WireFormatLite::SkipField(&stream, tag)) {
            break;
        }
    }
    return number;
}

struct Outline {
    quint64 requestId = 0;
    int kind = 0;
    QByteArrayView body;
};

/// Request id and body of a frame; the last body counts, as it does for the parser.
std::optional<Outline> outlineOf(QByteArrayView bytes) {
    Outline outline;
    CodedInputStream stream = streamOf(bytes);
    while (const quint32 tag = stream.ReadTag()) {
        const int field = WireFormatLite::GetTagFieldNumber(tag);
        const auto type = WireFormatLite::GetTagWireType(tag);
        if (field == Frame::kRequestIdFieldNumber && type == WireFormatLite::WIRETYPE_VARINT) {
            google::protobuf::uint64 number = 0;
            if (!stream.ReadVarint64(&number))
                return std::nullopt;
            outline.requestId = number;
        } else if (type == WireFormatLite::WIRETYPE_LENGTH_DELIMITED &&
                   field <= Frame::kEphemeralFieldNumber) {
            const auto body = takeBytes(stream, bytes);
            if (!body)
                return std::nullopt;
            outline.kind = field;
            outline.body = *body;
        } else if (!WireFormatLite::SkipField(&stream, tag)) {
            return std::nullopt;
        }
    }
    return outline;
}

} // namespace

WorkPrice workPrice(const wire::ClientFrame& frame) {
    const auto full = [](qint64 units) { return WorkPrice{units, units}; };
    switch (frame.body_case()) {
    case Frame::kSubmit: {
        qint64 envelopes = 0;
        qint64 bodies = 1; // read once, and sent to each that refers to it
        for (const wire::Recipient& recipient : frame.submit().recipients()) {
            envelopes += std::max(1, recipient.envelopes_size());
            bodies += std::count_if(recipient.envelopes().begin(), recipient.envelopes().end(),
                                    [](const wire::Envelope& envelope) { return envelope.has_body(); });
        }
        const qint64 units = anyFrame + anEnvelope * std::max<qint64>(1, envelopes) +
                             bodies * qint64(frame.submit().body().size()) / bodyBytesAUnit;
        return {units, units - anEnvelope};
    }
    case Frame::kAcknowledge:
        return full(anyFrame + frame.acknowledge().ranges_size() / rangesAUnit);
    case Frame::kGetAccount:
        return full(aLookUp);
    case Frame::kGetBundles:
        return full(aLookUp * (1 + frame.get_bundles().device_ids_size()));
    case Frame::kSetDeviceList:
        return full(aDeviceList);
    case Frame::kUploadPrekeys:
        return full(aLookUp + aPrekey * frame.upload_prekeys().prekeys().prekeys_size());
    case Frame::kSetPresence:
        return full(aLookUp + aContact * frame.set_presence().accounts_size());
    case Frame::kEphemeral:
        return full(anyFrame + anEnvelope + qint64(frame.ephemeral().payload().size()) / smallBytesAUnit);
    default:
        return full(anyFrame + anEnvelope);
    }
}

double requestPrice(const wire::SetPresence& presence) {
    return 1 + double(presence.accounts_size()) / contactsARequest;
}

bool readFrame(QByteArrayView bytes, const RelayPolicy& policy, wire::ClientFrame& frame) {
    if (bytes.size() > harmlessFrame) {
        const auto outline = outlineOf(bytes);
        if (!outline)
            return false;
        const bool tooLarge = outline->body.size() > largestOf(outline->kind, policy);
        if (outline->kind == 0 || tooLarge || !fits(outline->kind, outline->body, policy)) {
            frame.Clear();
            frame.set_request_id(outline->requestId);
            makeInvalid(outline->kind, frame,
                        outline->kind == Frame::kSubmitFieldNumber ? numberOf(outline->body) : 0);
            return true;
        }
    }
    return frame.ParseFromArray(bytes.data(), int(bytes.size()));
}

} // namespace recado::relay
