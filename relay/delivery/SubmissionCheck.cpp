#include "relay/delivery/SubmissionCheck.h"

#include "protocol/FrameCodec.h"

#include <QSet>

#include <algorithm>

namespace recado::relay {

namespace {

base::Error badSubmission(const QString& what) {
    return base::makeError(base::Reason::InvalidArgument, what);
}

base::Error tooLong(const QString& what) {
    return base::makeError(base::Reason::MessageTooLong, what);
}

base::Status readEnvelope(const wire::Envelope& envelope, const wire::Submit& submit,
                          ParsedSubmission::Receiver& receiver, ParsedSubmission& parsed,
                          const protocol::Limits& limits) {
    const bool known = std::any_of(receiver.targets.begin(), receiver.targets.end(), [&](const auto& target) {
        return target.deviceId == envelope.device_id();
    });
    if (envelope.device_id() == 0 || known)
        return badSubmission(QStringLiteral("a device number is 0 or named twice"));
    const base::DeviceAddress address{receiver.account, envelope.device_id()};
    if (address == parsed.sender)
        return badSubmission(QStringLiteral("an envelope for the sending device itself"));
    if (envelope.ciphertext().empty())
        return badSubmission(QStringLiteral("an envelope without ciphertext"));
    if (envelope.has_body() && submit.body().empty())
        return badSubmission(QStringLiteral("an envelope refers to a body that is not there"));
    if (qint64(envelope.sealed_header().size()) > largestSealedHeader ||
        qint64(envelope.ciphertext().size()) > largestCiphertext(limits))
        return tooLong(QStringLiteral("an envelope is too large to ride inline"));
    receiver.targets.push_back({envelope.device_id(), envelope.registration_id()});
    parsed.append.entries.push_back(MailboxEntry{.device = address,
                                                 .id = 0,
                                                 .acceptedAtMs = 0,
                                                 .expiresAtMs = 0,
                                                 .sealedHeader = protocol::toBytes(envelope.sealed_header()),
                                                 .ciphertext = protocol::toBytes(envelope.ciphertext()),
                                                 .hasBody = envelope.has_body()});
    return {};
}

} // namespace

qint64 largestCiphertext(const protocol::Limits& limits) {
    return 2 * qint64(limits.inlineBodyBytes) + 1'024;
}

qint64 largestBody(const protocol::Limits& limits) {
    return 4 * qint64(limits.textBytes);
}

base::Result<ParsedSubmission> parseSubmission(base::DeviceAddress sender, const wire::Submit& submit,
                                               const protocol::Limits& limits) {
    if (submit.submission() == 0)
        return badSubmission(QStringLiteral("submission numbers start at 1"));
    if (submit.recipients_size() == 0 || quint32(submit.recipients_size()) > limits.groupMembers + 1)
        return badSubmission(QStringLiteral("number of recipients"));
    if (qint64(submit.body().size()) > largestBody(limits))
        return tooLong(QStringLiteral("the body is too large"));

    ParsedSubmission parsed;
    parsed.sender = sender;
    parsed.number = submit.submission();
    QSet<base::AccountId> accounts;
    parsed.receivers.reserve(submit.recipients_size());
    parsed.append.entries.reserve(submit.recipients_size()); // most accounts have one device
    for (const wire::Recipient& recipient : submit.recipients()) {
        const std::string& id = recipient.account_id();
        const auto account = base::AccountId::fromBytes(QByteArrayView(id.data(), qsizetype(id.size())));
        if (!account || account->isNull() || accounts.contains(*account))
            return badSubmission(QStringLiteral("a recipient's account id is malformed or named twice"));
        if (submit.recipients_size() > 1)
            accounts.insert(*account);
        ParsedSubmission::Receiver receiver{*account, recipient.device_list_version(), {}};
        receiver.targets.reserve(recipient.envelopes_size());
        for (const wire::Envelope& envelope : recipient.envelopes())
            RECADO_CHECK(readEnvelope(envelope, submit, receiver, parsed, limits));
        parsed.receivers.push_back(std::move(receiver));
    }
    const bool bodyUsed = std::any_of(parsed.append.entries.begin(), parsed.append.entries.end(),
                                      [](const MailboxEntry& entry) { return entry.hasBody; });
    if (bodyUsed)
        parsed.append.body = protocol::toBytes(submit.body());
    parsed.append.mark = SubmissionMark{sender, parsed.number};
    return parsed;
}

std::optional<wire::DeviceMismatch> findMismatch(const ParsedSubmission::Receiver& receiver,
                                                 const routing::DeviceList& list,
                                                 std::optional<quint32> without) {
    wire::DeviceMismatch mismatch;
    bool differs = receiver.listVersion != list.version;
    for (const routing::ListedDevice& device : list.devices) {
        if (device.deviceId == without)
            continue;
        const auto target =
            std::find_if(receiver.targets.begin(), receiver.targets.end(),
                         [&](const auto& candidate) { return candidate.deviceId == device.deviceId; });
        if (target == receiver.targets.end())
            mismatch.add_missing(device.deviceId);
        else if (target->registrationId != device.registrationId)
            mismatch.add_stale(device.deviceId);
    }
    for (const ParsedSubmission::Target& target : receiver.targets) {
        if (list.find(target.deviceId) == nullptr)
            mismatch.add_extra(target.deviceId);
    }
    differs = differs || mismatch.missing_size() + mismatch.extra_size() + mismatch.stale_size() > 0;
    if (!differs)
        return std::nullopt;
    mismatch.set_account_id(protocol::fromBytes(receiver.account.toBytes()));
    mismatch.set_device_list_version(list.version);
    return mismatch;
}

} // namespace recado::relay
