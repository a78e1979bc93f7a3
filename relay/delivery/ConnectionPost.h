#pragma once

#include "base/Inbox.h"
#include "relay/delivery/ConnectedDevice.h"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <variant>
#include <vector>

namespace recado::relay {

/// What the rest of the relay has for the connections of one thread, handed over once a turn of its loop: an
/// envelope and an answer for every message are too many to be tasks of the inbox each. In order for each
/// connection. Large envelopes go in slices, and what is small for others goes before them: a picture for a
/// thousand members must not keep everybody else of the thread waiting.
///
/// Held by shared_ptr; what is on its way keeps it. Connections that are gone by then are passed over.
class ConnectionPost : public std::enable_shared_from_this<ConnectionPost> {
public:
    struct Accepted {
        base::SubmissionNumber number = 0;
    };
    using Call = std::function<void(ConnectedDevice&)>;
    /// An envelope for live(), a number for accepted(), or anything else.
    using Item = std::variant<MailboxRow, Accepted, Call>;

    /// The inbox of the connections' thread; borrowed.
    explicit ConnectionPost(base::Inbox& inbox);

    /// Any thread.
    void put(const std::weak_ptr<ConnectedDevice>& device, Item item);

private:
    struct Parcel {
        std::weak_ptr<ConnectedDevice> device;
        Item item;
    };
    /// Tells connections apart, gone ones too.
    using Owners = std::map<std::weak_ptr<ConnectedDevice>, int, std::owner_less<>>;

    void deliver();
    void deliverSmall(std::vector<Parcel> parcels);
    void deliverSlice();
    [[nodiscard]] bool belongsBehind(const Parcel& parcel) const;

    base::Inbox& m_inbox;

    // Only on the connections' thread.
    std::deque<Parcel> m_large;
    Owners m_waiting; // how many of m_large each connection has

    std::mutex m_mutex;
    std::vector<Parcel> m_parcels;
    bool m_scheduled = false;
};

} // namespace recado::relay
