#include "support/CliProcess.h"

#include "support/Wait.h"

#include <QDir>
#include <QFile>
#include <QJsonDocument>

namespace recado::tests {

namespace {

RpcAnswer parseRpcAnswer(const QJsonObject& object, qint64 arrivedNs) {
    RpcAnswer answer;
    answer.arrived = true;
    answer.arrivedNs = arrivedNs;
    answer.result = object.value(QLatin1String("result")).toObject();
    const QJsonObject error = object.value(QLatin1String("error")).toObject();
    answer.errorCode = error.value(QLatin1String("code")).toInt();
    answer.errorMessage = error.value(QLatin1String("message")).toString();
    answer.data = error.value(QLatin1String("data")).toObject();
    answer.reason = answer.data.value(QLatin1String("reason")).toString();
    answer.param = answer.data.value(QLatin1String("param")).toString();
    return answer;
}

QJsonObject textContent(const QString& text) {
    return {{QStringLiteral("type"), QStringLiteral("text")}, {QStringLiteral("text"), text}};
}

} // namespace

QByteArray RpcAnswer::describe() const {
    if (!arrived)
        return "no answer came";
    if (errorCode == 0)
        return "result " + QJsonDocument(result).toJson(QJsonDocument::Compact);
    return "error " + QByteArray::number(errorCode) + " reason '" + reason.toUtf8() + "' param '" +
           param.toUtf8() + "': " + errorMessage.toUtf8();
}

CliProcess::CliProcess(const QString& directory, QObject* parent)
    : ChildProcess(QStringLiteral("recado-cli"), directory, parent)
    , m_directory(directory) {
    setKeepLines(false);
    connect(this, &ChildProcess::lineArrived, this,
            [this](const QByteArray& line, qint64 arrivedNs) { readLine(line, arrivedNs); });
}

QString CliProcess::profileDirectory() const {
    return m_directory + QStringLiteral("/profile");
}

void CliProcess::setPassphrase(const QString& passphrase) {
    m_passphraseFile = m_directory + QStringLiteral("/passphrase");
    QFile file(m_passphraseFile);
    if (!file.open(QIODevice::WriteOnly) || file.write(passphrase.toUtf8() + '\n') < 0)
        qFatal("cannot write a passphrase file in the scratch directory");
}

bool CliProcess::start() {
    QStringList arguments{QStringLiteral("--profile"), profileDirectory()};
    if (!m_passphraseFile.isEmpty())
        arguments << QStringLiteral("--passphrase-file") << m_passphraseFile;
    setArguments(arguments << QStringLiteral("rpc"));
    return launch();
}

bool CliProcess::killAndRestart() {
    killHard();
    return start();
}

int CliProcess::finish(int timeoutMs) {
    closeInput();
    return waitForExit(timeoutMs);
}

qint64 CliProcess::send(const QString& method, const QJsonObject& params) {
    const qint64 id = ++m_lastId;
    const QJsonObject request{{QStringLiteral("jsonrpc"), QStringLiteral("2.0")},
                              {QStringLiteral("id"), id},
                              {QStringLiteral("method"), method},
                              {QStringLiteral("params"), params}};
    write(QJsonDocument(request).toJson(QJsonDocument::Compact) + '\n');
    return id;
}

RpcAnswer CliProcess::answer(qint64 id, int timeoutMs) {
    if (!waitUntil([this, id] { return m_answers.contains(id) || !isRunning(); }, timeoutMs))
        return {};
    return m_answers.take(id);
}

RpcAnswer CliProcess::call(const QString& method, const QJsonObject& params, int timeoutMs) {
    return answer(send(method, params), timeoutMs);
}

std::optional<RpcAnswer> CliProcess::takeAnswer(qint64 id) {
    const auto found = m_answers.constFind(id);
    if (found == m_answers.constEnd())
        return std::nullopt;
    return m_answers.take(id);
}

RpcAnswer CliProcess::registerAt(const QString& relayUrl, const QString& username, const QString& displayName,
                                 const QString& invite) {
    QJsonObject params{{QStringLiteral("relay"), relayUrl}, {QStringLiteral("username"), username}};
    if (!displayName.isEmpty())
        params.insert(QStringLiteral("displayName"), displayName);
    if (!invite.isEmpty())
        params.insert(QStringLiteral("invite"), invite);
    RpcAnswer registered = call(QStringLiteral("register"), params, 30'000);
    if (registered.ok()) {
        m_address = registered.result.value(QLatin1String("address")).toString();
        m_accountId = registered.result.value(QLatin1String("accountId")).toString();
    }
    return registered;
}

RpcAnswer CliProcess::sendTextTo(const QString& to, const QString& text) {
    return call(QStringLiteral("sendMessage"),
                {{QStringLiteral("to"), to}, {QStringLiteral("content"), textContent(text)}});
}

RpcAnswer CliProcess::sendTextIn(const QString& chatId, const QString& text) {
    return call(QStringLiteral("sendMessage"),
                {{QStringLiteral("chatId"), chatId}, {QStringLiteral("content"), textContent(text)}});
}

std::optional<QJsonObject> CliProcess::waitFor(const QString& method, const Predicate& predicate,
                                               qsizetype from, int timeoutMs) {
    qsizetype next = from;
    std::optional<QJsonObject> found;
    const auto look = [&] {
        for (; next < m_notifications.size() && !found; ++next) {
            const RpcNotification& notification = m_notifications[next];
            if (notification.method == method && (!predicate || predicate(notification.params)))
                found = notification.params;
        }
        return found.has_value();
    };
    if (!waitUntil(look, timeoutMs))
        return std::nullopt;
    return found;
}

std::optional<QJsonObject> CliProcess::waitForText(const QString& text, qsizetype from, int timeoutMs) {
    const auto matches = [&](const QJsonObject& message) {
        const QJsonObject content = message.value(QLatin1String("content")).toObject();
        return content.value(QLatin1String("text")).toString() == text;
    };
    return waitFor(QStringLiteral("message"), matches, from, timeoutMs);
}

bool CliProcess::waitForStatus(const QString& messageId, const QString& status, int timeoutMs) {
    const auto matches = [&](const QJsonObject& params) {
        return params.value(QLatin1String("messageId")).toString() == messageId &&
               params.value(QLatin1String("status")).toString() == status;
    };
    return waitFor(QStringLiteral("status"), matches, 0, timeoutMs).has_value();
}

bool CliProcess::waitOnline(int timeoutMs) {
    const qsizetype before = mark();
    const RpcAnswer now = call(QStringLiteral("whoami"), {}, timeoutMs);
    if (now.result.value(QLatin1String("state")).toString() == QLatin1String("online"))
        return true;
    const auto online = [](const QJsonObject& params) {
        return params.value(QLatin1String("state")).toString() == QLatin1String("online");
    };
    return waitFor(QStringLiteral("connection"), online, before, timeoutMs).has_value();
}

void CliProcess::readLine(const QByteArray& line, qint64 arrivedNs) {
    const QJsonDocument document = QJsonDocument::fromJson(line);
    const QJsonObject object = document.object();
    if (object.value(QLatin1String("jsonrpc")).toString() != QLatin1String("2.0")) {
        m_strayLines.append(line);
        return;
    }
    if (object.contains(QLatin1String("method"))) {
        RpcNotification notification{object.value(QLatin1String("method")).toString(),
                                     object.value(QLatin1String("params")).toObject(), arrivedNs};
        if (m_keepNotifications)
            m_notifications.append(notification);
        Q_EMIT notificationArrived(notification);
        return;
    }
    const qint64 id = object.value(QLatin1String("id")).toInteger();
    const RpcAnswer answer = parseRpcAnswer(object, arrivedNs);
    m_answers.insert(id, answer);
    Q_EMIT answerArrived(id, answer);
}

} // namespace recado::tests
