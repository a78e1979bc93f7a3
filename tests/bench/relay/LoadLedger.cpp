#include "bench/relay/LoadLedger.h"

namespace recado::tests::load {

namespace {

std::string messageName(std::uint32_t sender, std::uint32_t sequence) {
    return "message " + std::to_string(sequence) + " of client " + std::to_string(sender);
}

} // namespace

LoadLedger::LoadLedger(int clients)
    : m_senders(std::size_t(clients)) {}

void LoadLedger::setReceiver(int sender, int receiver) {
    m_senders[std::size_t(sender)].receiver = receiver;
}

bool LoadLedger::hasRoom(int sender) const {
    const Sender& entry = m_senders[std::size_t(sender)];
    return entry.due.empty() || entry.due[entry.submitted % slots] == 0;
}

LoadStamp LoadLedger::next(int sender, std::int64_t dueNs) {
    Sender& entry = m_senders[std::size_t(sender)];
    if (entry.due.empty())
        entry.due.resize(slots);
    entry.due[entry.submitted % slots] = dueNs;
    ++entry.inFlight;
    ++m_submitted;
    return {std::uint32_t(sender), entry.submitted++, dueNs};
}

std::string LoadLedger::delivered(int receiver, const LoadStamp& stamp) {
    if (stamp.sender >= m_senders.size())
        return "a message of client " + std::to_string(stamp.sender) + ", which does not exist";
    Sender& entry = m_senders[stamp.sender];
    if (entry.receiver != receiver)
        return messageName(stamp.sender, stamp.sequence) + " came to client " + std::to_string(receiver) +
               " instead of " + std::to_string(entry.receiver);
    if (stamp.sequence >= entry.submitted)
        return messageName(stamp.sender, stamp.sequence) + " was never sent";
    if (stamp.sequence < entry.delivered)
        return messageName(stamp.sender, stamp.sequence) + " came twice";
    if (stamp.sequence > entry.delivered)
        return messageName(stamp.sender, stamp.sequence) + " came before " + std::to_string(entry.delivered);
    ++entry.delivered;
    ++m_delivered;
    return {};
}

std::string LoadLedger::accepted(int sender, std::uint32_t sequence, std::int64_t& dueNs) {
    Sender& entry = m_senders[std::size_t(sender)];
    if (sequence >= entry.submitted)
        return messageName(std::uint32_t(sender), sequence) + " was answered but never sent";
    std::int64_t& due = entry.due[sequence % slots];
    if (due == 0 || entry.submitted - sequence > slots)
        return messageName(std::uint32_t(sender), sequence) + " was answered twice";
    dueNs = due;
    due = 0;
    --entry.inFlight;
    ++m_accepted;
    return {};
}

} // namespace recado::tests::load
