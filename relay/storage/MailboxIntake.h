#pragma once

#include "relay/delivery/MailboxStore.h"

#include <functional>
#include <memory>
#include <mutex>
#include <variant>
#include <vector>

namespace recado::relay {

class MailboxBatch;

/// What became of operations, gathered so that each inbox is posted to once.
class MailboxAnswers {
public:
    void add(base::Inbox* inbox, StoreCallback<bool> done, StoreResult result);
    void add(base::Inbox* inbox, StoreCallback<MailboxUsage> done, StoreAnswer<MailboxUsage> answer);
    void add(base::Inbox* inbox, std::function<void()> answer);
    /// Posts them, and begins anew.
    void send();

private:
    struct ForInbox {
        base::Inbox* inbox = nullptr;
        std::vector<std::pair<StoreCallback<bool>, StoreResult>> appends;
        std::vector<std::pair<StoreCallback<MailboxUsage>, StoreAnswer<MailboxUsage>>> acknowledgements;
        std::vector<std::function<void()>> others;

        void give();
    };
    ForInbox& of(base::Inbox* inbox);

    std::vector<std::unique_ptr<ForInbox>> m_inboxes;
};

/// An operation that waits for its batch.
struct MailboxOperation {
    struct Append {
        MailboxAppend append;
        StoreCallback<bool> done;
    };
    struct Acknowledge {
        base::DeviceAddress device;
        QVector<DeliveryRange> ranges;
        StoreCallback<MailboxUsage> done;
    };
    /// Works on the batch and returns how to answer; without a batch, with this result.
    using Read = std::function<std::function<void()>(MailboxBatch*, StoreResult)>;

    base::Inbox* inbox = nullptr;
    qint64 deadlineMs = 0; // monotonic
    std::variant<Append, Acknowledge, Read> what;

    [[nodiscard]] bool isRead() const { return std::holds_alternative<Read>(what); }
    [[nodiscard]] qint64 bytes() const;
    /// It was not carried out. Nothing happens when it was answered already.
    void answer(MailboxAnswers& answers, StoreResult result);
};

/// The operations that wait for the writer, in the order of the calls. Thread-safe.
class MailboxIntake {
public:
    /// How soon somebody has to come for what waits.
    enum class Need { None, Soon, Now };
    static constexpr qint64 maximumBytes = 256 * 1024 * 1024;
    static constexpr std::size_t maximumOperations = 262'144;
    /// What one batch takes: a commit should not keep others waiting for long.
    static constexpr qint64 batchBytes = 8 * 1024 * 1024;
    static constexpr std::size_t batchOperations = 16'384;

    /// What has to be arranged now: None when somebody is coming soon enough already, or (the operation is
    /// left where it was) nothing more fits; then `refused` is set.
    Need push(MailboxOperation& operation, bool& refused);
    /// The oldest, for one batch. Nobody is coming any more; true in `more` when somebody has to, at once.
    std::vector<MailboxOperation> take(bool& more);
    std::vector<MailboxOperation> takeAll();

private:
    std::mutex m_mutex;
    std::vector<MailboxOperation> m_waiting;
    qint64 m_bytes = 0;
    Need m_arranged = Need::None;
};

} // namespace recado::relay
