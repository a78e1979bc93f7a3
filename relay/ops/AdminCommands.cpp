#include "relay/ops/AdminCommands.h"

#include "base/Ids.h"
#include "protocol/RecoveryToken.h"
#include "relay/accounts/Registration.h"
#include "relay/storage/RelayDatabase.h"
#include "routing/DeviceList.h"

#include <QJsonArray>

#include <limits>

namespace recado::relay {

namespace {

using base::Result;

constexpr int tokenBytes = 15; // 120 bits, 20 characters of base64
constexpr qint64 dayInMs = 24 * 3'600 * 1'000LL;
constexpr int longestInvitationDays = 3'650;
/// Whoever has one takes an account over, and the account's devices change nothing while it is open.
constexpr int longestRecoveryDays = 30;
constexpr quint32 mostInvitationUses = 1'000'000;

QString newToken() {
    QByteArray bytes(tokenBytes, '\0');
    base::fillRandom(bytes.data(), std::size_t(bytes.size()));
    return QString::fromLatin1(bytes.toBase64(QByteArray::Base64UrlEncoding));
}

QJsonObject refusal(const QString& text) {
    return {{QStringLiteral("ok"), false}, {QStringLiteral("error"), text}};
}

QJsonObject storeRefusal() {
    return refusal(QStringLiteral("the database did not take it; its log says why"));
}

Result<QJsonArray> listUsers(sql::Database& database) {
    RECADO_TRY(sql::Statement statement,
               database.query("SELECT id, username, list, created_at, list_version FROM account"
                              " ORDER BY username"));
    QJsonArray users;
    while (true) {
        RECADO_TRY(const bool row, statement.step());
        if (!row)
            return users;
        RECADO_TRY(const routing::DeviceList list,
                   routing::DeviceList::parse(statement.bytes(2), std::numeric_limits<quint32>::max()));
        users.append(QJsonObject{
            {QStringLiteral("username"), statement.text(1)},
            {QStringLiteral("account"), QString::fromLatin1(statement.bytes(0).toHex())},
            {QStringLiteral("devices"), int(list.devices.size())},
            {QStringLiteral("listVersion"), qint64(statement.int64(4))},
            {QStringLiteral("createdAtMs"), qint64(statement.int64(3))},
        });
    }
}

} // namespace

AdminCommands::AdminCommands(RelayDatabase& database, Directory& directory, const base::Clock& clock,
                             base::Inbox& inbox)
    : m_database(database)
    , m_directory(directory)
    , m_clock(clock)
    , m_inbox(inbox) {}

void AdminCommands::run(const QJsonObject& request, Answer answer) {
    const QString command = request.value(QStringLiteral("command")).toString();
    if (command == QStringLiteral("invite"))
        invite(request, std::move(answer));
    else if (command == QStringLiteral("users"))
        users(std::move(answer));
    else if (command == QStringLiteral("erase"))
        Erasure::run(erasureParts(), request.value(QStringLiteral("who")).toString(), std::move(answer));
    else if (command == QStringLiteral("rewrite"))
        Erasure::rewrite(erasureParts(), std::move(answer));
    else if (command == QStringLiteral("health"))
        answer({{QStringLiteral("ok"), true},
                {QStringLiteral("healthy"), m_database.healthy()},
                {QStringLiteral("url"), m_url}});
    else
        answer(refusal(QStringLiteral("unknown command")));
}

void AdminCommands::invite(const QJsonObject& request, Answer answer) {
    if (request.contains(QStringLiteral("recover")))
        return inviteBack(request, std::move(answer));
    const qint64 uses = request.value(QStringLiteral("uses")).toInteger();
    const qint64 days = request.value(QStringLiteral("expiresInDays")).toInteger();
    if (uses < 1 || uses > mostInvitationUses || days < 1 || days > longestInvitationDays) {
        answer(refusal(QStringLiteral("an invitation has 1 to %1 uses and 1 to %2 days")
                           .arg(mostInvitationUses)
                           .arg(longestInvitationDays)));
        return;
    }
    const QString token = newToken();
    const Invitation invitation{invitationHash(token.toStdString()), quint32(uses),
                                m_clock.wallMs() + days * dayInMs};
    const QJsonObject invited{{QStringLiteral("ok"), true},
                              {QStringLiteral("token"), token},
                              {QStringLiteral("name"), m_database.meta().publicName},
                              {QStringLiteral("url"), m_url}};
    m_directory.addInvitation(invitation, StoreCall{.inbox = &m_inbox},
                              [invited, answer = std::move(answer)](const StoreAnswer<bool>& stored) {
                                  answer(stored.committed() ? invited : storeRefusal());
                              });
}

void AdminCommands::inviteBack(const QJsonObject& request, Answer answer) {
    const QString who = request.value(QStringLiteral("recover")).toString();
    const qint64 days = request.value(QStringLiteral("expiresInDays")).toInteger();
    const QString relayName = m_database.meta().publicName;
    if (days < 1 || days > longestRecoveryDays)
        return answer(refusal(
            QStringLiteral("expires-days: a recovery invitation has 1 to %1 days").arg(longestRecoveryDays)));
    if (who.contains(QLatin1Char('@')) && who.section(QLatin1Char('@'), 1) != relayName)
        return answer(refusal(QStringLiteral("%1: that is another relay's address").arg(who)));
    QByteArray secret(protocol::RecoveryToken::secretSize, '\0');
    base::fillRandom(secret.data(), std::size_t(secret.size()));
    protocol::RecoveryToken token{{}, 0, 0, secret};
    const RecoveryRequest recovery{who.section(QLatin1Char('@'), 0, 0), token.secretHash(),
                                   m_clock.wallMs() + days * dayInMs};
    m_directory.openRecovery(
        recovery, StoreCall{.inbox = &m_inbox},
        [token, who, relayName, url = m_url,
         answer = std::move(answer)](const StoreAnswer<std::optional<RecoveryOffer>>& opened) {
            if (!opened.committed())
                return answer(storeRefusal());
            if (!opened.value)
                return answer(refusal(QStringLiteral("%1: nobody has this name here").arg(who)));
            const protocol::RecoveryToken complete{opened.value->account, opened.value->listVersion,
                                                   opened.value->device, token.secret};
            answer({{QStringLiteral("ok"), true},
                    {QStringLiteral("token"), complete.toText()},
                    {QStringLiteral("username"), opened.value->username},
                    {QStringLiteral("name"), relayName},
                    {QStringLiteral("url"), url}});
        });
}

Erasure::Parts AdminCommands::erasureParts() const {
    return {&m_database, &m_directory, &m_clock, &m_inbox, m_forget};
}

void AdminCommands::users(Answer answer) {
    m_database.read<QJsonArray>(
        StoreCall{.inbox = &m_inbox},
        [answer = std::move(answer),
         name = m_database.meta().publicName](const StoreAnswer<QJsonArray>& listed) {
            answer(listed.committed() ? QJsonObject{{QStringLiteral("ok"), true},
                                                    {QStringLiteral("name"), name},
                                                    {QStringLiteral("users"), listed.value}}
                                      : storeRefusal());
        },
        listUsers);
}

QJsonObject inviteRequest(quint32 uses, int expiresInDays) {
    return {{QStringLiteral("command"), QStringLiteral("invite")},
            {QStringLiteral("uses"), qint64(uses)},
            {QStringLiteral("expiresInDays"), expiresInDays}};
}

QJsonObject inviteBackRequest(const QString& who, int expiresInDays) {
    return {{QStringLiteral("command"), QStringLiteral("invite")},
            {QStringLiteral("recover"), who},
            {QStringLiteral("expiresInDays"), expiresInDays}};
}

QJsonObject eraseRequest(const QString& who) {
    return {{QStringLiteral("command"), QStringLiteral("erase")}, {QStringLiteral("who"), who}};
}

QJsonObject rewriteRequest() {
    return {{QStringLiteral("command"), QStringLiteral("rewrite")}};
}

QJsonObject usersRequest() {
    return {{QStringLiteral("command"), QStringLiteral("users")}};
}

QJsonObject healthRequest() {
    return {{QStringLiteral("command"), QStringLiteral("health")}};
}

} // namespace recado::relay
