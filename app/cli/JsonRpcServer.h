#pragma once

#include "app/cli/JsonRpc.h"

#include <QByteArray>
#include <QHash>
#include <QJsonArray>
#include <QJsonObject>
#include <QJsonValue>
#include <QObject>

#include <functional>
#include <memory>

namespace recado::cli {

/// JSON-RPC 2.0 (jsonrpc.org/specification) over lines: one request, or one batch array, a line in; one
/// response, one batch of responses, or one notification a line out. Requests are carried out at the same
/// time and answered when they are ready, in any order; a batch is answered when its last request is. Knows
/// nothing of the methods behind `handler` and does no input or output. Main thread.
class JsonRpcServer : public QObject {
    Q_OBJECT
public:
    /// Carries out one request. Parameters come as an object (empty when the request had none).
    using Handler = std::function<void(const QString& method, const QJsonObject& params, Answer)>;

    explicit JsonRpcServer(Handler handler, QObject* parent = nullptr);
    ~JsonRpcServer() override;

    /// Takes one line of input, without its newline.
    void receive(const QByteArray& line);
    /// Stands in for a line that was too long to be read.
    void refuseLongLine();
    void notify(const QString& method, const QJsonObject& params);

    /// Requests (those that want no answer too) that are being carried out.
    [[nodiscard]] qsizetype pending() const { return m_open.size(); }
    /// The size of the lines in which those came, shared out among the requests of a batch.
    [[nodiscard]] qsizetype pendingBytes() const { return m_openBytes; }
    /// Answers everything still open with `error`; answers that come later are dropped.
    void answerRemaining(const RpcError& error);

Q_SIGNALS:
    /// One complete line for the other side, newline included.
    void lineReady(const QByteArray& line);
    /// A request was answered, or done with if it wants no answer.
    void requestFinished();

private:
    struct Batch;
    struct Open {
        QJsonValue id; // undefined: the other side wants no answer
        std::shared_ptr<Batch> batch;
        qsizetype bytes = 0;
    };

    void receiveBatch(const QJsonArray& requests);
    void receiveRequest(const QJsonValue& request, const std::shared_ptr<Batch>& batch);
    void carryOut(const QJsonObject& request, const std::shared_ptr<Batch>& batch);
    void finish(quint64 token, const Outcome& outcome);
    void respond(const QJsonValue& id, const Outcome& outcome, const std::shared_ptr<Batch>& batch);
    void closeIfComplete(const std::shared_ptr<Batch>& batch);

    Handler m_handler;
    QHash<quint64, Open> m_open;
    quint64 m_lastToken = 0;
    qsizetype m_openBytes = 0;
    qsizetype m_requestBytes = 0; // of the one being begun
};

} // namespace recado::cli
