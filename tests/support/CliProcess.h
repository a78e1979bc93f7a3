#pragma once

#include "support/ChildProcess.h"

#include <QHash>
#include <QJsonObject>
#include <QVector>

#include <functional>
#include <optional>

namespace recado::tests {

/// One answer to a JSON-RPC request, or the lack of one.
struct RpcAnswer {
    /// False when no answer came in time.
    bool arrived = false;
    QJsonObject result;
    /// 0 for success.
    int errorCode = 0;
    QString errorMessage;
    /// `data` of the error, and its members `reason` and `param`.
    QJsonObject data;
    QString reason;
    QString param;
    /// When its line was read (monotonicNs()).
    qint64 arrivedNs = 0;

    [[nodiscard]] bool ok() const { return arrived && errorCode == 0; }
    /// For failure messages of tests: what came instead.
    [[nodiscard]] QByteArray describe() const;
};

struct RpcNotification {
    QString method;
    QJsonObject params;
    qint64 arrivedNs = 0;
};

/// A real `recado-cli --profile … rpc`, spoken to as a script would.
///
/// Requests may be many at a time: send() returns the id, answer() waits for it. All answers and
/// notifications since construction are kept (over restarts too) unless setKeepNotifications(false).
class CliProcess : public ChildProcess {
    Q_OBJECT
public:
    using Predicate = std::function<bool(const QJsonObject& params)>;

    /// `directory` holds the profile (`profile`) and the scratch files; made when missing.
    explicit CliProcess(const QString& directory, QObject* parent = nullptr);

    /// Uses a passphrase instead of the key file; writes it to a file of its own. Before start().
    void setPassphrase(const QString& passphrase);
    /// Launches `rpc`. Whether the profile could be opened shows in the first answers.
    [[nodiscard]] bool start();
    /// kill -9 and start() on the same profile. Requests without an answer stay without one.
    [[nodiscard]] bool killAndRestart();
    /// Closes stdin and waits for the exit code (the outbox is flushed for up to 5 s).
    int finish(int timeoutMs = 15'000);
    [[nodiscard]] QString profileDirectory() const;

    /// Sends a request and returns its id at once.
    qint64 send(const QString& method, const QJsonObject& params = {});
    /// Waits for the answer of one request.
    RpcAnswer answer(qint64 id, int timeoutMs = 15'000);
    /// send() and answer().
    RpcAnswer call(const QString& method, const QJsonObject& params = {}, int timeoutMs = 15'000);
    /// The answer if it is here already.
    [[nodiscard]] std::optional<RpcAnswer> takeAnswer(qint64 id);

    /// Registers and returns the answer; `address()` and `accountId()` are known afterwards.
    RpcAnswer registerAt(const QString& relayUrl, const QString& username, const QString& displayName = {},
                         const QString& invite = {});
    /// sendMessage with a text, to an address (`to`) or a chat id.
    RpcAnswer sendTextTo(const QString& to, const QString& text);
    RpcAnswer sendTextIn(const QString& chatId, const QString& text);
    [[nodiscard]] QString address() const { return m_address; }
    [[nodiscard]] QString accountId() const { return m_accountId; }

    [[nodiscard]] const QVector<RpcNotification>& notifications() const { return m_notifications; }
    void setKeepNotifications(bool keep) { m_keepNotifications = keep; }
    /// How many notifications have come; pass it to waitFor() as `from` to ask for later ones only.
    [[nodiscard]] qsizetype mark() const { return m_notifications.size(); }
    /// The first notification of `method`, from number `from` on, whose params satisfy `predicate`; waits for
    /// it. Nothing when the time is up.
    std::optional<QJsonObject> waitFor(const QString& method, const Predicate& predicate = {},
                                       qsizetype from = 0, int timeoutMs = 15'000);
    /// Waits until a `message` with exactly this text has come in and returns it.
    std::optional<QJsonObject> waitForText(const QString& text, qsizetype from = 0, int timeoutMs = 15'000);
    /// Waits until a `status` of this message says `status`.
    bool waitForStatus(const QString& messageId, const QString& status, int timeoutMs = 15'000);
    /// Waits until whoami says `online` (by asking and by listening).
    bool waitOnline(int timeoutMs = 15'000);

    /// Lines on stdout that were no JSON-RPC at all: always a bug.
    [[nodiscard]] const QVector<QByteArray>& strayLines() const { return m_strayLines; }

Q_SIGNALS:
    void answerArrived(qint64 id, const recado::tests::RpcAnswer& answer);
    void notificationArrived(const recado::tests::RpcNotification& notification);

private:
    void readLine(const QByteArray& line, qint64 arrivedNs);

    QString m_directory;
    QString m_passphraseFile;
    QString m_address;
    QString m_accountId;
    qint64 m_lastId = 0;
    QHash<qint64, RpcAnswer> m_answers;
    QVector<RpcNotification> m_notifications;
    QVector<QByteArray> m_strayLines;
    bool m_keepNotifications = true;
};

} // namespace recado::tests
