#include "storage/ProfileHistory.h"

#include "sql/Transaction.h"
#include "storage/ConversationReader.h"
#include "storage/MessageReader.h"
#include "storage/Rows.h"
#include "storage/SearchExpression.h"

namespace recado::storage {

using base::makeError;
using base::Reason;
using messaging::Message;
using messaging::Page;
using messaging::PageRequest;

/// A message's place in the timeline.
struct ProfileHistory::Anchor {
    qint64 conversation = 0;
    qint64 clock = 0;
    QByteArray author;
    qint64 sequence = 0;
    messaging::LocalId message = 0;
};

namespace {

Page oldestFirst(QVector<Message> newestFirst, int limit) {
    Page page;
    page.moreBefore = newestFirst.size() > limit;
    if (page.moreBefore)
        newestFirst.resize(limit);
    std::reverse(newestFirst.begin(), newestFirst.end());
    page.messages = std::move(newestFirst);
    return page;
}

} // namespace

base::Result<qint64> ProfileHistory::conversationNumber(const base::ConversationId& conversation) {
    RECADO_TRY(
        sql::Statement row,
        m_database.query("SELECT number FROM conversation WHERE id = ?1 AND removed = 0", conversation));
    RECADO_TRY(const bool found, row.step());
    if (!found)
        return makeError(Reason::UnknownChat, QStringLiteral("there is no such conversation"));
    return qint64(row.int64(0));
}

base::Result<QVector<messaging::Conversation>> ProfileHistory::conversations() {
    RECADO_TRY(const sql::Transaction snapshot, sql::Transaction::beginRead(m_database));
    return ConversationReader(m_database).all();
}

base::Result<Page> ProfileHistory::page(const PageRequest& request) {
    RECADO_TRY(const sql::Transaction snapshot, sql::Transaction::beginRead(m_database));
    const int limit = std::clamp(request.limit, 1, maximumLimit);
    MessageReader reader(m_database);
    RECADO_TRY(const qint64 conversation, conversationNumber(request.conversation));
    if (request.direction == PageRequest::Direction::Newest)
        return newestPage(reader, conversation, limit);
    RECADO_TRY(const Anchor place, anchor(conversation, request.anchor));
    switch (request.direction) {
    case PageRequest::Direction::Before:
        return pageBefore(reader, place, limit);
    case PageRequest::Direction::After:
        return pageAfter(reader, place, limit);
    case PageRequest::Direction::Newest:
    case PageRequest::Direction::Around:
        break;
    }
    return pageAround(reader, place, limit);
}

base::Result<ProfileHistory::Anchor> ProfileHistory::anchor(qint64 conversation, messaging::LocalId message) {
    RECADO_TRY(sql::Statement row, m_database.query("SELECT clock, author, sequence FROM message WHERE id = "
                                                    "?1 AND conversation = ?2",
                                                    message, conversation));
    RECADO_TRY(const bool found, row.step());
    if (!found)
        return makeError(Reason::UnknownMessage, QStringLiteral("there is no such message in the chat"));
    return Anchor{conversation, row.int64(0), row.bytes(1), row.int64(2), message};
}

base::Result<Page> ProfileHistory::newestPage(MessageReader& reader, qint64 conversation, int limit) {
    RECADO_TRY(sql::Statement rows,
               m_database.query(RECADO_VIEWED_MESSAGE "WHERE m.conversation = ?1 ORDER BY m.clock DESC, "
                                                      "m.author DESC, m.sequence DESC, m.id DESC LIMIT ?2",
                                conversation, limit + 1));
    RECADO_TRY(QVector<Message> messages, reader.all(rows));
    return oldestFirst(std::move(messages), limit);
}

/// Up to `limit` messages before the anchor, newest first.
base::Result<QVector<Message>> ProfileHistory::before(MessageReader& reader, const Anchor& anchor,
                                                      int limit) {
    RECADO_TRY(sql::Statement rows,
               m_database.query(
                   RECADO_VIEWED_MESSAGE
                   "WHERE m.conversation = ?1 AND (m.clock, m.author, m.sequence, m.id) < (?2, ?3, ?4, "
                   "?5) ORDER BY m.clock DESC, m.author DESC, m.sequence DESC, m.id DESC LIMIT ?6",
                   anchor.conversation, anchor.clock, anchor.author, anchor.sequence, anchor.message, limit));
    return reader.all(rows);
}

/// The anchor and what follows it, up to `limit` messages, oldest first.
base::Result<QVector<Message>> ProfileHistory::fromAnchor(MessageReader& reader, const Anchor& anchor,
                                                          int limit) {
    RECADO_TRY(sql::Statement rows,
               m_database.query(
                   RECADO_VIEWED_MESSAGE
                   "WHERE m.conversation = ?1 AND (m.clock, m.author, m.sequence, m.id) >= (?2, ?3, "
                   "?4, ?5) ORDER BY m.clock, m.author, m.sequence, m.id LIMIT ?6",
                   anchor.conversation, anchor.clock, anchor.author, anchor.sequence, anchor.message, limit));
    return reader.all(rows);
}

base::Result<Page> ProfileHistory::pageBefore(MessageReader& reader, const Anchor& anchor, int limit) {
    RECADO_TRY(QVector<Message> messages, before(reader, anchor, limit + 1));
    Page page = oldestFirst(std::move(messages), limit);
    page.moreAfter = true; // the anchor
    return page;
}

base::Result<Page> ProfileHistory::pageAfter(MessageReader& reader, const Anchor& anchor, int limit) {
    RECADO_TRY(QVector<Message> messages, fromAnchor(reader, anchor, limit + 2));
    messages.removeFirst();
    Page page;
    page.moreBefore = true; // the anchor
    page.moreAfter = messages.size() > limit;
    if (page.moreAfter)
        messages.resize(limit);
    page.messages = std::move(messages);
    return page;
}

base::Result<Page> ProfileHistory::pageAround(MessageReader& reader, const Anchor& anchor, int limit) {
    RECADO_TRY(QVector<Message> earlier, before(reader, anchor, limit + 1));
    RECADO_TRY(QVector<Message> later, fromAnchor(reader, anchor, limit + 1));
    // The anchor in the middle, unless one side has too little to fill its half.
    const qsizetype wantedEarlier = std::max(qsizetype(limit / 2), limit - later.size());
    const qsizetype takenEarlier = std::min(earlier.size(), wantedEarlier);
    const qsizetype takenLater = std::min(later.size(), limit - takenEarlier);
    Page page = oldestFirst(std::move(earlier), int(takenEarlier));
    page.moreAfter = later.size() > takenLater;
    later.resize(takenLater);
    page.messages.append(std::move(later));
    return page;
}

base::Result<Message> ProfileHistory::message(messaging::LocalId message) {
    RECADO_TRY(const sql::Transaction snapshot, sql::Transaction::beginRead(m_database));
    RECADO_TRY(std::optional<Message> found, MessageReader(m_database).message(message));
    if (!found)
        return makeError(Reason::UnknownMessage, QStringLiteral("there is no such message"));
    return *std::move(found);
}

base::Result<QVector<Message>> ProfileHistory::search(const messaging::SearchRequest& request) {
    RECADO_TRY(const sql::Transaction snapshot, sql::Transaction::beginRead(m_database));
    std::optional<qint64> conversation;
    if (request.conversation) {
        RECADO_TRY(conversation, conversationNumber(*request.conversation));
    }
    const QString expression = searchExpression(request.query);
    if (expression.isEmpty())
        return QVector<Message>();
    // By age and not by relevance: ranking would read every match before the first could be shown.
    RECADO_TRY(sql::Statement rows,
               m_database.query(RECADO_VIEWED_MESSAGE
                                "JOIN message_search AS s ON s.rowid = m.id WHERE message_search MATCH ?1 "
                                "AND (?2 IS NULL OR m.conversation = ?2) ORDER BY s.rowid DESC LIMIT ?3",
                                expression, conversation, std::clamp(request.limit, 1, maximumLimit)));
    return MessageReader(m_database).all(rows);
}

} // namespace recado::storage
