#pragma once

#include "messaging/MessageStore.h"
#include "storage/Rows.h"

/// The columns readStoredMessage() expects, from `message AS m` joined with its conversation as `c`.
#define RECADO_STORED_MESSAGE                                                                                \
    "SELECT m.id, c.id, m.author, m.message_id, m.device, m.outgoing, m.placeholder, m.deleted, m.status, "  \
    "m.timestamp_ms, m.clock, m.sequence, m.edit_clock, m.text FROM message AS m "                           \
    "JOIN conversation AS c ON c.number = m.conversation "

namespace recado::storage {

inline messaging::StoredMessage readStoredMessage(const sql::Statement& row) {
    messaging::StoredMessage message;
    message.local = row.int64(0);
    message.key = {row.id<base::ConversationId>(1), row.id<base::AccountId>(2), row.id<base::MessageId>(3)};
    message.senderDevice = quint32(row.int64(4));
    message.outgoing = row.integer(5) != 0;
    message.placeholder = row.integer(6) != 0;
    message.deleted = row.integer(7) != 0;
    message.status = messaging::MessageStatus(row.integer(8));
    message.timestampMs = row.int64(9);
    message.clock = row.uint64(10);
    message.sequence = row.uint64(11);
    message.editClock = row.uint64(12);
    message.text = row.text(13);
    return message;
}

/// Steps once: the message of the row, or nothing.
inline base::Result<std::optional<messaging::StoredMessage>> optionalStoredMessage(sql::Statement& row) {
    RECADO_TRY(const bool found, row.step());
    return found ? std::optional<messaging::StoredMessage>(readStoredMessage(row)) : std::nullopt;
}

/// UnknownMessage unless the latest UPDATE or DELETE met a row.
inline base::Status messageChanged(const sql::Database& database) {
    return oneRowChanged(database, base::Reason::UnknownMessage, "there is no such message");
}

} // namespace recado::storage
