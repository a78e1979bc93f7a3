#include "bench/relay/peers/XmppStanzas.h"

#include <charconv>

namespace recado::tests::xmpp {

namespace {

constexpr auto npos = std::string_view::npos;
constexpr std::string_view whiteSpace(" \t\r\n");
constexpr std::string_view streamName("stream:stream");
constexpr std::string_view characterDataBegin("<![CDATA[");
constexpr std::string_view characterDataEnd("]]>");

/// The position behind the `>` of the tag at `begin`; a `>` in a quoted value does not end it.
std::size_t behindTag(std::string_view bytes, std::size_t begin) {
    for (std::size_t position = begin + 1;; ++position) {
        position = bytes.find_first_of("'\">", position);
        if (position == npos)
            return npos;
        if (bytes[position] == '>')
            return position + 1;
        position = bytes.find(bytes[position], position + 1);
        if (position == npos)
            return npos;
    }
}

std::string_view tagName(std::string_view tag) {
    const std::size_t begin = tag.starts_with("</") ? 2 : 1;
    return tag.substr(begin, tag.find_first_of(" \t\r\n/>", begin) - begin);
}

/// The position of the next `<name` with nothing of a name behind it.
std::size_t findTag(std::string_view element, std::string_view name) {
    for (std::size_t begin = element.find('<'); begin != npos; begin = element.find('<', begin + 1)) {
        if (begin + 1 < element.size() && element[begin + 1] != '/' && tagName(element.substr(begin)) == name)
            return begin;
    }
    return npos;
}

Split characterData(std::string_view bytes, std::size_t& position) {
    const std::string_view seen = bytes.substr(position, characterDataBegin.size());
    if (seen != characterDataBegin.substr(0, seen.size()))
        return Split::Malformed;
    const std::size_t end = bytes.find(characterDataEnd, position + seen.size());
    if (seen.size() < characterDataBegin.size() || end == npos)
        return Split::Incomplete;
    position = end + characterDataEnd.size();
    return Split::Complete;
}

/// From the `<` of an element to behind its end tag.
Split splitElement(std::string_view bytes, Piece& piece) {
    int depth = 0;
    std::size_t position = 0;
    for (;;) {
        const std::size_t begin = bytes.find('<', position);
        if (begin == npos || begin + 1 >= bytes.size())
            return Split::Incomplete;
        if (bytes[begin + 1] == '?')
            return Split::Malformed;
        if (bytes[begin + 1] == '!') {
            position = begin;
            const Split split = depth == 0 ? Split::Malformed : characterData(bytes, position);
            if (split != Split::Complete)
                return split;
            continue;
        }
        position = behindTag(bytes, begin);
        if (position == npos)
            return Split::Incomplete;
        if (bytes[begin + 1] == '/')
            --depth;
        else if (bytes[position - 2] != '/')
            ++depth;
        if (depth <= 0)
            break;
    }
    piece.kind = Piece::Kind::Element;
    piece.name = tagName(bytes);
    piece.text = bytes.substr(0, position);
    return Split::Complete;
}

} // namespace

Split splitStream(std::string_view bytes, Piece& piece) {
    piece = {};
    if (bytes.empty())
        return Split::Incomplete;
    if (const std::size_t begin = bytes.find_first_not_of(whiteSpace); begin != 0) {
        piece.text = bytes.substr(0, begin);
        return Split::Complete;
    }
    if (bytes[0] != '<')
        return Split::Malformed;
    if (bytes.size() < 2)
        return Split::Incomplete;
    if (bytes[1] == '?') {
        const std::size_t end = bytes.find("?>");
        if (end == npos)
            return Split::Incomplete;
        piece.text = bytes.substr(0, end + 2);
        return Split::Complete;
    }
    const std::size_t end = bytes[1] == '!' ? npos : behindTag(bytes, 0);
    if (bytes[1] == '!')
        return Split::Malformed;
    if (end == npos)
        return Split::Incomplete;
    const bool closing = bytes[1] == '/';
    if (const std::string_view name = tagName(bytes); closing || name == streamName) {
        if (name != streamName)
            return Split::Malformed;
        piece.kind = closing ? Piece::Kind::StreamEnd : Piece::Kind::StreamBegin;
        piece.name = name;
        piece.text = bytes.substr(0, end);
        return Split::Complete;
    }
    return splitElement(bytes, piece);
}

std::optional<std::string_view> attribute(std::string_view element, std::string_view name) {
    const std::size_t end = behindTag(element, 0);
    std::size_t position = element.find_first_of(" \t\r\n");
    while (position < end) {
        const std::size_t begin = element.find_first_not_of(whiteSpace, position);
        const std::size_t equals = element.find('=', begin);
        if (begin == npos || equals == npos || equals + 1 >= end)
            return std::nullopt;
        const std::size_t close = element.find(element[equals + 1], equals + 2);
        if (close == npos)
            return std::nullopt;
        if (element.substr(begin, equals - begin) == name)
            return element.substr(equals + 2, close - equals - 2);
        position = close + 1;
    }
    return std::nullopt;
}

std::optional<std::string_view> textOf(std::string_view element, std::string_view name) {
    const std::size_t begin = findTag(element, name);
    const std::size_t text = begin == npos ? npos : behindTag(element, begin);
    if (text == npos)
        return std::nullopt;
    if (element[text - 2] == '/')
        return std::string_view();
    return element.substr(text, element.find('<', text) - text);
}

bool contains(std::string_view element, std::string_view name) {
    return findTag(element, name) != npos;
}

std::optional<quint32> number(std::optional<std::string_view> digits) {
    quint32 value = 0;
    if (!digits || digits->empty())
        return std::nullopt;
    const auto result = std::from_chars(digits->data(), digits->data() + digits->size(), value);
    if (result.ec != std::errc() || result.ptr != digits->data() + digits->size())
        return std::nullopt;
    return value;
}

} // namespace recado::tests::xmpp
