#include "bench/relay/peers/MqttPackets.h"

namespace recado::tests::mqtt {

namespace {

constexpr quint8 qualityOne = 0x02; // of a PUBLISH's flags
constexpr quint8 qualityMask = 0x06;
constexpr quint8 duplicateFlag = 0x08;

quint16 wordAt(std::string_view bytes, std::size_t position) {
    return quint16(quint8(bytes[position]) << 8 | quint8(bytes[position + 1]));
}

void appendWord(std::string& out, quint16 word) {
    out.push_back(char(word >> 8));
    out.push_back(char(word & 0xff));
}

void appendText(std::string& out, std::string_view text) {
    appendWord(out, quint16(text.size()));
    out.append(text);
}

void appendHeader(std::string& out, PacketType type, quint8 flags, std::size_t length) {
    out.push_back(char(quint8(type) << 4 | flags));
    do {
        const auto low = quint8(length & 0x7f);
        length >>= 7;
        out.push_back(char(length > 0 ? low | 0x80 : low));
    } while (length > 0);
}

} // namespace

Split splitPacket(std::string_view bytes, Packet& packet) {
    constexpr std::size_t mostLengthBytes = 4;
    std::size_t length = 0;
    std::size_t position = 1;
    for (;; ++position) {
        if (position > mostLengthBytes)
            return Split::Malformed;
        if (position >= bytes.size())
            return Split::Incomplete;
        const auto byte = quint8(bytes[position]);
        length |= std::size_t(byte & 0x7f) << (7 * (position - 1));
        if (!(byte & 0x80))
            break;
    }
    const std::size_t begin = position + 1;
    if (bytes.size() - begin < length)
        return Split::Incomplete;
    packet.type = PacketType(quint8(bytes[0]) >> 4);
    packet.flags = quint8(bytes[0]) & 0x0f;
    packet.body = bytes.substr(begin, length);
    packet.size = begin + length;
    return Split::Complete;
}

std::optional<Publication> readPublication(const Packet& packet) {
    const std::string_view body = packet.body;
    if (packet.type != PacketType::Publish || body.size() < 2)
        return std::nullopt;
    Publication publication;
    publication.qualityOfService = (packet.flags & qualityMask) >> 1;
    publication.duplicate = (packet.flags & duplicateFlag) != 0;
    std::size_t position = 2 + std::size_t(wordAt(body, 0));
    const std::size_t identifier = publication.qualityOfService > 0 ? 2 : 0;
    if (publication.qualityOfService > 2 || body.size() < position + identifier)
        return std::nullopt;
    publication.topic = body.substr(2, position - 2);
    if (identifier > 0)
        publication.packetId = wordAt(body, position);
    publication.payload = body.substr(position + identifier);
    return publication;
}

std::optional<quint16> readPacketId(const Packet& packet) {
    if (packet.body.size() < 2)
        return std::nullopt;
    return wordAt(packet.body, 0);
}

std::optional<quint8> readConnectCode(const Packet& packet) {
    if (packet.type != PacketType::ConnectAck || packet.body.size() != 2)
        return std::nullopt;
    return quint8(packet.body[1]);
}

std::optional<quint8> readGrantedQuality(const Packet& packet) {
    if (packet.type != PacketType::SubscribeAck || packet.body.size() != 3)
        return std::nullopt;
    return quint8(packet.body[2]);
}

void appendConnect(std::string& out, std::string_view clientId, std::string_view user,
                   std::string_view password) {
    constexpr std::string_view protocol("MQTT");
    constexpr char level = 4;                    // MQTT 3.1.1
    constexpr char userAndPassword = char(0xc0); // no clean session: the broker is this client's mailbox
    appendHeader(out, PacketType::Connect, 0,
                 2 + protocol.size() + 4 + 6 + clientId.size() + user.size() + password.size());
    appendText(out, protocol);
    out.push_back(level);
    out.push_back(userAndPassword);
    appendWord(out, 0); // no keep-alive
    appendText(out, clientId);
    appendText(out, user);
    appendText(out, password);
}

void appendSubscribe(std::string& out, quint16 packetId, std::string_view topic) {
    constexpr quint8 requiredFlags = 0x02; // section 3.8.1
    appendHeader(out, PacketType::Subscribe, requiredFlags, 2 + 2 + topic.size() + 1);
    appendWord(out, packetId);
    appendText(out, topic);
    out.push_back(char(1));
}

void appendPublish(std::string& out, quint16 packetId, std::string_view topic, std::string_view payload) {
    appendHeader(out, PacketType::Publish, qualityOne, 2 + topic.size() + 2 + payload.size());
    appendText(out, topic);
    appendWord(out, packetId);
    out.append(payload);
}

void appendPublishAck(std::string& out, quint16 packetId) {
    appendHeader(out, PacketType::PublishAck, 0, 2);
    appendWord(out, packetId);
}

} // namespace recado::tests::mqtt
