#pragma once

#include "relay/gateway/WebSocketFrame.h"

#include <QByteArray>

#include <vector>

namespace recado::relay {

/// What a connection still has to send, in order; whole frames are gathered into one system call. Holds no
/// memory while empty.
class OutgoingQueue {
public:
    enum class Flush {
        Drained, ///< nothing is left
        Blocked, ///< the system takes no more now
        Failed,  ///< the connection is broken
    };

    void pushFrame(Opcode opcode, QByteArray payload);
    void pushRaw(QByteArray bytes);

    /// A frame that goes before all others but never splits one; replaces one that still waits for a flush.
    void setUrgentFrame(Opcode opcode, QByteArray payload);

    /// Bytes not yet taken by the system.
    [[nodiscard]] qint64 bytes() const { return m_bytes; }
    [[nodiscard]] bool isEmpty() const { return m_bytes == 0; }

    /// Sends as much as the socket takes.
    Flush flush(int socket);
    /// Moves up to `size` bytes out of the queue, in the order in which flush() would send them.
    qint64 take(char* buffer, qint64 size);

    void clear();

private:
    struct Item {
        FrameHeader header;
        QByteArray payload;

        [[nodiscard]] qint64 size() const { return header.size + payload.size(); }
    };

    void insertUrgent();
    void drop(qint64 sent);
    void trimFirst();

    std::vector<Item> m_items;
    std::size_t m_first = 0; // items before it are sent
    qint64 m_offset = 0;     // bytes of the first item that are sent
    qint64 m_bytes = 0;
    Item m_urgent;
};

} // namespace recado::relay
