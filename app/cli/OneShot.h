#pragma once

#include "app/cli/Api.h"
#include "app/cli/CommandLine.h"
#include "app/cli/PacedNotifications.h"
#include "app/cli/StandardOutput.h"
#include "messaging/Client.h"

#include <QObject>
#include <QTimer>

#include <functional>
#include <memory>

namespace recado::cli {

/// One command of the command line carried out over the same API that `rpc` offers; prints the result as JSON
/// (exactly the method's result, or one object with the member `error`, as JSON-RPC has it) or as text. What
/// went wrong is said on standard error in either case. Main thread.
class OneShot : public QObject {
    Q_OBJECT
public:
    /// `send` waits this long for the relay's acceptance.
    static constexpr int acceptanceTimeoutMs = 10'000;
    /// `whoami` waits this long for a connection that is being made.
    static constexpr int connectTimeoutMs = 2'000;

    /// Borrows the client, which the caller starts, and the descriptor.
    OneShot(messaging::Client& client, const Invocation& invocation, int outputDescriptor,
            QObject* parent = nullptr);

    void run();
    /// Ends `listen` (code 0); any other command has failed then (code 1).
    void stop();

Q_SIGNALS:
    /// The exit code.
    void finished(int exitCode);

private:
    using Show = QString (*)(const QJsonObject& result);

    void registerAccount();
    void send();
    void messages();
    void whoami();
    void listen();
    /// Calls a method; `next` gets its result, an error ends the command.
    void call(const QString& method, const QJsonObject& params,
              const std::function<void(const QJsonObject&)>& next);
    void callAndShow(const QString& method, const QJsonObject& params, Show show);
    void showMessagesOf(const QString& chatId);
    void waitForAcceptance(const QJsonObject& sent);
    void showSent(QJsonObject sent, const QString& status);
    void print(const QJsonObject& result, Show show);
    void say(const QString& method, const QJsonObject& params);
    void fail(const RpcError& error);
    void finish(int exitCode);

    messaging::Client& m_client;
    Invocation m_invocation;
    Api m_api;
    StandardOutput m_output;
    std::unique_ptr<PacedNotifications> m_notifications; // of `listen`
    QTimer m_limit;
    bool m_isFinished = false;
};

} // namespace recado::cli
