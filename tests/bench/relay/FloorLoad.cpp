#include "bench/relay/FloorLoad.h"

#include "bench/relay/FloorFrames.h"

namespace recado::tests::load {

void FloorLoad::opened(LoadConnection& connection) {
    const std::size_t start = beginClientFrame(connection.output, binaryOpcode, floor::helloPayload);
    connection.output.append(floor::helloPayload, floor::Hello);
    floor::putNumber(connection.output.data() + start, 0, std::uint32_t(connection.client));
    endClientFrame(connection.output, start);
}

std::size_t FloorLoad::received(LoadConnection& connection, std::string_view bytes, LoadSink& sink) {
    std::size_t used = 0;
    while (const auto unit = firstUnit(bytes.substr(used))) {
        used += unit->size;
        const std::string_view payload = unit->payload;
        if (payload[0] == floor::Deliver && unit->size == m_sizes.deliver) {
            const std::uint64_t sender = floor::numberAt(payload.data(), 0);
            sink.delivered(connection, payload.substr(payload.size() - payloadBytes),
                           sender << 32 | floor::numberAt(payload.data(), 1));
        } else if (payload[0] == floor::Accepted && unit->size == m_sizes.accepted) {
            sink.accepted(connection, floor::numberAt(payload.data(), 0));
        } else if (payload[0] == floor::Hello) {
            sink.ready(connection);
        } else {
            sink.failed(connection, "an unexpected frame of the floor");
        }
    }
    return used;
}

void FloorLoad::submit(LoadConnection& from, int receiver, const LoadStamp& stamp) {
    const std::size_t size = m_sizes.submit - 8;
    const std::size_t start = beginClientFrame(from.output, binaryOpcode, size);
    from.output.append(size - payloadBytes, floor::Submit);
    from.output.append(writePayload(stamp));
    char* payload = from.output.data() + start;
    floor::putNumber(payload, 0, std::uint32_t(receiver));
    floor::putNumber(payload, 1, stamp.sender);
    floor::putNumber(payload, 2, stamp.sequence);
    endClientFrame(from.output, start);
}

void FloorLoad::acknowledge(LoadConnection& receiver, std::uint64_t token) {
    const std::size_t size = m_sizes.acknowledge - 6;
    const std::size_t start = beginClientFrame(receiver.output, binaryOpcode, size);
    receiver.output.append(size, floor::Acknowledge);
    floor::putNumber(receiver.output.data() + start, 0, std::uint32_t(token >> 32));
    floor::putNumber(receiver.output.data() + start, 1, std::uint32_t(token));
    endClientFrame(receiver.output, start);
}

} // namespace recado::tests::load
