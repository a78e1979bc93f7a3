#pragma once

#include "messaging/EngineContext.h"

namespace recado::messaging {

/// The random key of the day under which this device seals its typing notices. Engine thread.
class OwnTypingKey {
public:
    static constexpr qint64 lifetimeMs = 24LL * 3'600 * 1'000;

    explicit OwnTypingKey(EngineContext& context)
        : m_context(context) {}

    /// Inside a work: today's key, made when there is none or yesterday's ran out.
    base::Result<TypingKeyRecord> current();

private:
    base::Status load();

    EngineContext& m_context;
    TypingKeyRecord m_key;
};

} // namespace recado::messaging
