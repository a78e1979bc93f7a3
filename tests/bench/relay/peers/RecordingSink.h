#pragma once

#include "bench/relay/LoadProtocol.h"

#include <vector>

namespace recado::tests::load {

/// Writes down in words what a driver says, and acknowledges what is delivered at once when asked to.
class RecordingSink : public LoadSink {
public:
    explicit RecordingSink(LoadProtocol* acknowledging = nullptr)
        : m_acknowledging(acknowledging) {}

    std::vector<std::string> said;
    std::vector<std::uint64_t> tokens;

    void ready(LoadConnection&) override { said.emplace_back("ready"); }
    void delivered(LoadConnection& connection, std::string_view payload, std::uint64_t token) override {
        said.push_back("delivered " + std::string(payload));
        tokens.push_back(token);
        if (m_acknowledging)
            m_acknowledging->acknowledge(connection, token);
    }
    void accepted(LoadConnection&, std::uint32_t sequence) override {
        said.push_back("accepted " + std::to_string(sequence));
    }
    void drained(LoadConnection&) override { said.emplace_back("drained"); }
    void failed(LoadConnection&, const std::string& what) override { said.push_back("failed: " + what); }

private:
    LoadProtocol* m_acknowledging;
};

/// Hands over `stream` in two pieces, the second with what the driver left of the first, as the generator
/// does.
inline void feedInTwo(LoadProtocol& driver, LoadConnection& connection, std::string_view stream,
                      std::size_t cut, LoadSink& sink) {
    const std::size_t used = driver.received(connection, stream.substr(0, cut), sink);
    driver.received(connection, stream.substr(used), sink);
}

} // namespace recado::tests::load
