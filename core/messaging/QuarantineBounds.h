#pragma once

#include "messaging/FollowUps.h"
#include "messaging/Placeholders.h"

namespace recado::messaging {

/// Keeps the quarantine small, however many envelopes claim to be from one account. Engine thread, inside a
/// work.
class QuarantineBounds {
public:
    /// Of one claimed sender: what cannot be read, and asked for again, has mostly its number to keep.
    static constexpr QuarantineUse undecryptable{10'000, 8LL * 1024 * 1024};
    /// Of one claimed sender and cause: what may become readable needs its bytes.
    static constexpr QuarantineUse held{5'000, 32LL * 1024 * 1024};
    /// Read from the store at once.
    static constexpr int pageSize = 64;

    /// Both are borrowed.
    QuarantineBounds(EngineContext& context, Placeholders& placeholders)
        : m_context(context)
        , m_placeholders(placeholders) {}

    /// After envelopes of `sender` were added. Of those that wait for a look-up or a person, the oldest
    /// beyond the bound count as undecryptable and are asked for again; of undecryptable ones the oldest
    /// lose their bytes, then their rows.
    base::Status keep(const base::AccountId& sender, FollowUps& followUps);
    /// After all of them: invented senders have nothing in common but that no timeline shows them.
    base::Status keepUnseen();

private:
    base::Status giveUpOldest(const base::AccountId& sender, QuarantineCause cause, FollowUps& followUps);

    EngineContext& m_context;
    Placeholders& m_placeholders;
};

} // namespace recado::messaging
