#pragma once

#include "support/CliProcess.h"
#include "support/RelayProcess.h"

#include <QJsonArray>
#include <QTemporaryDir>
#include <QTest>

#include <memory>
#include <vector>

/// Fails the test with what the answer was instead of a success.
#define VERIFY_OK(answer)                                                                                    \
    do {                                                                                                     \
        const recado::tests::RpcAnswer verifyOkAnswer = (answer);                                            \
        QVERIFY2(verifyOkAnswer.ok(), verifyOkAnswer.describe().constData());                                \
    } while (false)

/// Fails the test unless the answer is this application error.
#define VERIFY_REASON(answer, expected)                                                                      \
    do {                                                                                                     \
        const recado::tests::RpcAnswer verifyReasonAnswer = (answer);                                        \
        QVERIFY2(verifyReasonAnswer.reason == QLatin1String(expected),                                       \
                 verifyReasonAnswer.describe().constData());                                                 \
    } while (false)

namespace recado::tests {

/// A fresh relay in a temporary directory and the people who talk through it.
class People {
public:
    People()
        : m_relay(m_directory.path() + QStringLiteral("/relay")) {}

    [[nodiscard]] RelayProcess& relay() { return m_relay; }
    [[nodiscard]] QString directory() const { return m_directory.path(); }

    /// A started command line with a profile of its own, without an account yet.
    CliProcess& add(const QString& name) {
        m_clients.push_back(std::make_unique<CliProcess>(m_directory.path() + QLatin1Char('/') + name));
        CliProcess& client = *m_clients.back();
        if (!client.start())
            qFatal("recado-cli does not start: %s", client.errorText().constData());
        return client;
    }

    /// The same with an account called `name`.
    CliProcess& join(const QString& name, const QString& displayName = {}) {
        CliProcess& client = add(name);
        const RpcAnswer registered = client.registerAt(m_relay.url(), name, displayName);
        if (!registered.ok())
            qFatal("%s cannot register: %s", qPrintable(name), registered.describe().constData());
        return client;
    }

private:
    QTemporaryDir m_directory;
    RelayProcess m_relay;
    std::vector<std::unique_ptr<CliProcess>> m_clients;
};

inline QString textOf(const QJsonObject& message) {
    return message.value(QLatin1String("content")).toObject().value(QLatin1String("text")).toString();
}

inline QString idOf(const QJsonObject& object) {
    return object.value(QLatin1String("id")).toString();
}

/// The newest messages of a chat, newest first.
inline QJsonArray messagesOf(CliProcess& client, const QString& chatId, int limit = 500) {
    return client
        .call(QStringLiteral("getMessages"),
              {{QStringLiteral("chatId"), chatId}, {QStringLiteral("limit"), limit}})
        .result.value(QLatin1String("messages"))
        .toArray();
}

/// The client's chats.
inline QJsonArray chatsOf(CliProcess& client) {
    return client.call(QStringLiteral("getChats")).result.value(QLatin1String("chats")).toArray();
}

} // namespace recado::tests
