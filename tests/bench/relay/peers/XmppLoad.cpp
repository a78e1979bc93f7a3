#include "bench/relay/peers/XmppLoad.h"

#include "bench/relay/peers/PeerAccounts.h"

#include <QByteArray>

#include <charconv>

namespace recado::tests::load {

namespace {

constexpr std::string_view streamBegin(
    "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='localhost' "
    "version='1.0'>");
constexpr std::string_view
    bindRequest("<iq type='set' id='bind'><bind "
                "xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>r</resource></bind></iq>");
// Presence first, so that the sender's numbers count messages only.
constexpr std::string_view availableAndManaged("<presence/><enable xmlns='urn:xmpp:sm:3'/>");
constexpr std::string_view messageEnd("</body></message><r xmlns='urn:xmpp:sm:3'/>");

std::string authentication(int client) {
    QByteArray plain(1, '\0'); // RFC 4616: no authorization identity
    plain +=
        QByteArray::fromStdString(peerUser(client)) + '\0' + QByteArray::fromStdString(peerPassword(client));
    return "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>" +
           plain.toBase64().toStdString() + "</auth>";
}

bool isStanza(std::string_view name) {
    return name == "message" || name == "presence" || name == "iq";
}

} // namespace

XmppLoad::XmppLoad(int clients)
    : m_clients(std::size_t(clients)) {
    m_messageBegins.reserve(std::size_t(clients));
    for (int client = 0; client < clients; ++client) {
        m_messageBegins.push_back("<message type='chat' to='" + peerUser(client) + '@' + std::string(host) +
                                  "/r'><body>");
    }
}

void XmppLoad::opened(LoadConnection& connection) {
    m_clients[std::size_t(connection.client)] = {};
    connection.output += streamBegin;
}

std::size_t XmppLoad::received(LoadConnection& connection, std::string_view bytes, LoadSink& sink) {
    std::size_t used = 0;
    xmpp::Piece piece;
    for (;;) {
        const xmpp::Split split = xmpp::splitStream(bytes.substr(used), piece);
        if (split == xmpp::Split::Incomplete)
            return used;
        if (split == xmpp::Split::Malformed) {
            sink.failed(connection, "what came is no XMPP stream");
            return bytes.size();
        }
        if (const std::string trouble = take(piece, connection, sink); !trouble.empty()) {
            sink.failed(connection, trouble);
            return bytes.size();
        }
        used += piece.text.size();
    }
}

std::string XmppLoad::take(const xmpp::Piece& piece, LoadConnection& connection, LoadSink& sink) {
    Client& client = m_clients[std::size_t(connection.client)];
    if (piece.kind == xmpp::Piece::Kind::StreamEnd)
        return "the server ended the stream";
    if (piece.kind != xmpp::Piece::Kind::Element)
        return {};
    if (isStanza(piece.name))
        return takeStanza(piece, connection, sink);
    if (piece.name == "a")
        return takeAnswer(piece, connection, sink);
    if (piece.name == "r") {
        client.asked = true;
        if (client.handled == client.arrived)
            answer(connection, client);
        return {};
    }
    if (piece.name == "stream:features")
        return takeFeatures(piece, connection);
    if (piece.name == "success" && client.step == Step::Authenticating) {
        client.step = Step::Authenticated;
        connection.output += streamBegin;
        return {};
    }
    if (piece.name == "enabled" && client.step == Step::Bound) {
        client.step = Step::Ready;
        sink.ready(connection);
        return {};
    }
    return "not expected: " + std::string(piece.text.substr(0, 200));
}

std::string XmppLoad::takeFeatures(const xmpp::Piece& piece, LoadConnection& connection) {
    Client& client = m_clients[std::size_t(connection.client)];
    if (client.step == Step::Authenticating) {
        if (piece.text.find("<mechanism>PLAIN</mechanism>") == std::string_view::npos)
            return "the server does not offer SASL PLAIN";
        connection.output += authentication(connection.client);
        return {};
    }
    if (client.step != Step::Authenticated || !xmpp::contains(piece.text, "bind") ||
        piece.text.find("urn:xmpp:sm:3") == std::string_view::npos)
        return "the server does not offer stream management";
    client.step = Step::Binding;
    connection.output += bindRequest;
    return {};
}

std::string XmppLoad::takeStanza(const xmpp::Piece& piece, LoadConnection& connection, LoadSink& sink) {
    Client& client = m_clients[std::size_t(connection.client)];
    if (xmpp::attribute(piece.text, "type") == "error")
        return "an error stanza: " + std::string(piece.text.substr(0, 300));
    if (client.step == Step::Binding && piece.name == "iq") {
        client.step = Step::Bound;
        connection.output += availableAndManaged;
        return {};
    }
    if (client.step == Step::Ready)
        ++client.arrived;
    if (piece.name == "message") {
        client.message = client.arrived;
        const auto body = xmpp::textOf(piece.text, "body");
        if (!body || client.step != Step::Ready)
            return "a message without a body, or too early";
        sink.delivered(connection, *body, client.arrived);
    } else if (client.arrived - client.handled == 1) {
        client.handled = client.arrived; // one's own presence, and no message before it is still in hand
    }
    return {};
}

std::string XmppLoad::takeAnswer(const xmpp::Piece& piece, LoadConnection& connection, LoadSink& sink) {
    Client& client = m_clients[std::size_t(connection.client)];
    const auto count = xmpp::number(xmpp::attribute(piece.text, "h"));
    if (!count || *count - client.answered > client.sent - client.answered)
        return "an acknowledgement of what was never sent";
    while (client.answered != *count) {
        ++client.answered;
        sink.accepted(connection, client.latest - (client.sent - client.answered));
    }
    return {};
}

void XmppLoad::submit(LoadConnection& from, int receiver, const LoadStamp& stamp) {
    Client& client = m_clients[std::size_t(from.client)];
    client.latest = stamp.sequence;
    ++client.sent;
    from.output += m_messageBegins[std::size_t(receiver)];
    from.output += writePayload(stamp);
    from.output += messageEnd;
}

void XmppLoad::acknowledge(LoadConnection& receiver, std::uint64_t token) {
    Client& client = m_clients[std::size_t(receiver.client)];
    // What came behind the latest message was no message and needs no acknowledgement of its own.
    client.handled = std::uint32_t(token) == client.message ? client.arrived : std::uint32_t(token);
    if (client.asked)
        answer(receiver, client);
}

void XmppLoad::answer(LoadConnection& connection, Client& client) {
    char digits[16];
    const auto end = std::to_chars(digits, digits + sizeof digits, client.handled).ptr;
    connection.output += "<a xmlns='urn:xmpp:sm:3' h='";
    connection.output.append(digits, end);
    connection.output += "'/>";
    client.asked = false;
}

} // namespace recado::tests::load
