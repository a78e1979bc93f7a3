#include "bench/relay/peers/MqttLoad.h"

#include "bench/relay/peers/PeerAccounts.h"

namespace recado::tests::load {

namespace {

constexpr quint16 subscriptionId = 1;
constexpr std::uint32_t packetIds = 65'535; // 1 to 65,535; 0 is none

quint16 packetIdOf(std::uint32_t sequence) {
    return quint16(sequence % packetIds + 1);
}

} // namespace

MqttLoad::MqttLoad(int clients)
    : m_clients(std::size_t(clients)) {
    m_topics.reserve(std::size_t(clients));
    for (int client = 0; client < clients; ++client)
        m_topics.push_back(topic(client));
}

std::string MqttLoad::topic(int client) {
    return "to/" + peerUser(client);
}

void MqttLoad::opened(LoadConnection& connection) {
    m_clients[std::size_t(connection.client)] = {};
    const std::string user = peerUser(connection.client);
    mqtt::appendConnect(connection.output, user, user, peerPassword(connection.client));
}

std::size_t MqttLoad::received(LoadConnection& connection, std::string_view bytes, LoadSink& sink) {
    std::size_t used = 0;
    mqtt::Packet packet;
    for (;;) {
        const mqtt::Split split = mqtt::splitPacket(bytes.substr(used), packet);
        if (split == mqtt::Split::Incomplete)
            return used;
        if (split == mqtt::Split::Malformed) {
            sink.failed(connection, "what came is no MQTT packet");
            return bytes.size();
        }
        if (const std::string trouble = take(packet, connection, sink); !trouble.empty()) {
            sink.failed(connection, trouble);
            return bytes.size();
        }
        used += packet.size;
    }
}

std::string MqttLoad::take(const mqtt::Packet& packet, LoadConnection& connection, LoadSink& sink) {
    Client& client = m_clients[std::size_t(connection.client)];
    switch (packet.type) {
    case mqtt::PacketType::ConnectAck:
        if (client.step != Step::Connecting || mqtt::readConnectCode(packet) != quint8(0))
            return "CONNECT was refused";
        client.step = Step::Subscribing;
        mqtt::appendSubscribe(connection.output, subscriptionId, m_topics[std::size_t(connection.client)]);
        return {};
    case mqtt::PacketType::SubscribeAck:
        if (client.step != Step::Subscribing || mqtt::readPacketId(packet) != subscriptionId ||
            mqtt::readGrantedQuality(packet) != quint8(1))
            return "SUBSCRIBE at QoS 1 was refused";
        client.step = Step::Ready;
        sink.ready(connection);
        return {};
    case mqtt::PacketType::Publish:
        return takePublication(packet, connection, sink);
    case mqtt::PacketType::PublishAck: {
        const auto id = mqtt::readPacketId(packet);
        if (!id || *id == 0)
            return "a PUBACK without a packet identifier";
        // Fewer than 65,535 are ever unanswered, so the distance from the latest tells the sequence number.
        const std::uint32_t back = (packetIdOf(client.latest) + packetIds - *id) % packetIds;
        if (back > client.latest)
            return "a PUBACK for what was never published";
        sink.accepted(connection, client.latest - back);
        return {};
    }
    default:
        return "a packet of type " + std::to_string(int(packet.type)) + " was not expected";
    }
}

std::string MqttLoad::takePublication(const mqtt::Packet& packet, LoadConnection& connection,
                                      LoadSink& sink) {
    const auto publication = mqtt::readPublication(packet);
    if (!publication || publication->qualityOfService != 1 || publication->packetId == 0)
        return "a PUBLISH that is none at QoS 1";
    if (publication->topic != m_topics[std::size_t(connection.client)])
        return "a PUBLISH to somebody else's topic";
    sink.delivered(connection, publication->payload, publication->packetId);
    return {};
}

void MqttLoad::submit(LoadConnection& from, int receiver, const LoadStamp& stamp) {
    m_clients[std::size_t(from.client)].latest = stamp.sequence;
    mqtt::appendPublish(from.output, packetIdOf(stamp.sequence), m_topics[std::size_t(receiver)],
                        writePayload(stamp));
}

void MqttLoad::acknowledge(LoadConnection& receiver, std::uint64_t token) {
    mqtt::appendPublishAck(receiver.output, quint16(token));
}

} // namespace recado::tests::load
