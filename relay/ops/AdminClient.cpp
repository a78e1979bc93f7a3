#include "relay/ops/AdminClient.h"

#include "relay/ops/AdminCommands.h"
#include "relay/ops/ControlSocket.h"
#include "relay/ops/HomeThread.h"
#include "relay/ops/RelayKeyFile.h"
#include "relay/storage/RelayDatabase.h"
#include "relay/storage/SqliteDirectory.h"

#include <QJsonDocument>

#include <future>

namespace recado::relay {

namespace {

using base::makeError;
using base::Reason;
using base::Result;

constexpr int answerTimeoutMs = 30'000;
constexpr int erasureTimeoutMs = 3'600'000; // rewrites the database

bool isErasure(const QJsonObject& request) {
    const QString command = request.value(QStringLiteral("command")).toString();
    return command == QStringLiteral("erase") || command == QStringLiteral("rewrite");
}

Result<QJsonObject> askThrough(const Descriptor& socket, const QJsonObject& request) {
    RECADO_CHECK(controlSocket::writeLine(socket, QJsonDocument(request).toJson(QJsonDocument::Compact)));
    RECADO_TRY(const QByteArray line,
               controlSocket::readLine(socket, isErasure(request) ? erasureTimeoutMs : answerTimeoutMs));
    return QJsonDocument::fromJson(line).object();
}

Result<QJsonObject> askDatabase(const QString& directory, const QJsonObject& request) {
    RelayDatabaseOptions options;
    options.directory = directory;
    options.missing = MissingDatabase::Refuse;
    const base::SystemClock clock;
    HomeThread home;
    const auto opened = RelayDatabase::open(std::move(options), clock);
    if (!opened)
        return makeError(opened.error().reason, QStringLiteral("data: ") + opened.error().message);
    const std::unique_ptr<RelayDatabase>& database = *opened;
    SqliteDirectory accounts(*database);
    if (isErasure(request)) {
        // The name it frees must be known again by the relay that runs next.
        RECADO_TRY(const base::SigningKey key, loadRelayKey(directory, MissingKey::Refuse));
        accounts.setFreedNameKey(freedNameKey(key));
    }
    AdminCommands commands(*database, accounts, clock, home.inbox());
    std::promise<QJsonObject> answered;
    commands.run(request, [&answered](const QJsonObject& answer) { answered.set_value(answer); });
    QJsonObject answer = answered.get_future().get();
    database->stop();
    home.stop();
    return answer;
}

Result<QJsonObject> judged(Result<QJsonObject> answer) {
    if (answer && !answer->value(QStringLiteral("ok")).toBool())
        return makeError(Reason::Configuration, answer->value(QStringLiteral("error")).toString());
    return answer;
}

} // namespace

Result<QJsonObject> askRunningRelay(const QString& directory, const QJsonObject& request) {
    RECADO_TRY(const Descriptor socket, controlSocket::connectTo(directory));
    return judged(askThrough(socket, request));
}

Result<QJsonObject> runAdminCommand(const QString& directory, const QJsonObject& request) {
    const auto socket = controlSocket::connectTo(directory);
    return judged(socket ? askThrough(*socket, request) : askDatabase(directory, request));
}

} // namespace recado::relay
