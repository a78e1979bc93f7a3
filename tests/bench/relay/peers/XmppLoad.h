#pragma once

#include "bench/relay/LoadProtocol.h"
#include "bench/relay/peers/XmppStanzas.h"

#include <vector>

namespace recado::tests::load {

/// XMPP (RFC 6120, 6121) with stream management (XEP-0198, without resumption): messages go to the full
/// address, "accepted" is the server's <a/> to the <r/> behind each message, and its own <r/> is answered
/// once what it has sent was acknowledged.
class XmppLoad : public LoadProtocol {
public:
    explicit XmppLoad(int clients);

    /// The one host that the servers are set up for.
    static constexpr std::string_view host{"localhost"};

    void opened(LoadConnection& connection) override;
    std::size_t received(LoadConnection& connection, std::string_view bytes, LoadSink& sink) override;
    void submit(LoadConnection& from, int receiver, const LoadStamp& stamp) override;
    void acknowledge(LoadConnection& receiver, std::uint64_t token) override;

private:
    enum class Step { Authenticating, Authenticated, Binding, Bound, Ready };
    struct Client {
        Step step = Step::Authenticating;
        // As in XEP-0198 they count stanzas since <enabled/>, modulo 2^32.
        std::uint32_t sent = 0;
        std::uint32_t answered = 0;
        std::uint32_t arrived = 0;
        std::uint32_t handled = 0; // of those that arrived
        std::uint32_t message = 0; // which of them was the latest message
        std::uint32_t latest = 0;  // sequence number of the latest submission
        bool asked = false;        // the server waits for an <a/>
    };

    // Each returns what is wrong; empty: understood.
    std::string take(const xmpp::Piece& piece, LoadConnection& connection, LoadSink& sink);
    std::string takeFeatures(const xmpp::Piece& piece, LoadConnection& connection);
    std::string takeStanza(const xmpp::Piece& piece, LoadConnection& connection, LoadSink& sink);
    std::string takeAnswer(const xmpp::Piece& piece, LoadConnection& connection, LoadSink& sink);
    static void answer(LoadConnection& connection, Client& client);

    std::vector<Client> m_clients;
    std::vector<std::string> m_messageBegins; // for each receiver: everything before the payload
};

} // namespace recado::tests::load
