#include "relay/gateway/HttpRequestParser.h"

#include <algorithm>

namespace recado::relay {

namespace {

constexpr char headEnd[] = "\r\n\r\n";
constexpr qsizetype headEndSize = 4;

bool isTokenCharacter(char character) {
    if ((character >= '0' && character <= '9') || (character >= 'a' && character <= 'z') ||
        (character >= 'A' && character <= 'Z'))
        return true;
    return QByteArrayView("!#$%&'*+-.^_`|~").contains(character);
}

bool isToken(QByteArrayView text) {
    return !text.isEmpty() && std::all_of(text.begin(), text.end(), isTokenCharacter);
}

/// No control characters but the tab; bytes above ASCII are somebody's business, not ours.
bool isFieldValue(QByteArrayView text) {
    return std::all_of(text.begin(), text.end(), [](char character) {
        return character == '\t' || (quint8(character) >= 0x20 && character != 0x7F);
    });
}

bool isTarget(QByteArrayView text) {
    return text.startsWith('/') && std::all_of(text.begin(), text.end(), [](char character) {
               return character > 0x20 && character < 0x7F;
           });
}

} // namespace

HttpRequestParser::Outcome HttpRequestParser::parse(QByteArrayView& input) {
    if (!takeHead(input))
        return m_status == 0 ? Outcome::NeedMore : Outcome::Refused;
    QByteArrayView rest(m_head);
    bool isFirst = true;
    bool good = true;
    while (good && !rest.isEmpty()) {
        const qsizetype end = rest.indexOf("\r\n");
        const QByteArrayView line = rest.first(end);
        rest = rest.sliced(end + 2);
        if (!isFirst && line.isEmpty())
            break;
        good = isFirst ? parseRequestLine(line) : parseField(line);
        isFirst = false;
    }
    m_head = QByteArray();
    return good && checkFields() ? Outcome::Complete : Outcome::Refused;
}

/// Moves bytes up to and with the empty line into m_head; false while it has not come.
bool HttpRequestParser::takeHead(QByteArrayView& input) {
    const qsizetype before = m_head.size();
    const qsizetype room = m_limits.headerBytes - before;
    const QByteArrayView taken = input.first(std::min(room, input.size()));
    m_head.append(taken.data(), taken.size());
    const qsizetype found = m_head.indexOf(headEnd, std::max<qsizetype>(0, before - headEndSize + 1));
    if (found >= 0) {
        m_head.truncate(found + headEndSize);
        input = input.sliced(m_head.size() - before);
        return true;
    }
    input = input.sliced(taken.size());
    if (hasBareLineFeed(before)) {
        m_head = QByteArray();
        return refuse(400);
    }
    if (m_head.size() >= m_limits.headerBytes) {
        m_head = QByteArray();
        return refuse(431);
    }
    return false;
}

/// Whoever ends lines so waits for an answer already, while the end of his head would never come.
bool HttpRequestParser::hasBareLineFeed(qsizetype from) const {
    for (qsizetype at = m_head.indexOf('\n', from); at >= 0; at = m_head.indexOf('\n', at + 1)) {
        if (at == 0 || m_head[at - 1] != '\r')
            return true;
    }
    return false;
}

bool HttpRequestParser::parseRequestLine(QByteArrayView line) {
    const qsizetype first = line.indexOf(' ');
    const qsizetype second = first < 0 ? -1 : line.indexOf(' ', first + 1);
    if (second < 0)
        return refuse(400);
    const QByteArrayView version = line.sliced(second + 1);
    if (!version.startsWith("HTTP/"))
        return refuse(400);
    if (version != QByteArrayView("HTTP/1.1") && version != QByteArrayView("HTTP/1.0"))
        return refuse(505);
    m_request.method = line.first(first).toByteArray();
    m_request.target = line.sliced(first + 1, second - first - 1).toByteArray();
    m_request.minorVersion = version.endsWith('1') ? 1 : 0;
    if (!isToken(m_request.method) || !isTarget(m_request.target))
        return refuse(400);
    return true;
}

bool HttpRequestParser::parseField(QByteArrayView line) {
    const qsizetype colon = line.indexOf(':');
    if (colon < 0 || !isToken(line.first(colon)) || !isFieldValue(line.sliced(colon + 1)))
        return refuse(400);
    if (m_request.fields.size() >= m_limits.headerFields)
        return refuse(431);
    m_request.fields.append(
        {line.first(colon).toByteArray().toLower(), line.sliced(colon + 1).toByteArray().trimmed()});
    return true;
}

bool HttpRequestParser::checkFields() {
    const int hosts = m_request.count("host");
    if (hosts > 1 || (hosts == 0 && m_request.minorVersion == 1))
        return refuse(400);
    if (m_request.count("transfer-encoding") > 0)
        return refuse(413);
    const int lengths = m_request.count("content-length");
    if (lengths > 1 || (lengths == 1 && m_request.value("content-length") != QByteArrayView("0")))
        return refuse(413);
    return true;
}

bool HttpRequestParser::refuse(int status) {
    m_status = status;
    return false;
}

} // namespace recado::relay
