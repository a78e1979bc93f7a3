#pragma once

#include "base/Inbox.h"
#include "relay/delivery/ConnectedDevice.h"

#include <functional>
#include <memory>
#include <mutex>
#include <variant>
#include <vector>

namespace recado::relay {

/// What the rest of the relay has for the connections of one thread, in order, handed over once a turn of its
/// loop: an envelope and an answer for every message are too many to be tasks of the inbox each. In slices: a
/// large body for a thousand members must not keep everybody else of the thread waiting.
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

    /// Any thread. What is put first arrives first.
    void put(const std::weak_ptr<ConnectedDevice>& device, Item item);

private:
    struct Parcel {
        std::weak_ptr<ConnectedDevice> device;
        Item item;
    };

    void deliver();
    void deliverSlice();

    base::Inbox& m_inbox;

    // Only on the connections' thread.
    std::vector<Parcel> m_slicing;
    std::size_t m_next = 0; // in m_slicing

    std::mutex m_mutex;
    std::vector<Parcel> m_parcels;
    bool m_scheduled = false;
};

} // namespace recado::relay
