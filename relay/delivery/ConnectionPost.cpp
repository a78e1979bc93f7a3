#include "relay/delivery/ConnectionPost.h"

#include <utility>

namespace recado::relay {

namespace {

// About half a millisecond of copying and writing.
constexpr qint64 sliceBytes = 512 * 1'024;
constexpr qint64 parcelWeight = 256;
constexpr std::size_t parcelsKept = 4'096;

qint64 weightOf(const ConnectionPost::Item& item) {
    const auto* envelope = std::get_if<MailboxRow>(&item);
    return envelope == nullptr ? parcelWeight
                               : parcelWeight + envelope->sealedHeader.size() + envelope->ciphertext.size() +
                                     envelope->body.size();
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
    deliverSlice();
    {
        const std::lock_guard lock(m_mutex);
        m_scheduled = m_next < m_slicing.size() || !m_parcels.empty();
        if (!m_scheduled)
            return;
    }
    m_inbox.post([self = shared_from_this()] { self->deliver(); });
}

void ConnectionPost::deliverSlice() {
    if (m_next == m_slicing.size()) {
        m_next = 0;
        m_slicing.clear();
        const std::lock_guard lock(m_mutex);
        m_slicing.swap(m_parcels);
    }
    for (qint64 weight = 0; m_next < m_slicing.size() && weight < sliceBytes;) {
        const Parcel parcel = std::move(m_slicing[m_next++]);
        weight += weightOf(parcel.item);
        if (const auto alive = parcel.device.lock())
            handOver(*alive, parcel.item);
    }
    if (m_next == m_slicing.size() && m_slicing.capacity() > parcelsKept)
        m_slicing = {};
    if (m_slicing.empty())
        m_next = 0;
}

} // namespace recado::relay
