#pragma once

#include "relay/gateway/Utf8Validator.h"

#include <QByteArray>
#include <QByteArrayView>

#include <array>

namespace recado::relay {

/// The server's reading half of RFC 6455: a client's bytes in, whole messages and control frames out. No I/O
/// and no clock, so that it can be fed in any portions and fuzzed.
///
/// It is strict: unmasked frames, reserved bits and opcodes, lengths not minimally encoded, misplaced
/// continuations, long or fragmented control frames, invalid close codes and invalid UTF-8 are violations. A
/// message over the limit is refused from its declared length, before any of it is kept.
class WebSocketParser {
public:
    struct Limits {
        qint64 messageBytes = 1'280 * 1'024;
        int fragmentsPerMessage = 1'024;
    };

    enum class Kind {
        None,          ///< the input is used up
        Binary,        ///< payload
        Text,          ///< payload, valid UTF-8
        Ping,          ///< payload, up to 125 bytes
        Pong,          ///< payload, up to 125 bytes
        EmptyFragment, ///< a frame that carried no data and ended nothing; for those who count
        Close,         ///< code (closeNoStatus when the frame was empty); the last event
        Violation,     ///< code to close with; the last event
    };

    struct Event {
        Kind kind = Kind::None;
        quint16 code = 0;
        QByteArray payload;
    };

    enum class Payloads {
        Kept,
        Checked, ///< messages are judged but come without their payload: somebody else keeps the bytes
    };

    explicit WebSocketParser(Limits limits, Payloads payloads = Payloads::Kept);

    /// Takes bytes from the front of `input` until an event is complete or none are left. Call it until it
    /// answers `None`; after the last event it swallows everything.
    Event parse(QByteArrayView& input);

    /// From the next frame on. For connections that are trusted with more after a while.
    void setMessageLimit(qint64 bytes) { m_limits.messageBytes = bytes; }

    /// Gives back all that is kept and swallows what follows.
    void stop();

    /// Whether a frame or a fragmented message is incomplete, i.e. the peer owes bytes.
    [[nodiscard]] bool isIncomplete() const;

    /// Bytes of an incomplete message or control frame that are kept, be it by somebody else.
    [[nodiscard]] qint64 keptBytes() const { return m_messageBytes + m_control.size(); }

    /// What was taken so far of the frame that began last, its header included.
    [[nodiscard]] qint64 frameBytes() const { return m_frameBytes; }

private:
    enum class State { Header, Payload, Finished };

    bool readHeader(QByteArrayView& input);
    quint16 interpretHeader();
    quint16 checkOpcode();
    quint16 checkLength();
    quint16 readPayload(QByteArrayView& input);
    Event completeFrame();
    Event completeControl();
    Event completeClose();
    Event violation(quint16 code);

    Limits m_limits;
    const Payloads m_payloads;
    State m_state = State::Header;

    std::array<quint8, 14> m_header{};
    quint8 m_headerSize = 0;
    quint8 m_headerNeeded = 2;

    bool m_final = false;
    quint8 m_opcode = 0;
    std::array<quint8, 4> m_mask{};
    quint8 m_maskIndex = 0;
    quint64 m_remaining = 0;
    bool m_frameWasEmpty = false;

    quint8 m_messageOpcode = 0; // of the message being collected; 0 without one
    int m_fragments = 0;
    qint64 m_messageBytes = 0;
    qint64 m_frameBytes = 0;
    QByteArray m_message;
    QByteArray m_control;
    Utf8Validator m_text;
};

} // namespace recado::relay
