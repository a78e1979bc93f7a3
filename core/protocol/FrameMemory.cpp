#include "protocol/FrameMemory.h"

#include <google/protobuf/arena.h>

#include <array>
#include <cstddef>

namespace recado::protocol {

/// Enough for a Submit or a few acknowledgements; larger frames take more for their time.
class FrameMemory::Block {
public:
    Block()
        : m_arena(m_bytes.data(), m_bytes.size()) {}

    google::protobuf::Arena& reset() {
        m_arena.Reset();
        return m_arena;
    }

private:
    alignas(std::max_align_t) std::array<char, 4'096> m_bytes;
    google::protobuf::Arena m_arena;
};

FrameMemory::FrameMemory()
    : m_block(std::make_unique<Block>()) {}

FrameMemory::~FrameMemory() = default;

wire::ClientFrame& FrameMemory::fresh() {
    return *google::protobuf::Arena::CreateMessage<wire::ClientFrame>(&m_block->reset());
}

} // namespace recado::protocol
