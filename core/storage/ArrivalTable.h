#pragma once

#include "messaging/ArrivalStore.h"

namespace recado::sql {
class Database;
}

namespace recado::storage {

/// Tables `seen_submission`, `seen_message` and `last_sequence`: small rows that are never deleted.
class ArrivalTable final : public messaging::ArrivalStore {
public:
    explicit ArrivalTable(sql::Database& database)
        : m_database(database) {}

    base::Result<bool> knowsSubmission(const base::DeviceAddress& sender,
                                       base::SubmissionNumber submission) override;
    base::Result<bool> markSubmission(const base::DeviceAddress& sender,
                                      base::SubmissionNumber submission) override;
    base::Result<bool> markMessage(const base::AccountId& sender, const base::MessageId& message) override;
    base::Result<quint64> lastSequence(const base::ConversationId& conversation,
                                       const base::DeviceAddress& sender) override;
    /// A lower number than the one known changes nothing.
    base::Status setLastSequence(const base::ConversationId& conversation, const base::DeviceAddress& sender,
                                 quint64 sequence) override;

private:
    sql::Database& m_database;
};

} // namespace recado::storage
