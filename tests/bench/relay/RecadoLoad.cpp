#include "bench/relay/RecadoLoad.h"

#include "protocol/AuthTranscript.h"
#include "protocol/FrameCodec.h"

#include <cstring>

namespace recado::tests::load {

namespace {

constexpr char upgradeRequest[] = "GET /v1/socket HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
                                  "Connection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
                                  "Sec-WebSocket-Version: 13\r\n\r\n";

/// Submission numbers begin here, so that all of them take four bytes and every frame has the same size.
constexpr std::uint64_t firstSubmission = 1u << 21;
constexpr std::uint32_t templateRegistration = 8'192; // registration ids of seeded devices take two bytes
constexpr std::size_t sealedHeaderBytes = 96;
constexpr std::size_t acknowledgeBytes = 24;

// Fields of wire.proto that the hot path reads by number.
constexpr std::uint32_t messageFrames = 1;
enum RelayFrameField : std::uint32_t {
    RequestIdField = 1,
    ChallengeField = 2,
    WelcomeField = 3,
    ErrorField = 4,
    AcceptedField = 6,
    RefusedField = 7,
    DeliverField = 8,
    DrainedField = 9,
};

void putVarint(char* at, std::uint64_t value, int bytes) {
    for (int index = 0; index < bytes; ++index, value >>= 7)
        at[index] = char((value & 0x7f) | (index + 1 < bytes ? 0x80 : 0));
}

void appendFrame(LoadConnection& connection, const wire::ClientFrame& frame) {
    const QByteArray bytes = protocol::encode(frame);
    appendClientFrame(connection.output, binaryOpcode, {bytes.constData(), std::size_t(bytes.size())});
}

QByteArray bytesOf(const std::string& text) {
    return QByteArray(text.data(), qsizetype(text.size()));
}

} // namespace

RecadoLoad::RecadoLoad(std::shared_ptr<const std::vector<SeededDevice>> devices)
    : m_devices(std::move(devices))
    , m_states(m_devices->size())
    , m_template(makeTemplate()) {}

RecadoLoad::SubmitTemplate RecadoLoad::makeTemplate() {
    const std::string account(base::AccountId::size, 'a');
    const std::string payload(payloadBytes, 'p'); // no byte that a length could be
    wire::ClientFrame frame;
    auto* submit = frame.mutable_submit();
    submit->set_submission(firstSubmission);
    auto* recipient = submit->add_recipients();
    recipient->set_account_id(account);
    recipient->set_device_list_version(1);
    auto* envelope = recipient->add_envelopes();
    envelope->set_device_id(1);
    envelope->set_registration_id(templateRegistration);
    envelope->set_sealed_header(std::string(sealedHeaderBytes, 'h'));
    envelope->set_ciphertext(payload);
    const QByteArray bytes = protocol::encode(frame);
    SubmitTemplate made;
    made.bytes.assign(bytes.constData(), std::size_t(bytes.size()));
    made.submissionAt = made.bytes.find("\x08\x80\x80\x80\x01") + 1;
    made.accountAt = made.bytes.find(account);
    made.registrationAt = made.bytes.find("\x10\x80\x40") + 1;
    made.payloadAt = made.bytes.find(payload);
    return made;
}

FrameSizes RecadoLoad::frameSizes() {
    const std::size_t submit = makeTemplate().bytes.size();
    wire::RelayFrame deliver;
    deliver.mutable_deliver()->set_delivery_id(1);
    deliver.mutable_deliver()->set_accepted_at_ms(1'800'000'000'000);
    deliver.mutable_deliver()->set_sealed_header(std::string(sealedHeaderBytes, 'h'));
    deliver.mutable_deliver()->set_ciphertext(std::string(payloadBytes, 'c'));
    wire::RelayFrame accepted;
    accepted.mutable_accepted()->add_submissions(firstSubmission);
    const auto fromRelay = [](const wire::RelayFrame& frame) {
        const auto size = std::size_t(protocol::encode(frame).size());
        return size + (size < 126 ? 2 : 4);
    };
    return {submit + clientHeaderBytes(submit), fromRelay(deliver),
            acknowledgeBytes + clientHeaderBytes(acknowledgeBytes), fromRelay(accepted)};
}

void RecadoLoad::opened(LoadConnection& connection) {
    m_states[std::size_t(connection.client)] = {};
    connection.output.append(upgradeRequest);
}

std::size_t RecadoLoad::received(LoadConnection& connection, std::string_view bytes, LoadSink& sink) {
    std::size_t used = 0;
    if (m_states[std::size_t(connection.client)].phase == Phase::Upgrading) {
        used = takeUpgrade(connection, bytes, sink);
        if (used == 0)
            return 0;
    }
    while (const auto unit = firstUnit(bytes.substr(used))) {
        used += unit->size;
        if (unit->opcode == binaryOpcode)
            takeMessage(connection, unit->payload, sink);
        else if (unit->opcode == pingOpcode)
            appendClientFrame(connection.output, pongOpcode, unit->payload);
        else if (unit->opcode == closeOpcode)
            sink.failed(connection,
                        "closed with " + std::to_string(unit->payload.size() < 2
                                                            ? 0
                                                            : std::uint8_t(unit->payload[0]) * 256 +
                                                                  std::uint8_t(unit->payload[1])));
    }
    return used;
}

std::size_t RecadoLoad::takeUpgrade(LoadConnection& connection, std::string_view bytes, LoadSink& sink) {
    const std::size_t end = bytes.find("\r\n\r\n");
    if (end == std::string_view::npos)
        return 0;
    if (bytes.substr(0, 12) != "HTTP/1.1 101")
        sink.failed(connection, "not upgraded: " + std::string(bytes.substr(0, bytes.find('\r'))));
    sayHello(connection);
    return end + 4;
}

void RecadoLoad::sayHello(LoadConnection& connection) {
    State& state = m_states[std::size_t(connection.client)];
    const SeededDevice& device = (*m_devices)[std::size_t(connection.client)];
    state.phase = Phase::Greeting;
    state.clientNonce.resize(protocol::AuthTranscript::nonceSize);
    base::fillRandom(state.clientNonce.data(), state.clientNonce.size());
    wire::ClientFrame frame;
    frame.set_request_id(1);
    auto* hello = frame.mutable_hello();
    hello->set_version(protocol::protocolVersion);
    hello->set_client("recado-bench");
    hello->set_nonce(state.clientNonce);
    hello->set_purpose(wire::PURPOSE_AUTHENTICATE);
    hello->set_account_id(device.account.data(), base::AccountId::size);
    hello->set_device_id(1);
    appendFrame(connection, frame);
}

void RecadoLoad::authenticate(LoadConnection& connection, std::string_view bytes, LoadSink& sink) {
    State& state = m_states[std::size_t(connection.client)];
    const SeededDevice& device = (*m_devices)[std::size_t(connection.client)];
    wire::Challenge challenge;
    if (state.phase != Phase::Greeting || !challenge.ParseFromArray(bytes.data(), int(bytes.size()))) {
        sink.failed(connection, "an unexpected Challenge");
        return;
    }
    protocol::AuthTranscript transcript;
    transcript.version = challenge.version();
    transcript.purpose = wire::PURPOSE_AUTHENTICATE;
    transcript.clientNonce = bytesOf(state.clientNonce);
    transcript.relayNonce = bytesOf(challenge.nonce());
    transcript.relayKey = bytesOf(challenge.relay_key());
    transcript.relayName = QString::fromStdString(challenge.relay_name());
    transcript.tlsKeyHash = bytesOf(challenge.tls_key_hash());
    transcript.accountId = device.account.toBytes();
    transcript.deviceId = 1;
    const QByteArray signedBytes = transcript.toBytes();
    // Every client would check the relay's signature. Here that is the generator's own cost, so some do.
    if (connection.client % 64 == 0 &&
        !base::verifySignature(transcript.relayKey, protocol::relayAuthenticationLabel, signedBytes,
                               bytesOf(challenge.signature()))) {
        sink.failed(connection, "the relay's signature is wrong");
        return;
    }
    state.phase = Phase::Authenticating;
    state.clientNonce = {};
    wire::ClientFrame frame;
    frame.set_request_id(2);
    const QByteArray signature = device.authKey.sign(protocol::deviceAuthenticationLabel, signedBytes);
    frame.mutable_authenticate()->set_signature(signature.constData(), std::size_t(signature.size()));
    appendFrame(connection, frame);
}

void RecadoLoad::takeMessage(LoadConnection& connection, std::string_view message, LoadSink& sink) {
    WireReader frames(message);
    while (const auto frame = frames.next()) {
        if (frame->number != messageFrames)
            continue;
        WireReader bodies(frame->bytes);
        while (const auto body = bodies.next())
            takeFrame(connection, *body, sink);
        if (!bodies.ok())
            sink.failed(connection, "a malformed frame");
    }
    if (!frames.ok())
        sink.failed(connection, "a malformed message");
}

void RecadoLoad::takeFrame(LoadConnection& connection, const WireReader::Field& body, LoadSink& sink) {
    switch (body.number) {
    case RequestIdField:
        return;
    case DeliverField:
        takeDeliver(connection, body.bytes, sink);
        return;
    case AcceptedField:
        takeAccepted(connection, body.bytes, sink);
        return;
    case DrainedField:
        sink.drained(connection);
        return;
    case ChallengeField:
        authenticate(connection, body.bytes, sink);
        return;
    case WelcomeField:
        m_states[std::size_t(connection.client)].phase = Phase::Open;
        sink.ready(connection);
        return;
    case RefusedField: {
        wire::Refused refused;
        refused.ParseFromArray(body.bytes.data(), int(body.bytes.size()));
        sink.failed(connection, "refused: " + refused.reason());
        return;
    }
    case ErrorField: {
        wire::Error error;
        error.ParseFromArray(body.bytes.data(), int(body.bytes.size()));
        sink.failed(connection, "error: " + error.reason() + ", " + error.message());
        return;
    }
    default:
        sink.failed(connection, "an unexpected frame, number " + std::to_string(body.number));
    }
}

void RecadoLoad::takeDeliver(LoadConnection& connection, std::string_view body, LoadSink& sink) {
    WireReader fields(body);
    std::uint64_t deliveryId = 0;
    std::string_view ciphertext;
    while (const auto field = fields.next()) {
        if (field->number == 1)
            deliveryId = field->value;
        else if (field->number == 4)
            ciphertext = field->bytes;
    }
    if (!fields.ok() || deliveryId == 0)
        sink.failed(connection, "a malformed Deliver");
    else
        sink.delivered(connection, ciphertext, deliveryId);
}

void RecadoLoad::takeAccepted(LoadConnection& connection, std::string_view body, LoadSink& sink) {
    WireReader fields(body);
    while (const auto field = fields.next()) {
        WireReader packed(field->bytes);
        std::optional<std::uint64_t> number = field->bytes.empty() ? field->value : packed.nextVarint();
        for (; number; number = packed.nextVarint()) {
            if (*number < firstSubmission)
                sink.failed(connection, "an answer to submission " + std::to_string(*number));
            else
                sink.accepted(connection, std::uint32_t(*number - firstSubmission));
        }
    }
    if (!fields.ok())
        sink.failed(connection, "a malformed Accepted");
}

void RecadoLoad::submit(LoadConnection& from, int receiver, const LoadStamp& stamp) {
    const SeededDevice& device = (*m_devices)[std::size_t(receiver)];
    const std::size_t start = beginClientFrame(from.output, binaryOpcode, m_template.bytes.size());
    from.output.append(m_template.bytes);
    char* bytes = from.output.data() + start;
    putVarint(bytes + m_template.submissionAt, firstSubmission + stamp.sequence, 4);
    std::memcpy(bytes + m_template.accountAt, device.account.data(), base::AccountId::size);
    putVarint(bytes + m_template.registrationAt, device.registrationId, 2);
    const std::string_view payload = writePayload(stamp);
    std::memcpy(bytes + m_template.payloadAt, payload.data(), payload.size());
    endClientFrame(from.output, start);
}

void RecadoLoad::acknowledge(LoadConnection& receiver, std::uint64_t token) {
    acknowledgeRange(receiver, token, token);
}

void RecadoLoad::acknowledgeAll(LoadConnection& receiver, const std::vector<std::uint64_t>& tokens) {
    // A mailbox is first in, first out: what lies between was delivered to somebody else.
    if (!tokens.empty())
        acknowledgeRange(receiver, tokens.front(), tokens.back());
}

void RecadoLoad::acknowledgeRange(LoadConnection& receiver, std::uint64_t first, std::uint64_t last) {
    // ClientMessage{ClientFrame{Acknowledge{DeliveryRange{first, last}}}}
    char bytes[acknowledgeBytes] = {0x0a, 0x16, 0x32, 0x14, 0x0a, 0x12, 0x09};
    std::memcpy(bytes + 7, &first, 8);
    bytes[15] = 0x11;
    std::memcpy(bytes + 16, &last, 8);
    appendClientFrame(receiver.output, binaryOpcode, {bytes, sizeof bytes});
}

} // namespace recado::tests::load
