#include "app/cli/OneShot.h"

#include "app/cli/Json.h"
#include "app/cli/PlainText.h"

#include <QJsonArray>

#include <cstdio>

namespace recado::cli {

namespace {

constexpr int oneShotReaderPatienceMs = 5'000;

/// The chat with this address or username among the result of `getChats`; empty without one.
QString chatOfParticipant(const QJsonObject& result, const QString& address) {
    for (const QJsonValue value : result.value(QLatin1String("chats")).toArray()) {
        const QJsonObject chat = value.toObject();
        for (const QJsonValue participant : chat.value(QLatin1String("participants")).toArray()) {
            const QString name = participant.toString();
            if (name == address || name.section(QLatin1Char('@'), 0, 0) == address)
                return chat.value(QLatin1String("chatId")).toString();
        }
    }
    return {};
}

QString sentText(const QJsonObject& sent) {
    const QString status = sent.value(QLatin1String("status")).toString();
    if (status == QLatin1String("pending"))
        return QStringLiteral("not sent yet: the message is kept and goes out when the relay is reachable\n");
    return QStringLiteral("%1 (message %2)\n").arg(status, sent.value(QLatin1String("id")).toString());
}

} // namespace

OneShot::OneShot(messaging::Client& client, const Invocation& invocation, int outputDescriptor,
                 QObject* parent)
    : QObject(parent)
    , m_client(client)
    , m_invocation(invocation)
    , m_api(client)
    , m_output(outputDescriptor) {
    m_limit.setSingleShot(true);
    connect(&m_output, &StandardOutput::closed, this, [this] { finish(0); });
}

void OneShot::run() {
    const QString& command = m_invocation.command;
    if (command == QLatin1String("register"))
        registerAccount();
    else if (command == QLatin1String("send"))
        send();
    else if (command == QLatin1String("messages"))
        messages();
    else if (command == QLatin1String("chats"))
        callAndShow(QStringLiteral("getChats"), {}, chatsText);
    else if (command == QLatin1String("whoami"))
        whoami();
    else
        listen();
}

void OneShot::stop() {
    if (m_invocation.command == QLatin1String("listen"))
        finish(0);
    else
        fail(applicationError(base::makeError(base::Reason::Cancelled, QStringLiteral("interrupted"))));
}

void OneShot::registerAccount() {
    QJsonObject params{{QStringLiteral("relay"), m_invocation.arguments.at(0)},
                       {QStringLiteral("username"), m_invocation.arguments.at(1)}};
    if (!m_invocation.displayName.isEmpty())
        params.insert(QStringLiteral("displayName"), m_invocation.displayName);
    if (!m_invocation.invite.isEmpty())
        params.insert(QStringLiteral("invite"), m_invocation.invite);
    callAndShow(QStringLiteral("register"), params, accountText);
}

void OneShot::send() {
    const QString& to = m_invocation.arguments.at(0);
    const QString place = chatIdFrom(to) ? QStringLiteral("chatId") : QStringLiteral("to");
    const QJsonObject content{{QStringLiteral("type"), QStringLiteral("text")},
                              {QStringLiteral("text"), m_invocation.arguments.at(1)}};
    call(QStringLiteral("sendMessage"), {{place, to}, {QStringLiteral("content"), content}},
         [this](const QJsonObject& sent) { waitForAcceptance(sent); });
}

void OneShot::waitForAcceptance(const QJsonObject& sent) {
    const messaging::LocalId id = messageIdFrom(sent.value(QLatin1String("id")).toString()).value_or(0);
    const auto look = [this, id, sent] {
        whenDone(m_client.message(id), this, [this, sent](const base::Result<messaging::Message>& message) {
            if (message.ok() && message->status == messaging::MessageStatus::Failed)
                fail(applicationError(base::makeError(message->failure.value_or(base::Reason::Internal),
                                                      QStringLiteral("the message could not be sent"))));
            else if (message.ok() && message->status != messaging::MessageStatus::Pending)
                showSent(sent, toJson(message->status));
        });
    };
    connect(&m_limit, &QTimer::timeout, this, [this, sent] { showSent(sent, QStringLiteral("pending")); });
    connect(&m_client, &messaging::Client::statusChanged, this, look);
    m_limit.start(acceptanceTimeoutMs);
    look(); // it may have been accepted before anybody listened
}

void OneShot::showSent(QJsonObject sent, const QString& status) {
    sent.insert(QStringLiteral("status"), status);
    print(sent, sentText);
    finish(0);
}

void OneShot::messages() {
    const QString& chat = m_invocation.arguments.at(0);
    if (chatIdFrom(chat)) {
        showMessagesOf(chat);
        return;
    }
    call(QStringLiteral("getChats"), {}, [this, chat](const QJsonObject& result) {
        const QString chatId = chatOfParticipant(result, chat);
        if (chatId.isEmpty())
            answerUnknownChat([this](const Outcome& outcome) { fail(std::get<RpcError>(outcome)); });
        else
            showMessagesOf(chatId);
    });
}

void OneShot::showMessagesOf(const QString& chatId) {
    callAndShow(QStringLiteral("getMessages"),
                {{QStringLiteral("chatId"), chatId}, {QStringLiteral("limit"), m_invocation.limit}},
                messagesText);
}

void OneShot::whoami() {
    const auto show = [this] { callAndShow(QStringLiteral("whoami"), {}, accountText); };
    connect(&m_limit, &QTimer::timeout, this, show);
    connect(&m_client, &messaging::Client::connectionChanged, this,
            [this, show](const messaging::ConnectionInfo& connection) {
                if (m_limit.isActive() && connection.state != messaging::ConnectionState::Connecting) {
                    m_limit.stop();
                    show();
                }
            });
    call(QStringLiteral("whoami"), {}, [this](const QJsonObject& account) {
        const QString state = account.value(QLatin1String("state")).toString();
        if (state == QLatin1String("connecting"))
            m_limit.start(connectTimeoutMs);
        else {
            print(account, accountText);
            finish(0);
        }
    });
}

void OneShot::listen() {
    m_notifications = std::make_unique<PacedNotifications>(
        m_client, m_output,
        [this](const QString& method, const QJsonObject& params) { say(method, params); });
    // A profile without an account has nothing to listen to: that is an error at once.
    call(QStringLiteral("whoami"), {}, [](const QJsonObject&) {});
}

void OneShot::say(const QString& method, const QJsonObject& params) {
    const QJsonObject line{{QStringLiteral("method"), method}, {QStringLiteral("params"), params}};
    m_output.write(m_invocation.json ? jsonLine(line) : notificationText(method, params).toUtf8());
}

void OneShot::call(const QString& method, const QJsonObject& params,
                   const std::function<void(const QJsonObject&)>& next) {
    m_api.call(method, params, [this, next](const Outcome& outcome) {
        if (const RpcError* error = std::get_if<RpcError>(&outcome))
            fail(*error);
        else
            next(std::get<QJsonValue>(outcome).toObject());
    });
}

void OneShot::callAndShow(const QString& method, const QJsonObject& params, Show show) {
    call(method, params, [this, show](const QJsonObject& result) {
        print(result, show);
        finish(0);
    });
}

void OneShot::print(const QJsonObject& result, Show show) {
    if (m_isFinished)
        return;
    m_output.write(m_invocation.json ? jsonLine(result) : show(result).toUtf8());
}

void OneShot::fail(const RpcError& error) {
    if (m_isFinished)
        return;
    std::fputs(failureText(error).toUtf8().constData(), stderr);
    if (m_invocation.json)
        m_output.write(jsonLine(failureJson(error)));
    finish(1);
}

void OneShot::finish(int exitCode) {
    if (m_isFinished)
        return;
    m_isFinished = true;
    m_limit.stop();
    m_client.disconnect(this);
    if (m_notifications)
        m_notifications->sayAll();
    m_output.drain(oneShotReaderPatienceMs);
    Q_EMIT finished(exitCode);
}

} // namespace recado::cli
