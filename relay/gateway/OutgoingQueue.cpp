#include "relay/gateway/OutgoingQueue.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace recado::relay {

namespace {

constexpr std::size_t gatheredItems = 32;
constexpr qint64 worthTrimming = 32 * 1'024;

} // namespace

void OutgoingQueue::pushFrame(Opcode opcode, QByteArray payload) {
    Item item{FrameHeader::of(opcode, quint64(payload.size())), std::move(payload)};
    m_bytes += item.size();
    m_items.push_back(std::move(item));
}

void OutgoingQueue::pushRaw(QByteArray bytes) {
    m_bytes += bytes.size();
    m_items.push_back(Item{FrameHeader(), std::move(bytes)});
}

void OutgoingQueue::setUrgentFrame(Opcode opcode, QByteArray payload) {
    m_bytes -= m_urgent.size();
    m_urgent = Item{FrameHeader::of(opcode, quint64(payload.size())), std::move(payload)};
    m_bytes += m_urgent.size();
}

OutgoingQueue::Flush OutgoingQueue::flush(int socket) {
    insertUrgent();
    while (m_bytes > 0) {
        std::array<iovec, 2 * gatheredItems> parts{};
        std::size_t count = 0;
        qint64 skip = m_offset;
        const auto addPart = [&](const char* data, qint64 size) {
            const qint64 skipped = std::min(skip, size);
            skip -= skipped;
            if (size > skipped)
                parts[count++] = iovec{const_cast<char*>(data + skipped), std::size_t(size - skipped)};
        };
        for (std::size_t index = m_first; index < m_items.size() && index < m_first + gatheredItems;
             ++index) {
            const Item& item = m_items[index];
            addPart(item.header.bytes.data(), item.header.size);
            addPart(item.payload.constData(), item.payload.size());
        }
        msghdr message{};
        message.msg_iov = parts.data();
        message.msg_iovlen = count;
        const ssize_t sent = sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0)
            return errno == EAGAIN || errno == EWOULDBLOCK ? Flush::Blocked : Flush::Failed;
        drop(sent);
    }
    return Flush::Drained;
}

qint64 OutgoingQueue::take(char* buffer, qint64 size) {
    insertUrgent();
    qint64 taken = 0;
    const auto copyPart = [&](const char* data, qint64 partSize, qint64& skip) {
        const qint64 skipped = std::min(skip, partSize);
        skip -= skipped;
        const qint64 count = std::min(partSize - skipped, size - taken);
        std::memcpy(buffer + taken, data + skipped, std::size_t(count));
        taken += count;
    };
    qint64 skip = m_offset;
    for (std::size_t index = m_first; index < m_items.size() && taken < size; ++index) {
        const Item& item = m_items[index];
        copyPart(item.header.bytes.data(), item.header.size, skip);
        copyPart(item.payload.constData(), item.payload.size(), skip);
    }
    drop(taken);
    return taken;
}

void OutgoingQueue::clear() {
    *this = OutgoingQueue();
}

void OutgoingQueue::insertUrgent() {
    if (m_urgent.size() == 0)
        return;
    std::size_t place = m_first + (m_offset > 0 ? 1 : 0);
    // What is no frame is the answer to the upgrade request, and nothing goes before that.
    while (place < m_items.size() && m_items[place].header.size == 0)
        ++place;
    m_items.insert(m_items.begin() + qsizetype(place), std::exchange(m_urgent, Item()));
}

void OutgoingQueue::drop(qint64 sent) {
    m_bytes -= sent;
    m_offset += sent;
    while (m_first < m_items.size() && m_offset >= m_items[m_first].size()) {
        m_offset -= m_items[m_first].size();
        m_items[m_first].payload = QByteArray();
        ++m_first;
    }
    if (m_first == m_items.size()) {
        m_items = std::vector<Item>();
        m_first = 0;
    } else if (m_first > 2 * gatheredItems && m_first > m_items.size() / 2) {
        m_items.erase(m_items.begin(), m_items.begin() + qsizetype(m_first));
        m_first = 0;
    }
    if (m_first < m_items.size())
        trimFirst();
}

/// Of a large message only what is still to come is kept: a thousand slow readers hold a thousand of them.
/// Like the answer to the upgrade it has no header any more, and nothing goes before it.
void OutgoingQueue::trimFirst() {
    Item& item = m_items[m_first];
    const qint64 sentPayload = m_offset - item.header.size;
    if (sentPayload < worthTrimming || sentPayload < item.payload.size() / 2)
        return;
    item.payload = QByteArray(item.payload.constData() + sentPayload, item.payload.size() - sentPayload);
    item.header = FrameHeader();
    m_offset = 0;
}

} // namespace recado::relay
