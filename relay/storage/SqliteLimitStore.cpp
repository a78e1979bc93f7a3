#include "relay/storage/SqliteLimitStore.h"

#include "relay/storage/RelayDatabase.h"

#include <future>

namespace recado::relay {

namespace {

base::Result<QVector<LimitStore::Event>> limitEvents(sql::Database& database, qint64 sinceMs) {
    RECADO_TRY(sql::Statement statement,
               database.query("SELECT key, at FROM limit_event WHERE at >= ?1 ORDER BY at", sinceMs));
    QVector<LimitStore::Event> events;
    for (;;) {
        RECADO_TRY(const bool row, statement.step());
        if (!row)
            return events;
        events.append({statement.bytes(0), statement.int64(1)});
    }
}

} // namespace

SqliteLimitStore::SqliteLimitStore(RelayDatabase& database, base::Inbox& inbox)
    : m_database(database)
    , m_inbox(inbox) {}

void SqliteLimitStore::record(Event event) {
    m_database.perform<bool>(
        StoreCall{&m_inbox}, [](const auto&) {},
        [event = std::move(event)](sql::Database& database) -> base::Result<bool> {
            RECADO_CHECK(
                database.run("INSERT INTO limit_event (key, at) VALUES (?1, ?2)", event.key, event.atMs));
            return true;
        });
}

QVector<LimitStore::Event> SqliteLimitStore::recall(qint64 sinceMs) {
    const auto answered = std::make_shared<std::promise<QVector<Event>>>();
    m_database.perform<QVector<Event>>(
        StoreCall{&m_inbox},
        [answered](const StoreAnswer<QVector<Event>>& answer) { answered->set_value(answer.value); },
        [sinceMs](sql::Database& database) { return limitEvents(database, sinceMs); });
    return answered->get_future().get();
}

void SqliteLimitStore::forget(qint64 beforeMs) {
    m_database.perform<bool>(
        StoreCall{&m_inbox}, [](const auto&) {},
        [beforeMs](sql::Database& database) -> base::Result<bool> {
            RECADO_CHECK(database.run("DELETE FROM limit_event WHERE at < ?1", beforeMs));
            return true;
        });
}

} // namespace recado::relay
