#pragma once

#include "base/Clock.h"
#include "base/Inbox.h"
#include "relay/delivery/Directory.h"

#include <QJsonObject>
#include <QString>

#include <functional>
#include <memory>

namespace recado::relay {

class RelayDatabase;

/// One account's erasure, from the administrator's word to the last byte: the account and all that hangs on
/// it are deleted, its connections end, what was still on its way into the store is deleted too, and the
/// database is rewritten without any of it. Everything happens on the inbox' thread.
class Erasure : public std::enable_shared_from_this<Erasure> {
public:
    using Answer = std::function<void(QJsonObject)>;
    /// Ends the account's connections, then calls `done`: nothing of theirs reaches the store after that.
    using Forget = std::function<void(base::AccountId account, std::function<void()> done)>;

    struct Parts {
        RelayDatabase* database = nullptr;
        Directory* directory = nullptr;
        const base::Clock* clock = nullptr;
        base::Inbox* inbox = nullptr;
        Forget forget; // none when no relay runs
    };

    /// `who` is a username, an address or an account id (32 hexadecimal digits). Answers `username`,
    /// `account` and `rewritten`; when that is false, the account is gone and `problem` says why traces may
    /// remain.
    static void run(Parts parts, const QString& who, Answer answer);
    /// The last step alone.
    static void rewrite(Parts parts, Answer answer);

private:
    Erasure(Parts parts, Answer answer);
    void find(const QString& who);
    void found(const AccountRecord& account);
    void erased();
    void purge();
    void rewriteFiles();
    void refuse(const QString& text);

    const Parts m_parts;
    const Answer m_answer;
    AccountRecord m_account;
    int m_attempts = 0;
};

} // namespace recado::relay
