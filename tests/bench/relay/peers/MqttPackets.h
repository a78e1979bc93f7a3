#pragma once

#include <QtGlobal>

#include <optional>
#include <string>
#include <string_view>

namespace recado::tests::mqtt {

/// The packet types of MQTT 3.1.1 (section 2.2.1) that a publisher and a subscriber at QoS 1 meet.
enum class PacketType : quint8 {
    Connect = 1,
    ConnectAck = 2,
    Publish = 3,
    PublishAck = 4,
    Subscribe = 8,
    SubscribeAck = 9,
    PingRequest = 12,
    PingResponse = 13,
};

/// One packet inside a receive buffer; the views live as long as the buffer stays as it is.
struct Packet {
    PacketType type = PacketType::Connect;
    quint8 flags = 0;
    std::string_view body; // variable header and payload
    std::size_t size = 0;  // of the whole packet, fixed header included
};

enum class Split { Complete, Incomplete, Malformed };

/// Looks for one whole packet at the beginning of `bytes`; keeps no state, so it may be asked again with
/// more. Malformed: a length of more than four bytes (section 2.2.3).
Split splitPacket(std::string_view bytes, Packet& packet);

struct Publication {
    std::string_view topic;
    std::string_view payload;
    quint16 packetId = 0; // 0 at QoS 0
    int qualityOfService = 0;
    bool duplicate = false;
};

/// What a PUBLISH packet says; nothing when it contradicts section 3.3.
std::optional<Publication> readPublication(const Packet& packet);
/// The packet identifier of PUBACK and SUBACK.
std::optional<quint16> readPacketId(const Packet& packet);
/// The return code of CONNACK; 0 is success.
std::optional<quint8> readConnectCode(const Packet& packet);
/// The quality of service granted in a SUBACK for one topic; 0x80 is a refusal.
std::optional<quint8> readGrantedQuality(const Packet& packet);

/// A session that the broker keeps while its client is away, without keep-alive pings.
void appendConnect(std::string& out, std::string_view clientId, std::string_view user,
                   std::string_view password);
/// One topic at QoS 1.
void appendSubscribe(std::string& out, quint16 packetId, std::string_view topic);
/// A message at QoS 1.
void appendPublish(std::string& out, quint16 packetId, std::string_view topic, std::string_view payload);
void appendPublishAck(std::string& out, quint16 packetId);

} // namespace recado::tests::mqtt
