#pragma once

#include "messaging/MessageStore.h"
#include "storage/Work.h"

namespace recado::sql {
class Database;
}

namespace recado::storage {

/// Edits, deletions and reactions (tables `message`, `reaction`, `early_change`). Changing a message that is
/// not there is UnknownMessage. What is erased or removed leaves no word in these tables, the search index
/// and the log. The outbox forgets it with them once nobody can ask for it any more: what is on its way stays
/// there until it is delivered or expires.
class MessageChangeTable final : public messaging::MessageChangeStore {
public:
    MessageChangeTable(sql::Database& database, Work& work)
        : m_database(database)
        , m_work(work) {}

    base::Status edit(messaging::LocalId message, const QString& text, quint64 editClock) override;
    base::Status erase(messaging::LocalId message) override;
    base::Status remove(messaging::LocalId message) override;
    base::Result<bool> react(messaging::LocalId message, const base::AccountId& sender, const QString& emoji,
                             quint64 clock) override;
    base::Status addEarly(const messaging::EarlyChange& change) override;
    base::Result<QVector<messaging::EarlyChange>> takeEarly(const messaging::MessageKey& target) override;
    /// Those received before.
    base::Status expireEarly(qint64 receivedBeforeMs);

private:
    base::Status forgetSettledOutbox(messaging::LocalId message);

    sql::Database& m_database;
    Work& m_work;
};

} // namespace recado::storage
