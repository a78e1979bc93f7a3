#pragma once

#include "bench/relay/LoadProtocol.h"
#include "bench/relay/peers/MqttPackets.h"

#include <vector>

namespace recado::tests::load {

/// MQTT 3.1.1 at QoS 1 both ways: each client keeps a session at the broker and subscribes to a topic of its
/// own, which is the address that others publish to. "Accepted" is the broker's PUBACK.
class MqttLoad : public LoadProtocol {
public:
    explicit MqttLoad(int clients);

    /// The topic that is a client's address.
    static std::string topic(int client);

    void opened(LoadConnection& connection) override;
    std::size_t received(LoadConnection& connection, std::string_view bytes, LoadSink& sink) override;
    void submit(LoadConnection& from, int receiver, const LoadStamp& stamp) override;
    void acknowledge(LoadConnection& receiver, std::uint64_t token) override;

private:
    enum class Step { Connecting, Subscribing, Ready };
    struct Client {
        Step step = Step::Connecting;
        std::uint32_t latest = 0; // sequence number of the latest submission
    };

    /// Empty: understood.
    std::string take(const mqtt::Packet& packet, LoadConnection& connection, LoadSink& sink);
    std::string takePublication(const mqtt::Packet& packet, LoadConnection& connection, LoadSink& sink);

    std::vector<Client> m_clients;
    std::vector<std::string> m_topics;
};

} // namespace recado::tests::load
