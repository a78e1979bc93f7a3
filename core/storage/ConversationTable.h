#pragma once

#include "messaging/ConversationStore.h"
#include "storage/Work.h"

namespace recado::sql {
class Database;
}

namespace recado::storage {

/// Table `conversation`. Changing one that is not there is UnknownChat.
class ConversationTable final : public messaging::ConversationStore {
public:
    ConversationTable(sql::Database& database, Work& work)
        : m_database(database)
        , m_work(work) {}

    base::Result<std::optional<messaging::ConversationRecord>>
    conversation(const base::ConversationId& conversation) override;
    /// StorageFailed when it is there already (and was not removed).
    base::Status insertConversation(const messaging::ConversationRecord& conversation) override;
    base::Status setRequest(const base::ConversationId& conversation, bool request) override;
    base::Status saveClock(const base::ConversationId& conversation, quint64 clock,
                           quint64 ownSequence) override;
    /// Leaves of it what MessageChangeTable leaves of a removed message.
    base::Status removeConversation(const base::ConversationId& conversation) override;

private:
    sql::Database& m_database;
    Work& m_work;
};

} // namespace recado::storage
