#pragma once

#include "messaging/History.h"

namespace recado::sql {
class Database;
class Statement;
} // namespace recado::sql

namespace recado::storage {

class MessageReader;

/// Reads a profile for whoever shows it; each call sees one committed state. On the thread of its connection,
/// usually a query-only one (ProfileDatabase::openReader). Pages are ranges of the timeline's index, so their
/// time does not depend on how much there is.
class ProfileHistory final : public messaging::History {
public:
    /// Longest page; PageRequest::limit and SearchRequest::limit are cut down to it.
    static constexpr int maximumLimit = 500;

    explicit ProfileHistory(sql::Database& database)
        : m_database(database) {}

    base::Result<QVector<messaging::Conversation>> conversations() override;
    base::Result<messaging::Page> page(const messaging::PageRequest& request) override;
    /// Nothing for a query without letters and numbers. UnknownChat.
    base::Result<QVector<messaging::Message>> search(const messaging::SearchRequest& request) override;
    base::Result<messaging::Message> message(messaging::LocalId message) override;

private:
    struct Anchor;

    base::Result<qint64> conversationNumber(const base::ConversationId& conversation);
    base::Result<Anchor> anchor(qint64 conversation, messaging::LocalId message);
    base::Result<QVector<messaging::Message>> before(MessageReader& reader, const Anchor& anchor, int limit);
    base::Result<QVector<messaging::Message>> fromAnchor(MessageReader& reader, const Anchor& anchor,
                                                         int limit);
    base::Result<messaging::Page> newestPage(MessageReader& reader, qint64 conversation, int limit);
    base::Result<messaging::Page> pageBefore(MessageReader& reader, const Anchor& anchor, int limit);
    base::Result<messaging::Page> pageAfter(MessageReader& reader, const Anchor& anchor, int limit);
    base::Result<messaging::Page> pageAround(MessageReader& reader, const Anchor& anchor, int limit);

    sql::Database& m_database;
};

} // namespace recado::storage
