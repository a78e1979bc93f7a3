#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace recado::tests::load {

/// What every message carries in its payload, so that each one can be told from all others.
struct LoadStamp {
    std::uint32_t sender = 0;   // client number
    std::uint32_t sequence = 0; // counts the sender's messages from 0, without gaps
    std::int64_t dueNs = 0;     // monotonic: when it was due to be sent (not when the socket took it)
};

/// Bytes of every message's payload: what a short text is once it is padded and sealed.
inline constexpr std::size_t payloadBytes = 330;

/// The payload of a message: `payloadBytes` characters of [0-9a-z] (so that it travels unescaped in XML as
/// well): the stamp in hexadecimal, then filler. Valid until the next call on this thread.
std::string_view writePayload(const LoadStamp& stamp);
/// The stamp of a payload; nothing when any byte of it, filler included, is not what writePayload() wrote.
std::optional<LoadStamp> readPayload(std::string_view payload);

/// One client's connection, as a driver sees it. The generator owns socket and TLS.
struct LoadConnection {
    int client = -1; // 0 to clients - 1; chooses the account
    /// What is to be sent. Drivers append; the generator sends everything with one call after each of the
    /// calls below, and takes out what the socket took.
    std::string output;
};

/// What a driver tells the generator about what arrived. The generator checks: it fails the run when a
/// message is lost, comes twice, out of its sender's order or at another client, or is answered twice or
/// never.
class LoadSink {
public:
    virtual ~LoadSink() = default;

    /// Connected, authenticated (and subscribed): messages can be sent and will be received. Once.
    virtual void ready(LoadConnection& connection) = 0;
    /// A message arrived. The generator calls LoadProtocol::acknowledge() with `token`, at once (from within
    /// this call) or later. `payload` is only looked at during the call.
    virtual void delivered(LoadConnection& connection, std::string_view payload, std::uint64_t token) = 0;
    /// The server has answered this client's message number `sequence` for good: it needs not be kept.
    virtual void accepted(LoadConnection& connection, std::uint32_t sequence) = 0;
    /// Everything that had waited has been delivered. Only for protocols that tell.
    virtual void drained(LoadConnection& connection) = 0;
    /// Refused, malformed, unexpected: the run fails and prints `what`.
    virtual void failed(LoadConnection& connection, const std::string& what) = 0;
};

/// A protocol's client side, for all clients of one server: pure, without sockets. State of a client lives in
/// a table of the driver's own, indexed by LoadConnection::client. One thread. Nothing here may wait; the
/// cost of submit() and received() is the generator's cost of a message, so no allocation a message.
class LoadProtocol {
public:
    virtual ~LoadProtocol() = default;

    /// The connection stands (TCP, and TLS where used): forget what an earlier connection of this client left
    /// behind and append the first bytes, if the client speaks first.
    virtual void opened(LoadConnection& connection) = 0;

    /// Takes complete units from the front of `bytes`, tells `sink` what they mean, appends answers (login
    /// steps, pongs) to connection.output. Returns how many bytes were used; the generator keeps the others
    /// and offers them again with what follows.
    virtual std::size_t received(LoadConnection& connection, std::string_view bytes, LoadSink& sink) = 0;

    /// Appends one message to client `receiver` with writePayload(stamp) as its payload.
    virtual void submit(LoadConnection& from, int receiver, const LoadStamp& stamp) = 0;

    /// Appends the acknowledgement of one delivered message; nothing where the protocol has none.
    virtual void acknowledge(LoadConnection& receiver, std::uint64_t token) = 0;
    /// The same for all that were delivered since the last acknowledgement, in their order: at once where the
    /// protocol can.
    virtual void acknowledgeAll(LoadConnection& receiver, const std::vector<std::uint64_t>& tokens) {
        for (const std::uint64_t token : tokens)
            acknowledge(receiver, token);
    }
};

} // namespace recado::tests::load
