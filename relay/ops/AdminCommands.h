#pragma once

#include "base/Clock.h"
#include "base/Inbox.h"

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
///   the relay is running
/// - `users`: `users`, an array of {`username`, `account` (first 8 digits), `devices`, `createdAtMs` (0 when
/// it
///   was not written down)}
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

    /// Any thread. `answer` is called once, on the inbox' thread or from within run().
    void run(const QJsonObject& request, Answer answer);

private:
    void invite(const QJsonObject& request, Answer answer);
    void users(Answer answer);

    RelayDatabase& m_database;
    Directory& m_directory;
    const base::Clock& m_clock;
    base::Inbox& m_inbox;
    QString m_url;
};

QJsonObject inviteRequest(quint32 uses, int expiresInDays);
QJsonObject usersRequest();
QJsonObject healthRequest();

} // namespace recado::relay
