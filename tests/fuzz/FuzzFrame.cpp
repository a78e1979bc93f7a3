// Fuzz target: what the network hands to the relay and to the client before anything is authenticated.
#include "protocol/FrameCodec.h"
#include "protocol/Limits.h"
#include "routing/DeviceList.h"

#include <cstdlib>

using namespace recado;

namespace {

/// What is decoded must encode to something that decodes to the same; a decoder that cannot is broken.
template <typename Message, typename Decode>
void checkRoundTrip(const Message& message, Decode decode) {
    const std::string once = message.SerializeAsString();
    const auto again = decode(QByteArrayView(once.data(), qsizetype(once.size())));
    if (!again.ok() || again->SerializeAsString() != once)
        std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const QByteArrayView bytes(reinterpret_cast<const char*>(data), qsizetype(size));
    if (const auto client = protocol::decodeClientMessage(bytes); client.ok()) {
        checkRoundTrip(*client, protocol::decodeClientMessage);
        for (const wire::ClientFrame& frame : client->frames()) {
            if (frame.has_set_device_list()) {
                const std::string& list = frame.set_device_list().device_list().device_list();
                const auto parsed =
                    routing::DeviceList::parse(QByteArrayView(list.data(), qsizetype(list.size())), 6);
                if (parsed.ok() && routing::DeviceList::parse(parsed->serialise(), 6).ok() == false)
                    std::abort();
            }
        }
    }
    if (const auto relay = protocol::decodeRelayMessage(bytes); relay.ok()) {
        checkRoundTrip(*relay, protocol::decodeRelayMessage);
        for (const wire::RelayFrame& frame : relay->frames()) {
            if (frame.has_welcome() && protocol::fromWire(frame.welcome().limits()).textBytes == 0)
                std::abort();
        }
    }
    return 0;
}
