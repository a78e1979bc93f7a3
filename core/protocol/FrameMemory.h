#pragma once

#include "wire.pb.h"

#include <memory>

namespace recado::protocol {

/// Where frames are put that are read one after the other: what a frame is made of is taken from memory that
/// the next one uses again. Not for two threads at a time.
class FrameMemory {
public:
    FrameMemory();
    ~FrameMemory();

    /// An empty frame; it is there until the next call.
    wire::ClientFrame& fresh();

private:
    class Block;
    std::unique_ptr<Block> m_block;
};

} // namespace recado::protocol
