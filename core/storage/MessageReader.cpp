#include "storage/MessageReader.h"

#include "storage/Rows.h"

namespace recado::storage {

using messaging::Message;
using messaging::Quote;
using messaging::Reaction;

base::Result<std::optional<Message>> MessageReader::message(messaging::LocalId message) {
    RECADO_TRY(sql::Statement row, m_database.query(RECADO_VIEWED_MESSAGE "WHERE m.id = ?1", message));
    RECADO_TRY(const bool found, row.step());
    if (!found)
        return std::optional<Message>();
    RECADO_TRY(Message whole, read(row));
    return std::optional<Message>(std::move(whole));
}

base::Result<QVector<Message>> MessageReader::all(sql::Statement& rows) {
    QVector<Message> messages;
    while (true) {
        RECADO_TRY(const bool found, rows.step());
        if (!found)
            return messages;
        RECADO_TRY(Message message, read(rows));
        messages.append(std::move(message));
    }
}

base::Result<Message> MessageReader::read(const sql::Statement& row) {
    Message message;
    message.id = row.int64(0);
    message.conversation = row.id<base::ConversationId>(1);
    RECADO_TRY(message.sender, m_people.person(row.id<base::AccountId>(2)));
    message.outgoing = row.integer(3) != 0;
    message.type = messaging::ContentType(row.integer(4));
    message.text = row.text(5);
    message.timestampMs = row.int64(6);
    message.status = messaging::MessageStatus(row.integer(7));
    if (!row.isNull(8))
        message.failure = base::reasonFromString(QLatin1String(row.bytes(8)));
    message.edited = row.uint64(9) > 0;
    message.deleted = row.integer(10) != 0;
    message.placeholder = row.integer(11) != 0;
    message.gapBefore = row.uint64(12) > 0;
    if (!row.isNull(14)) {
        RECADO_TRY(message.quote, quote(message.conversation, row.id<base::AccountId>(13), row.bytes(14)));
    }
    if (row.integer(15) != 0) {
        RECADO_TRY(message.reactions, reactions(message.id));
    }
    return message;
}

base::Result<Quote> MessageReader::quote(const base::ConversationId& conversation,
                                         const base::AccountId& author, const QByteArray& messageId) {
    Quote quote;
    RECADO_TRY(quote.sender, m_people.person(author));
    RECADO_TRY(sql::Statement row,
               m_database.query("SELECT id, text FROM message WHERE conversation = (SELECT number FROM "
                                "conversation WHERE id = ?1) AND author = ?2 AND message_id = ?3",
                                conversation, author, messageId));
    RECADO_TRY(const bool found, row.step());
    if (found) {
        quote.message = row.int64(0);
        quote.text = row.text(1);
    }
    return quote;
}

base::Result<QVector<Reaction>> MessageReader::reactions(messaging::LocalId message) {
    RECADO_TRY(sql::Statement row,
               m_database.query("SELECT account, emoji FROM reaction WHERE message = ?1 AND emoji <> '' "
                                "ORDER BY clock, account",
                                message));
    QVector<Reaction> reactions;
    while (true) {
        RECADO_TRY(const bool found, row.step());
        if (!found)
            return reactions;
        RECADO_TRY(messaging::Person sender, m_people.person(row.id<base::AccountId>(0)));
        reactions.append({std::move(sender), row.text(1)});
    }
}

} // namespace recado::storage
