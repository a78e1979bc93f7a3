#pragma once

#include "base/Clock.h"
#include "base/Inbox.h"
#include "relay/ops/Erasure.h"

#include <QJsonObject>
#include <QString>

#include <functional>
#include <memory>

namespace recado::relay {

class Directory;
class RelayDatabase;

/// What an administrator may ask of a relay, whether it is running (over the control socket) or not (on the
/// database itself). Requests are objects with a `command`:
///
/// - `invite` {`uses`, `expiresInDays`}: `token`, `name` (the relay's), and `url` (where clients find it)
/// when
///   the relay is running. With `recover` (a username or address) instead of `uses`: the token gives that
///   account to whoever registers with it, once; `username` is answered as well
/// - `users`: `name`, and `users`, an array of {`username`, `account` (its id), `devices`, `listVersion`,
///   `createdAtMs` (0 when it was not written down)}
/// - `erase` {`who`}, `rewrite`: Erasure
/// - `health`: `healthy`, whether the store takes changes
///
/// Answers have `ok`; when it is false, `error` is a sentence.
class AdminCommands {
public:
    using Answer = std::function<void(QJsonObject)>;

    /// Everything is borrowed; `inbox` is where answers come from.
    AdminCommands(RelayDatabase& database, Directory& directory, const base::Clock& clock,
                  base::Inbox& inbox);

    /// What invitations name; before the first run().
    void setUrl(const QString& url) { m_url = url; }

    /// How a running relay ends an account's connections; before the first run().
    void setForget(Erasure::Forget forget) { m_forget = std::move(forget); }

    /// Any thread. `answer` is called once, on the inbox' thread or from within run().
    void run(const QJsonObject& request, Answer answer);

private:
    void invite(const QJsonObject& request, Answer answer);
    void inviteBack(const QJsonObject& request, Answer answer);
    void users(Answer answer);

    RelayDatabase& m_database;
    Directory& m_directory;
    const base::Clock& m_clock;
    base::Inbox& m_inbox;
    [[nodiscard]] Erasure::Parts erasureParts() const;

    QString m_url;
    Erasure::Forget m_forget;
};

QJsonObject inviteRequest(quint32 uses, int expiresInDays);
/// For a recovery invitation.
QJsonObject inviteBackRequest(const QString& who, int expiresInDays);
QJsonObject eraseRequest(const QString& who);
QJsonObject rewriteRequest();
QJsonObject usersRequest();
QJsonObject healthRequest();

} // namespace recado::relay
