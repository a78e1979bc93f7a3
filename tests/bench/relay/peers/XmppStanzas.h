#pragma once

#include <QtGlobal>

#include <optional>
#include <string_view>

namespace recado::tests::xmpp {

/// One piece of a stream (RFC 6120) inside a receive buffer.
struct Piece {
    enum class Kind {
        Nothing,     // white space between stanzas, the XML declaration
        StreamBegin, // <stream:stream …>
        StreamEnd,   // </stream:stream>
        Element,     // a whole child of the stream: a stanza, features, an acknowledgement
    };
    Kind kind = Kind::Nothing;
    std::string_view name; // with its prefix, as written
    std::string_view text; // the whole piece
};

enum class Split { Complete, Incomplete, Malformed };

/// Looks for one whole piece at the beginning of `bytes`; keeps no state, so it may be asked again with more.
/// It trusts the server that the elements nest properly and only counts them; comments and processing
/// instructions inside are Malformed, as RFC 6120 section 11.1 forbids them.
Split splitStream(std::string_view bytes, Piece& piece);

/// The value of an attribute of the piece's outermost tag, as written (entities stay). Nothing without it.
std::optional<std::string_view> attribute(std::string_view element, std::string_view name);
/// The text directly behind the first tag called `name` in the element, up to the next tag; entities stay.
std::optional<std::string_view> textOf(std::string_view element, std::string_view name);
/// Whether a tag of that name, prefix included, begins anywhere in the element.
bool contains(std::string_view element, std::string_view name);
/// A decimal number; nothing when it is none.
std::optional<quint32> number(std::optional<std::string_view> digits);

} // namespace recado::tests::xmpp
