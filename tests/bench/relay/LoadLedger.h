#pragma once

#include "bench/relay/LoadProtocol.h"

#include <cstdint>
#include <string>
#include <vector>

namespace recado::tests::load {

/// The generator's books: every message is entered when it is sent and ticked off when it arrives and when it
/// is answered. Each method returns what is wrong, or nothing.
class LoadLedger {
public:
    explicit LoadLedger(int clients);

    /// Whom this sender's messages go to from now on. All earlier ones must have been delivered.
    void setReceiver(int sender, int receiver);
    [[nodiscard]] int receiverOf(int sender) const { return m_senders[std::size_t(sender)].receiver; }

    /// A new message of `sender`, due at `dueNs`.
    LoadStamp next(int sender, std::int64_t dueNs);
    /// It arrived at `receiver`: wrong when it was never sent, is another client's, comes a second time or
    /// before an older one of its sender.
    [[nodiscard]] std::string delivered(int receiver, const LoadStamp& stamp);
    /// The server answered it: wrong when it was never sent or answered already. `dueNs` gets its due time.
    [[nodiscard]] std::string accepted(int sender, std::uint32_t sequence, std::int64_t& dueNs);

    [[nodiscard]] std::uint64_t unanswered() const { return m_submitted - m_accepted; }
    [[nodiscard]] std::uint64_t undelivered() const { return m_submitted - m_delivered; }
    [[nodiscard]] std::uint64_t submitted() const { return m_submitted; }
    [[nodiscard]] std::uint64_t delivered() const { return m_delivered; }
    [[nodiscard]] std::uint64_t accepted() const { return m_accepted; }
    [[nodiscard]] int inFlight(int sender) const { return m_senders[std::size_t(sender)].inFlight; }
    /// One more message of this sender may be unanswered (its slot in the books is free).
    [[nodiscard]] bool hasRoom(int sender) const;

private:
    /// More than any protocol's window, so that an answer that lags behind newer ones still finds its slot.
    static constexpr std::uint32_t slots = 512;

    struct Sender {
        int receiver = -1;
        int inFlight = 0;
        std::uint32_t submitted = 0;
        std::uint32_t delivered = 0;
        std::vector<std::int64_t> due; // by sequence modulo `slots`; 0: answered
    };

    std::vector<Sender> m_senders;
    std::uint64_t m_submitted = 0;
    std::uint64_t m_delivered = 0;
    std::uint64_t m_accepted = 0;
};

} // namespace recado::tests::load
