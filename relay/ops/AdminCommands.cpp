#include "relay/ops/AdminCommands.h"

#include "base/Ids.h"
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
constexpr quint32 mostInvitationUses = 1'000'000;
constexpr int accountPrefixDigits = 8;

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
               database.query("SELECT id, username, list, created_at FROM account ORDER BY username"));
    QJsonArray users;
    while (true) {
        RECADO_TRY(const bool row, statement.step());
        if (!row)
            return users;
        RECADO_TRY(const routing::DeviceList list,
                   routing::DeviceList::parse(statement.bytes(2), std::numeric_limits<quint32>::max()));
        users.append(QJsonObject{
            {QStringLiteral("username"), statement.text(1)},
            {QStringLiteral("account"),
             QString::fromLatin1(statement.bytes(0).toHex().left(accountPrefixDigits))},
            {QStringLiteral("devices"), int(list.devices.size())},
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
    else if (command == QStringLiteral("health"))
        answer({{QStringLiteral("ok"), true}, {QStringLiteral("healthy"), m_database.healthy()}});
    else
        answer(refusal(QStringLiteral("unknown command")));
}

void AdminCommands::invite(const QJsonObject& request, Answer answer) {
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

void AdminCommands::users(Answer answer) {
    m_database.read<QJsonArray>(
        StoreCall{.inbox = &m_inbox},
        [answer = std::move(answer)](const StoreAnswer<QJsonArray>& listed) {
            answer(listed.committed()
                       ? QJsonObject{{QStringLiteral("ok"), true}, {QStringLiteral("users"), listed.value}}
                       : storeRefusal());
        },
        listUsers);
}

QJsonObject inviteRequest(quint32 uses, int expiresInDays) {
    return {{QStringLiteral("command"), QStringLiteral("invite")},
            {QStringLiteral("uses"), qint64(uses)},
            {QStringLiteral("expiresInDays"), expiresInDays}};
}

QJsonObject usersRequest() {
    return {{QStringLiteral("command"), QStringLiteral("users")}};
}

QJsonObject healthRequest() {
    return {{QStringLiteral("command"), QStringLiteral("health")}};
}

} // namespace recado::relay
