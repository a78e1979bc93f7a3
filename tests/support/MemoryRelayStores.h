#pragma once

#include "base/Inbox.h"
#include "relay/delivery/Directory.h"
#include "relay/delivery/MailboxStore.h"
#include "relay/keys/PrekeyStore.h"
#include "routing/Address.h"

#include <QHash>
#include <QMap>

#include <deque>
#include <functional>
#include <map>

namespace recado::tests {

/// Runs store operations in order, at once or, held, one by one when a test says so. Same thread as the test.
class StoreQueue {
public:
    void hold() { m_held = true; }
    /// Runs what waits and stops holding.
    void release() {
        m_held = false;
        while (!m_waiting.empty())
            runOne();
    }
    /// Runs the oldest waiting operation.
    void runOne() {
        const auto operation = std::move(m_waiting.front());
        m_waiting.pop_front();
        operation();
    }
    [[nodiscard]] std::size_t waiting() const { return m_waiting.size(); }

    void run(std::function<void()> operation) {
        m_waiting.push_back(std::move(operation));
        while (!m_held && !m_waiting.empty())
            runOne();
    }

private:
    bool m_held = false;
    std::deque<std::function<void()>> m_waiting;
};

template <typename T>
void postAnswer(const relay::StoreCall& call, const relay::StoreCallback<T>& done, relay::StoreResult result,
                T value) {
    call.inbox->post([done, answer = relay::StoreAnswer<T>{result, std::move(value)}] { done(answer); });
}

/// Mailboxes in memory, with results a test can choose.
class MemoryMailboxStore final : public relay::MailboxStore {
public:
    struct Row {
        relay::MailboxEntry entry;
        QByteArray body;
    };

    StoreQueue queue;
    QHash<base::DeviceAddress, QMap<base::DeliveryId, Row>> rows;
    QHash<base::DeviceAddress, queue::AckWindow> windows;
    /// Unknown appends wrote nothing, rather than that only their answer was lost.
    bool unknownWritesNothing = false;
    /// Results of the next appends, then of the next peeks; Committed when empty.
    std::deque<relay::StoreResult> appendResults;
    std::deque<relay::StoreResult> peekResults;
    int appends = 0;
    int peeks = 0;
    /// Ranges in all acknowledgements: each is a deletion.
    int acknowledgedRanges = 0;

    void append(relay::MailboxAppend append, relay::StoreCall call,
                relay::StoreCallback<bool> done) override {
        ++appends;
        queue.run([this, append = std::move(append), call, done = std::move(done)] {
            const relay::StoreResult result = next(appendResults);
            const bool written = result == relay::StoreResult::Committed ||
                                 (result == relay::StoreResult::Unknown && !unknownWritesNothing);
            if (written) {
                for (const relay::MailboxEntry& entry : append.entries) {
                    auto& mailbox = rows[entry.device];
                    if (!mailbox.contains(entry.id))
                        mailbox.insert(entry.id, Row{entry, entry.hasBody ? append.body : QByteArray()});
                }
                if (append.mark)
                    windows[append.mark->sender].mark(append.mark->number);
            }
            postAnswer(call, done, result, true);
        });
    }

    void peek(relay::MailboxPeek peek, relay::StoreCall call,
              relay::StoreCallback<relay::MailboxPage> done) override {
        ++peeks;
        queue.run([this, peek, call, done = std::move(done)] {
            relay::MailboxPage page;
            const relay::StoreResult result = next(peekResults);
            const auto& mailbox = rows[peek.device];
            qint64 bytes = 0;
            auto row = mailbox.upperBound(peek.after);
            for (; row != mailbox.end() && page.rows.size() < peek.maximumCount; ++row) {
                const relay::MailboxEntry& entry = row->entry;
                bytes += entry.sealedHeader.size() + entry.ciphertext.size() + row->body.size();
                if (bytes > peek.maximumBytes && !page.rows.isEmpty())
                    break;
                page.rows.push_back(
                    {entry.id, entry.acceptedAtMs, entry.sealedHeader, entry.ciphertext, row->body});
            }
            page.exhausted = row == mailbox.end();
            postAnswer(call, done, result, page);
        });
    }

    void acknowledge(base::DeviceAddress device, QVector<relay::DeliveryRange> ranges, relay::StoreCall call,
                     relay::StoreCallback<relay::MailboxUsage> done) override {
        acknowledgedRanges += int(ranges.size());
        queue.run([this, device, ranges = std::move(ranges), call, done = std::move(done)] {
            relay::MailboxUsage removed{device, 0, 0};
            auto& mailbox = rows[device];
            for (const relay::DeliveryRange& range : ranges) {
                auto row = mailbox.lowerBound(range.first);
                while (row != mailbox.end() && row.key() <= range.last) {
                    count(removed, *row);
                    row = mailbox.erase(row);
                }
            }
            postAnswer(call, done, relay::StoreResult::Committed, removed);
        });
    }

    void expire(qint64 nowMs, relay::StoreCall call,
                relay::StoreCallback<QVector<relay::MailboxUsage>> done) override {
        queue.run([this, nowMs, call, done = std::move(done)] {
            QVector<relay::MailboxUsage> removed;
            for (auto mailbox = rows.begin(); mailbox != rows.end(); ++mailbox) {
                relay::MailboxUsage usage{mailbox.key(), 0, 0};
                mailbox->removeIf([&](const auto& row) {
                    if (row.value().entry.expiresAtMs > nowMs)
                        return false;
                    count(usage, row.value());
                    return true;
                });
                if (usage.count > 0)
                    removed.push_back(usage);
            }
            postAnswer(call, done, relay::StoreResult::Committed, removed);
        });
    }

    void usage(QVector<base::DeviceAddress> devices, relay::StoreCall call,
               relay::StoreCallback<QVector<relay::MailboxUsage>> done) override {
        queue.run([this, devices = std::move(devices), call, done = std::move(done)] {
            QVector<relay::MailboxUsage> answer;
            for (const base::DeviceAddress& device : devices) {
                relay::MailboxUsage usage{device, 0, 0};
                for (const Row& row : std::as_const(rows[device]))
                    count(usage, row);
                answer.push_back(usage);
            }
            postAnswer(call, done, relay::StoreResult::Committed, answer);
        });
    }

    void submissions(base::DeviceAddress sender, relay::StoreCall call,
                     relay::StoreCallback<queue::AckWindow> done) override {
        queue.run([this, sender, call, done = std::move(done)] {
            postAnswer(call, done, relay::StoreResult::Committed, windows.value(sender));
        });
    }

private:
    static relay::StoreResult next(std::deque<relay::StoreResult>& results) {
        if (results.empty())
            return relay::StoreResult::Committed;
        const relay::StoreResult result = results.front();
        results.pop_front();
        return result;
    }
    static void count(relay::MailboxUsage& usage, const Row& row) {
        ++usage.count;
        usage.bytes += quint64(row.entry.sealedHeader.size() + row.entry.ciphertext.size() + row.body.size());
    }
};

/// Accounts, invitations and prekeys in memory.
class MemoryDirectory final : public relay::Directory, public relay::PrekeyStore {
public:
    struct Keys {
        std::optional<relay::SignedPrekeyRecord> signedPrekey;
        std::map<quint32, relay::OneTimePrekey> oneTime;
    };
    struct FreedName {
        QString skeleton;
        qint64 atMs = 0;
    };

    StoreQueue queue;
    /// The next operation answers this instead of doing anything.
    std::optional<relay::StoreResult> failNext;
    QHash<base::AccountId, relay::AccountRecord> accounts;
    QHash<base::AccountId, quint64> versions;
    QHash<base::DeviceAddress, Keys> keys;
    QHash<QByteArray, relay::Invitation> invitations;
    QHash<base::AccountId, relay::RecoveryRequest> recoveries;
    QVector<FreedName> freed;
    int sweeps = 0;

    void createAccount(relay::NewAccount account, relay::StoreCall call,
                       relay::StoreCallback<relay::RegistrationAnswer> done) override {
        answerWith<relay::RegistrationAnswer>(call, done, [this, account] { return create(account); });
    }

    void findAccount(AccountKey key, relay::StoreCall call,
                     relay::StoreCallback<std::optional<relay::AccountRecord>> done) override {
        answerWith<std::optional<relay::AccountRecord>>(call, done, [this, key] { return find(key); });
    }

    void setDeviceList(routing::DeviceList list, routing::SignedDeviceList signedList, qint64 nowMs,
                       relay::StoreCall call, relay::StoreCallback<relay::DeviceListOutcome> done) override {
        answerWith<relay::DeviceListOutcome>(call, done, [this, list, signedList, nowMs] {
            const auto account = accounts.find(list.account);
            if (account == accounts.end())
                return relay::DeviceListOutcome::UnknownAccount;
            if (versions[list.account] >= list.version)
                return relay::DeviceListOutcome::NotHigher;
            if (recoveries.contains(list.account) && recoveries[list.account].expiresAtMs > nowMs)
                return relay::DeviceListOutcome::RecoveryOpen;
            versions[list.account] = list.version;
            account->list = signedList;
            keys.removeIf([&](const auto& entry) {
                return entry.key().account == list.account && list.find(entry.key().device) == nullptr;
            });
            return relay::DeviceListOutcome::Stored;
        });
    }

    void openRecovery(relay::RecoveryRequest request, relay::StoreCall call,
                      relay::StoreCallback<std::optional<relay::RecoveryOffer>> done) override {
        answerWith<std::optional<relay::RecoveryOffer>>(call, done, [this, request] {
            const auto account = find(request.username);
            if (!account)
                return std::optional<relay::RecoveryOffer>();
            recoveries.insert(account->id, request);
            const auto list = routing::DeviceList::parse(account->list.bytes, 1'024);
            quint32 device = 1;
            for (const routing::ListedDevice& listed : list->devices)
                device = std::max(device, listed.deviceId + 1);
            return std::optional(
                relay::RecoveryOffer{account->id, account->username, versions[account->id] + 1, device});
        });
    }

    void recoverAccount(relay::NewAccount account, relay::StoreCall call,
                        relay::StoreCallback<relay::RecoveryOutcome> done) override {
        answerWith<relay::RecoveryOutcome>(call, done, [this, account] {
            const auto stored = accounts.find(account.account.id);
            if (stored == accounts.end() || stored->username != account.account.username)
                return relay::RecoveryOutcome::Invalid;
            if (stored->list == account.account.list)
                return relay::RecoveryOutcome::Repeated;
            const auto recovery = recoveries.constFind(account.account.id);
            if (recovery == recoveries.constEnd() || recovery->secretHash != account.recoveryHash ||
                recovery->expiresAtMs <= account.nowMs)
                return relay::RecoveryOutcome::Invalid;
            recoveries.erase(recovery);
            *stored = account.account;
            versions[account.account.id] = account.listVersion;
            keys.removeIf([&](const auto& entry) { return entry.key().account == account.account.id; });
            store(account.device, account.prekeys, 1'000);
            return relay::RecoveryOutcome::Recovered;
        });
    }

    void eraseAccount(base::AccountId account, qint64 nowMs, relay::StoreCall call,
                      relay::StoreCallback<bool> done) override {
        answerWith<bool>(call, done, [this, account, nowMs] {
            const auto found = accounts.find(account);
            if (found == accounts.end())
                return false;
            freed.push_back({routing::lookAlikeSkeleton(found->username), nowMs});
            accounts.erase(found);
            keys.removeIf([&](const auto& entry) { return entry.key().account == account; });
            return true;
        });
    }

    /// Nothing to do: no mailboxes here.
    void sweep(relay::StoreCall call, relay::StoreCallback<int> done) override {
        ++sweeps;
        postAnswer(call, done, relay::StoreResult::Committed, 0);
    }

    void addInvitation(relay::Invitation invitation, relay::StoreCall call,
                       relay::StoreCallback<bool> done) override {
        answerWith<bool>(call, done, [this, invitation] {
            invitations.insert(invitation.tokenHash, invitation);
            return true;
        });
    }

    void storePrekeys(base::DeviceAddress device, relay::PrekeyBatch batch, quint32 cap,
                      relay::StoreCall call, relay::StoreCallback<quint32> done) override {
        answerWith<quint32>(call, done, [this, device, batch, cap] {
            return isListed(device) ? store(device, batch, cap) : 0U;
        });
    }

    void takePrekeys(base::AccountId account, QVector<relay::PrekeyRequest> requests, relay::StoreCall call,
                     relay::StoreCallback<QVector<relay::TakenPrekeys>> done) override {
        answerWith<QVector<relay::TakenPrekeys>>(
            call, done, [this, account, requests] { return take(account, requests); });
    }

    void countPrekeys(base::DeviceAddress device, relay::StoreCall call,
                      relay::StoreCallback<quint32> done) override {
        answerWith<quint32>(call, done, [this, device] { return quint32(keys[device].oneTime.size()); });
    }

private:
    template <typename T>
    void answerWith(relay::StoreCall call, relay::StoreCallback<T> done, std::function<T()> operation) {
        queue.run([this, call, done = std::move(done), operation = std::move(operation)] {
            if (const auto failure = std::exchange(failNext, std::nullopt))
                return postAnswer(call, done, *failure, T{});
            postAnswer(call, done, relay::StoreResult::Committed, operation());
        });
    }

    relay::RegistrationAnswer create(const relay::NewAccount& account) {
        if (const auto existing = accounts.constFind(account.account.id); existing != accounts.constEnd())
            return {relay::RegistrationOutcome::AccountExists, *existing};
        const auto invitation = invitations.find(account.invitationHash);
        const bool invited = !account.invitationHash.isEmpty();
        if (invited && (invitation == invitations.end() || invitation->uses == 0 ||
                        invitation->expiresAtMs <= account.nowMs))
            return {relay::RegistrationOutcome::InvalidInvitation, {}};
        for (const relay::AccountRecord& other : std::as_const(accounts)) {
            if (routing::lookAlikeSkeleton(other.username) == account.skeleton)
                return {relay::RegistrationOutcome::UsernameTaken, {}};
        }
        for (const FreedName& name : std::as_const(freed)) {
            if (name.skeleton == account.skeleton && account.nowMs - name.atMs < account.usernameRestMs)
                return {relay::RegistrationOutcome::UsernameTaken, {}};
        }
        if (invited)
            --invitation->uses;
        accounts.insert(account.account.id, account.account);
        versions.insert(account.account.id, account.listVersion);
        store(account.device, account.prekeys, 1'000);
        return {relay::RegistrationOutcome::Created, {}};
    }

    std::optional<relay::AccountRecord> find(const AccountKey& key) const {
        for (const relay::AccountRecord& account : accounts) {
            if (std::holds_alternative<QString>(key) ? account.username == std::get<QString>(key)
                                                     : account.id == std::get<base::AccountId>(key))
                return account;
        }
        return std::nullopt;
    }

    [[nodiscard]] bool isListed(base::DeviceAddress device) const {
        const auto account = accounts.constFind(device.account);
        if (account == accounts.constEnd())
            return false;
        const auto list = routing::DeviceList::parse(account->list.bytes, 1'024);
        return list.ok() && list->find(device.device) != nullptr;
    }

    quint32 store(base::DeviceAddress device, const relay::PrekeyBatch& batch, quint32 cap) {
        Keys& stored = keys[device];
        if (batch.signedPrekey)
            stored.signedPrekey = batch.signedPrekey;
        if (batch.replace)
            stored.oneTime.clear();
        for (const relay::OneTimePrekey& key : batch.prekeys) {
            if (stored.oneTime.contains(key.id) || stored.oneTime.size() < cap)
                stored.oneTime.insert_or_assign(key.id, key);
        }
        return quint32(stored.oneTime.size());
    }

    QVector<relay::TakenPrekeys> take(base::AccountId account,
                                      const QVector<relay::PrekeyRequest>& requests) {
        QVector<relay::TakenPrekeys> taken;
        for (const relay::PrekeyRequest& request : requests) {
            Keys& stored = keys[{account, request.deviceId}];
            if (!stored.signedPrekey)
                continue;
            relay::TakenPrekeys one{request.deviceId, *stored.signedPrekey, {}, 0};
            if (request.takeOneTime && !stored.oneTime.empty()) {
                one.oneTime = stored.oneTime.begin()->second;
                stored.oneTime.erase(stored.oneTime.begin());
            }
            one.remaining = quint32(stored.oneTime.size());
            taken.push_back(one);
        }
        return taken;
    }
};

} // namespace recado::tests
