#pragma once

#include "bench/RelaySeeder.h"
#include "bench/relay/LoadProtocol.h"
#include "bench/relay/WireBytes.h"

#include <memory>
#include <vector>

namespace recado::tests::load {

/// Sizes on the wire of the four frames of a message, WebSocket header included: what the floor exchanges
/// too.
struct FrameSizes {
    std::size_t submit = 0;
    std::size_t deliver = 0;
    std::size_t acknowledge = 0;
    std::size_t accepted = 0;
};

/// Recado's own protocol (core/protocol/PROTOCOL.md), complete: upgrade, Hello, Challenge, Authenticate with
/// a real signature, Welcome, then one WebSocket message a frame. What it sends as sealed header is filler,
/// the ciphertext is the payload.
class RecadoLoad final : public LoadProtocol {
public:
    /// Client n is device 1 of `devices[n]`; shared, because nothing else is as large.
    explicit RecadoLoad(std::shared_ptr<const std::vector<SeededDevice>> devices);

    void opened(LoadConnection& connection) override;
    std::size_t received(LoadConnection& connection, std::string_view bytes, LoadSink& sink) override;
    void submit(LoadConnection& from, int receiver, const LoadStamp& stamp) override;
    void acknowledge(LoadConnection& receiver, std::uint64_t token) override;
    void acknowledgeAll(LoadConnection& receiver, const std::vector<std::uint64_t>& tokens) override;

    /// As they are when every number has the length it has in this generator.
    static FrameSizes frameSizes();

private:
    enum class Phase : std::uint8_t { Upgrading, Greeting, Authenticating, Open };
    struct State {
        Phase phase = Phase::Upgrading;
        std::string clientNonce;
    };
    /// A serialised Submit with the places where one differs from the next.
    struct SubmitTemplate {
        std::string bytes;
        std::size_t submissionAt = 0;
        std::size_t accountAt = 0;
        std::size_t registrationAt = 0;
        std::size_t payloadAt = 0;
    };

    static SubmitTemplate makeTemplate();
    std::size_t takeUpgrade(LoadConnection& connection, std::string_view bytes, LoadSink& sink);
    void takeMessage(LoadConnection& connection, std::string_view message, LoadSink& sink);
    void takeFrame(LoadConnection& connection, const WireReader::Field& body, LoadSink& sink);
    void takeDeliver(LoadConnection& connection, std::string_view body, LoadSink& sink);
    static void acknowledgeRange(LoadConnection& receiver, std::uint64_t first, std::uint64_t last);
    void takeAccepted(LoadConnection& connection, std::string_view body, LoadSink& sink);
    void sayHello(LoadConnection& connection);
    void authenticate(LoadConnection& connection, std::string_view challenge, LoadSink& sink);

    std::shared_ptr<const std::vector<SeededDevice>> m_devices;
    std::vector<State> m_states;
    SubmitTemplate m_template;
};

} // namespace recado::tests::load
