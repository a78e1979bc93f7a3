#pragma once

#include "relay/gateway/Http.h"

#include <QByteArray>
#include <QByteArrayView>

namespace recado::relay {

/// Reads one request head (RFC 9112) within fixed bounds; no I/O. Strict where leniency lets two parsers
/// disagree: line ends are CRLF, no folded lines, no blank before the colon, one Host, no body.
class HttpRequestParser {
public:
    struct Limits {
        int headerBytes = 8 * 1'024;
        int headerFields = 64;
    };

    enum class Outcome {
        NeedMore,
        Complete, ///< request() is filled in
        Refused,  ///< status() says with what
    };

    explicit HttpRequestParser(Limits limits)
        : m_limits(limits) {}

    /// Takes bytes from the front of `input`; what follows the head stays there. Not to be called again after
    /// an outcome other than NeedMore.
    Outcome parse(QByteArrayView& input);

    [[nodiscard]] const HttpRequest& request() const { return m_request; }
    [[nodiscard]] int status() const { return m_status; }

private:
    bool takeHead(QByteArrayView& input);
    [[nodiscard]] bool hasBareLineFeed(qsizetype from) const;
    bool parseRequestLine(QByteArrayView line);
    bool parseField(QByteArrayView line);
    bool checkFields();
    bool refuse(int status);

    const Limits m_limits;
    QByteArray m_head;
    HttpRequest m_request;
    int m_status = 0;
};

} // namespace recado::relay
