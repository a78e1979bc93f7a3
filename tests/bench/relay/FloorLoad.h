#pragma once

#include "bench/relay/RecadoLoad.h"

namespace recado::tests::load {

/// The client side of the floor (FloorMain.cpp): four frames a message, as large as Recado's.
class FloorLoad final : public LoadProtocol {
public:
    explicit FloorLoad(const FrameSizes& sizes)
        : m_sizes(sizes) {}

    void opened(LoadConnection& connection) override;
    std::size_t received(LoadConnection& connection, std::string_view bytes, LoadSink& sink) override;
    void submit(LoadConnection& from, int receiver, const LoadStamp& stamp) override;
    void acknowledge(LoadConnection& receiver, std::uint64_t token) override;

private:
    FrameSizes m_sizes;
};

} // namespace recado::tests::load
