#include "storage/ArrivalTable.h"

#include "storage/Rows.h"

namespace recado::storage {

namespace {

// 64 consecutive numbers share a row: a device's numbers have no holes but lost and failed ones, so a year of
// messages takes a few hundred rows.
constexpr quint64 submissionBlock(base::SubmissionNumber submission) {
    return submission / 64;
}
constexpr quint64 submissionBit(base::SubmissionNumber submission) {
    return quint64(1) << (submission % 64);
}

} // namespace

base::Result<bool> ArrivalTable::knowsSubmission(const base::DeviceAddress& sender,
                                                 base::SubmissionNumber submission) {
    RECADO_TRY(sql::Statement row,
               m_database.query("SELECT 1 FROM seen_submission WHERE account = ?1 AND device = ?2 AND block "
                                "= ?3 AND (bits & ?4) <> 0",
                                sender.account, sender.device, submissionBlock(submission),
                                submissionBit(submission)));
    return row.step();
}

base::Result<bool> ArrivalTable::markSubmission(const base::DeviceAddress& sender,
                                                base::SubmissionNumber submission) {
    RECADO_CHECK(m_database.run(
        "INSERT INTO seen_submission (account, device, block, bits) VALUES (?1, ?2, ?3, ?4) "
        "ON CONFLICT (account, device, block) DO UPDATE SET bits = bits | ?4 "
        "WHERE (bits & ?4) = 0",
        sender.account, sender.device, submissionBlock(submission), submissionBit(submission)));
    return m_database.changes() == 1;
}

base::Result<bool> ArrivalTable::markMessage(const base::AccountId& sender, const base::MessageId& message) {
    RECADO_CHECK(m_database.run("INSERT INTO seen_message (account, message_id) VALUES (?1, ?2) ON CONFLICT "
                                "DO NOTHING",
                                sender, message));
    return m_database.changes() == 1;
}

base::Result<quint64> ArrivalTable::lastSequence(const base::ConversationId& conversation,
                                                 const base::DeviceAddress& sender) {
    RECADO_TRY(sql::Statement row,
               m_database.query("SELECT sequence FROM last_sequence WHERE conversation = ?1 AND account = ?2 "
                                "AND device = ?3",
                                conversation, sender.account, sender.device));
    RECADO_TRY(const bool found, row.step());
    return found ? row.uint64(0) : 0;
}

base::Status ArrivalTable::setLastSequence(const base::ConversationId& conversation,
                                           const base::DeviceAddress& sender, quint64 sequence) {
    return m_database.run(
        "INSERT INTO last_sequence (conversation, account, device, sequence) VALUES (?1, ?2, ?3, ?4) "
        "ON CONFLICT (conversation, account, device) DO UPDATE SET sequence = max(sequence, ?4)",
        conversation, sender.account, sender.device, orderable(sequence));
}

} // namespace recado::storage
