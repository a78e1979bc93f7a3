#include "relay/gateway/WebSocketParser.h"

#include "relay/gateway/Connection.h"
#include "relay/gateway/WebSocketFrame.h"

#include <QtEndian>

#include <algorithm>
#include <cstring>

namespace recado::relay {

namespace {

constexpr quint16 noViolation = 0;

bool isControlOpcode(quint8 opcode) {
    return (opcode & 0x8) != 0;
}

void unmaskInto(QByteArray& target, QByteArrayView bytes, const std::array<quint8, 4>& mask, quint8 phase) {
    const qsizetype begin = target.size();
    target.append(bytes.data(), bytes.size());
    char* out = target.data() + begin;
    // A rotated copy of the mask lets the loop below be a plain, vectorisable one.
    std::array<char, 4> rotated{};
    for (std::size_t index = 0; index < rotated.size(); ++index)
        rotated[index] = char(mask[(index + phase) % mask.size()]);
    for (qsizetype index = 0; index < bytes.size(); ++index)
        out[index] = char(out[index] ^ rotated[std::size_t(index) % rotated.size()]);
}

} // namespace

WebSocketParser::WebSocketParser(Limits limits, Payloads payloads)
    : m_limits(limits)
    , m_payloads(payloads) {}

WebSocketParser::Event WebSocketParser::parse(QByteArrayView& input) {
    while (m_state != State::Finished) {
        if (m_state == State::Header) {
            if (!readHeader(input))
                return {};
            if (const quint16 code = interpretHeader(); code != noViolation)
                return violation(code);
            m_state = State::Payload;
        }
        if (const quint16 code = readPayload(input); code != noViolation)
            return violation(code);
        if (m_remaining > 0)
            return {};
        m_state = State::Header;
        m_headerSize = 0;
        m_headerNeeded = 2;
        Event event = completeFrame();
        if (event.kind != Kind::None)
            return event;
    }
    input = {};
    return {};
}

bool WebSocketParser::isIncomplete() const {
    if (m_state == State::Finished)
        return false;
    return m_state == State::Payload || m_headerSize > 0 || m_messageOpcode != 0;
}

/// Collects the header, whose length its second byte tells; false while bytes are missing. The first two
/// bytes are checked as soon as they are there, so that nobody waits for the rest of a frame that is wrong
/// already.
bool WebSocketParser::readHeader(QByteArrayView& input) {
    while (m_headerSize < m_headerNeeded) {
        if (input.isEmpty())
            return false;
        m_frameBytes = m_headerSize + 1;
        m_header[m_headerSize++] = quint8(input.front());
        input = input.sliced(1);
        if (m_headerSize == 2) {
            const quint8 length = m_header[1] & 0x7F;
            const quint8 extended = length == 127 ? 8 : length == 126 ? 2 : 0;
            if (checkOpcode() != noViolation)
                return true; // interpretHeader() finds the same
            m_headerNeeded = quint8(2 + extended + 4);
        }
    }
    return true;
}

quint16 WebSocketParser::interpretHeader() {
    if (const quint16 code = checkOpcode(); code != noViolation)
        return code;
    m_final = (m_header[0] & 0x80) != 0;
    m_opcode = m_header[0] & 0x0F;
    std::copy_n(m_header.begin() + m_headerSize - 4, 4, m_mask.begin());
    m_maskIndex = 0;
    if (const quint16 code = checkLength(); code != noViolation)
        return code;
    m_frameWasEmpty = m_remaining == 0;
    if (isControlOpcode(m_opcode))
        return noViolation;
    if (m_opcode != quint8(Opcode::Continuation)) {
        m_messageOpcode = m_opcode;
        m_fragments = 0;
        m_text.reset();
    }
    if (++m_fragments > m_limits.fragmentsPerMessage)
        return closePolicyViolation;
    return noViolation;
}

/// What the first two bytes alone can violate.
quint16 WebSocketParser::checkOpcode() {
    const quint8 opcode = m_header[0] & 0x0F;
    const bool final = (m_header[0] & 0x80) != 0;
    const bool reserved = (m_header[0] & 0x70) != 0;
    const bool masked = (m_header[1] & 0x80) != 0;
    if (reserved || !masked)
        return closeProtocolError;
    if (isControlOpcode(opcode)) {
        const bool known = opcode <= quint8(Opcode::Pong);
        const bool small = (m_header[1] & 0x7F) <= maximumControlBytes;
        return known && small && final ? noViolation : quint16(closeProtocolError);
    }
    if (opcode > quint8(Opcode::Binary))
        return closeProtocolError;
    const bool continues = opcode == quint8(Opcode::Continuation);
    return continues == (m_messageOpcode != 0) ? noViolation : quint16(closeProtocolError);
}

quint16 WebSocketParser::checkLength() {
    const quint8 length = m_header[1] & 0x7F;
    m_remaining = length;
    if (length == 126) {
        m_remaining = qFromBigEndian<quint16>(m_header.data() + 2);
        if (m_remaining < 126)
            return closeProtocolError;
    } else if (length == 127) {
        m_remaining = qFromBigEndian<quint64>(m_header.data() + 2);
        if (m_remaining <= 0xFFFF || m_remaining >> 63 != 0)
            return closeProtocolError;
    }
    if (isControlOpcode(m_opcode))
        return noViolation;
    if (m_messageBytes > m_limits.messageBytes ||
        m_remaining > quint64(m_limits.messageBytes - m_messageBytes))
        return closeMessageTooBig;
    return noViolation;
}

quint16 WebSocketParser::readPayload(QByteArrayView& input) {
    const auto size = qsizetype(std::min(m_remaining, quint64(input.size())));
    if (size == 0)
        return noViolation;
    const bool isControl = isControlOpcode(m_opcode);
    QByteArray checkedOnly;
    QByteArray& target = isControl ? m_control : m_payloads == Payloads::Kept ? m_message : checkedOnly;
    const qsizetype begin = target.size();
    unmaskInto(target, input.first(size), m_mask, m_maskIndex);
    m_maskIndex = quint8((m_maskIndex + size) % 4);
    m_remaining -= quint64(size);
    m_frameBytes += size;
    if (!isControl)
        m_messageBytes += size;
    input = input.sliced(size);
    const bool isText = !isControl && m_messageOpcode == quint8(Opcode::Text);
    if (isText && !m_text.feed(QByteArrayView(target).sliced(begin)))
        return closeInvalidText;
    return noViolation;
}

WebSocketParser::Event WebSocketParser::completeFrame() {
    if (isControlOpcode(m_opcode))
        return completeControl();
    if (!m_final)
        return Event{.kind = m_frameWasEmpty ? Kind::EmptyFragment : Kind::None, .code = 0, .payload = {}};
    const bool isText = m_messageOpcode == quint8(Opcode::Text);
    if (isText && !m_text.isComplete())
        return violation(closeInvalidText);
    m_messageOpcode = 0;
    m_messageBytes = 0;
    return Event{.kind = isText ? Kind::Text : Kind::Binary,
                 .code = 0,
                 .payload = std::exchange(m_message, QByteArray())};
}

WebSocketParser::Event WebSocketParser::completeControl() {
    if (m_opcode == quint8(Opcode::Close))
        return completeClose();
    return Event{.kind = m_opcode == quint8(Opcode::Ping) ? Kind::Ping : Kind::Pong,
                 .code = 0,
                 .payload = std::exchange(m_control, QByteArray())};
}

WebSocketParser::Event WebSocketParser::completeClose() {
    if (m_control.size() == 1)
        return violation(closeProtocolError);
    quint16 code = closeNoStatus;
    if (!m_control.isEmpty()) {
        code = qFromBigEndian<quint16>(m_control.constData());
        if (!isValidCloseCode(code))
            return violation(closeProtocolError);
        Utf8Validator reason;
        reason.feed(QByteArrayView(m_control).sliced(2));
        if (!reason.isComplete())
            return violation(closeInvalidText);
    }
    Event event = violation(code);
    event.kind = Kind::Close;
    return event;
}

void WebSocketParser::stop() {
    m_state = State::Finished;
    m_messageBytes = 0;
    m_message = QByteArray();
    m_control = QByteArray();
}

WebSocketParser::Event WebSocketParser::violation(quint16 code) {
    stop();
    return Event{.kind = Kind::Violation, .code = code, .payload = {}};
}

} // namespace recado::relay
