#include "relay/ops/Erasure.h"

#include "relay/storage/RelayDatabase.h"

#include <QTimer>

#include <chrono>

namespace recado::relay {

namespace {

/// Somebody reads an older state of the database, a backup say: the log can be emptied when they have done.
constexpr int rewriteAttempts = 60;
constexpr auto rewritePause = std::chrono::seconds(1);
/// Marks of submissions are written a little later than what they are about.
constexpr auto markPause = std::chrono::milliseconds(300);
/// The deletion of a full mailbox takes longer than a message may.
constexpr auto erasePatience = std::chrono::minutes(5);

} // namespace

void Erasure::run(Parts parts, const QString& who, Answer answer) {
    std::shared_ptr<Erasure>(new Erasure(std::move(parts), std::move(answer)))->find(who);
}

void Erasure::rewrite(Parts parts, Answer answer) {
    std::shared_ptr<Erasure>(new Erasure(std::move(parts), std::move(answer)))->rewriteFiles();
}

Erasure::Erasure(Parts parts, Answer answer)
    : m_parts(std::move(parts))
    , m_answer(std::move(answer)) {}

void Erasure::find(const QString& who) {
    const QString name = who.section(QLatin1Char('@'), 0, 0);
    if (who.contains(QLatin1Char('@')) &&
        who.section(QLatin1Char('@'), 1) != m_parts.database->meta().publicName)
        return refuse(QStringLiteral("%1: that is another relay's address").arg(who));
    const StoreCall call{.inbox = m_parts.inbox};
    const auto id = base::AccountId::fromHex(who);
    m_parts.directory->findAccount(
        name, call, [self = shared_from_this(), id, who, call](const auto& byName) {
            if (!byName.committed())
                return self->refuse(QStringLiteral("the database did not answer; its log says why"));
            if (!id && !byName.value)
                return self->refuse(QStringLiteral("%1: nobody has this name here").arg(who));
            if (!id)
                return self->found(*byName.value);
            self->m_parts.directory->findAccount(*id, call, [self, who, byName](const auto& byId) {
                if (!byId.committed())
                    return self->refuse(QStringLiteral("the database did not answer; its log says why"));
                if (!byId.value && !byName.value)
                    return self->refuse(QStringLiteral("%1: there is no such account").arg(who));
                // A name can be chosen to look like somebody else's id.
                if (byId.value && byName.value && byId.value->id != byName.value->id)
                    return self->refuse(
                        QStringLiteral("%1: is one account's id and another one's name; give an "
                                       "address instead")
                            .arg(who));
                self->found(byId.value ? *byId.value : *byName.value);
            });
        });
}

void Erasure::found(const AccountRecord& account) {
    m_account = account;
    m_parts.directory->eraseAccount(
        account.id, m_parts.clock->wallMs(), StoreCall{.inbox = m_parts.inbox, .deadline = erasePatience},
        [self = shared_from_this()](const auto& erased) {
            if (!erased.committed())
                return self->refuse(QStringLiteral("the database did not take it; its log says why"));
            self->erased();
        });
}

void Erasure::erased() {
    if (!m_parts.forget)
        return rewriteFiles();
    m_parts.forget(m_account.id, [self = shared_from_this()] {
        QTimer::singleShot(markPause, self->m_parts.inbox, [self] { self->purge(); });
    });
}

/// What its connections, and others that had looked the account up before, still wrote.
void Erasure::purge() {
    m_parts.directory->eraseAccount(m_account.id, m_parts.clock->wallMs(),
                                    StoreCall{.inbox = m_parts.inbox, .deadline = erasePatience},
                                    [self = shared_from_this()](const auto&) { self->rewriteFiles(); });
}

void Erasure::rewriteFiles() {
    m_parts.database->rewrite(*m_parts.inbox, [self = shared_from_this()](const base::Status& status) {
        if (!status && status.error().reason == base::Reason::Busy && ++self->m_attempts < rewriteAttempts) {
            QTimer::singleShot(rewritePause, self->m_parts.inbox, [self] { self->rewriteFiles(); });
            return;
        }
        QJsonObject answer{{QStringLiteral("ok"), true},
                           {QStringLiteral("username"), self->m_account.username},
                           {QStringLiteral("account"), self->m_account.id.toHex()},
                           {QStringLiteral("rewritten"), status.ok()}};
        if (!status)
            answer.insert(QStringLiteral("problem"), status.error().message);
        self->m_answer(answer);
    });
}

void Erasure::refuse(const QString& text) {
    m_answer({{QStringLiteral("ok"), false}, {QStringLiteral("error"), text}});
}

} // namespace recado::relay
