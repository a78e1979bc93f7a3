#include "relay/delivery/ConnectionPost.h"

#include <utility>

namespace recado::relay {

namespace {

// About half a millisecond of copying and writing.
constexpr qint64 sliceBytes = 512 * 1'024;
constexpr qint64 largeBytes = 16 * 1'024;

qint64 bytesOf(const ConnectionPost::Item& item) {
    const auto* envelope = std::get_if<MailboxRow>(&item);
    return envelope == nullptr
               ? 0
               : envelope->sealedHeader.size() + envelope->ciphertext.size() + envelope->body.size();
}

void handOver(ConnectedDevice& device, const ConnectionPost::Item& item) {
    if (const auto* envelope = std::get_if<MailboxRow>(&item))
        device.live(*envelope);
    else if (const auto* accepted = std::get_if<ConnectionPost::Accepted>(&item))
        device.accepted(accepted->number);
    else
        std::get<ConnectionPost::Call>(item)(device);
}

} // namespace

ConnectionPost::ConnectionPost(base::Inbox& inbox)
    : m_inbox(inbox) {}

void ConnectionPost::put(const std::weak_ptr<ConnectedDevice>& device, Item item) {
    {
        const std::lock_guard lock(m_mutex);
        m_parcels.push_back({device, std::move(item)});
        if (std::exchange(m_scheduled, true))
            return;
    }
    m_inbox.post([self = shared_from_this()] { self->deliver(); });
}

void ConnectionPost::deliver() {
    std::vector<Parcel> parcels;
    {
        const std::lock_guard lock(m_mutex);
        parcels.swap(m_parcels);
    }
    deliverSmall(std::move(parcels));
    deliverSlice();
    {
        const std::lock_guard lock(m_mutex);
        m_scheduled = !m_large.empty() || !m_parcels.empty();
        if (!m_scheduled)
            return;
    }
    m_inbox.post([self = shared_from_this()] { self->deliver(); });
}

void ConnectionPost::deliverSmall(std::vector<Parcel> parcels) {
    for (Parcel& parcel : parcels) {
        if (belongsBehind(parcel)) {
            ++m_waiting[parcel.device];
            m_large.push_back(std::move(parcel));
        } else if (const auto alive = parcel.device.lock()) {
            handOver(*alive, parcel.item);
        }
    }
}

/// Large ones, and what came for the same connection after one. An acceptance has no order with envelopes.
bool ConnectionPost::belongsBehind(const Parcel& parcel) const {
    if (bytesOf(parcel.item) > largeBytes)
        return true;
    return !m_waiting.empty() && !std::holds_alternative<Accepted>(parcel.item) &&
           m_waiting.contains(parcel.device);
}

void ConnectionPost::deliverSlice() {
    for (qint64 bytes = 0; !m_large.empty() && bytes < sliceBytes;) {
        const Parcel parcel = std::move(m_large.front());
        m_large.pop_front();
        const auto waiting = m_waiting.find(parcel.device);
        if (--waiting->second == 0)
            m_waiting.erase(waiting);
        bytes += bytesOf(parcel.item);
        if (const auto alive = parcel.device.lock())
            handOver(*alive, parcel.item);
    }
}

} // namespace recado::relay
