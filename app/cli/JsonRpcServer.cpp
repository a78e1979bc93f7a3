#include "app/cli/JsonRpcServer.h"

#include <QJsonDocument>
#include <QPointer>

#include <algorithm>

namespace recado::cli {

/// The responses of one batch array while they come together.
struct JsonRpcServer::Batch {
    QJsonArray responses;
    int open = 0;
};

namespace {

bool isAcceptableId(const QJsonValue& id) {
    return id.isString() || id.isDouble() || id.isNull();
}

QJsonObject responseObject(const QJsonValue& id, const Outcome& outcome) {
    QJsonObject response{{QStringLiteral("jsonrpc"), QStringLiteral("2.0")}, {QStringLiteral("id"), id}};
    if (const QJsonValue* result = std::get_if<QJsonValue>(&outcome))
        response.insert(QStringLiteral("result"), *result);
    else
        response.insert(QStringLiteral("error"), std::get<RpcError>(outcome).toJson());
    return response;
}

/// What is wrong with a request's envelope; empty when nothing is.
QString requestFault(const QJsonObject& request) {
    if (request.value(QLatin1String("jsonrpc")) != QJsonValue(QStringLiteral("2.0")))
        return QStringLiteral("the member jsonrpc must be \"2.0\"");
    if (!request.value(QLatin1String("method")).isString())
        return QStringLiteral("the member method must be a string");
    if (request.contains(QLatin1String("id")) && !isAcceptableId(request.value(QLatin1String("id"))))
        return QStringLiteral("the member id must be a string, a number or null");
    const QJsonValue params = request.value(QLatin1String("params"));
    if (!params.isUndefined() && !params.isNull() && !params.isObject() && !params.isArray())
        return QStringLiteral("the member params must be an object");
    return {};
}

} // namespace

JsonRpcServer::JsonRpcServer(Handler handler, QObject* parent)
    : QObject(parent)
    , m_handler(std::move(handler)) {}

JsonRpcServer::~JsonRpcServer() = default;

void JsonRpcServer::receive(const QByteArray& line) {
    m_requestBytes = line.size();
    QJsonParseError fault;
    const QJsonDocument document = QJsonDocument::fromJson(line, &fault);
    if (document.isArray()) {
        receiveBatch(document.array());
        return;
    }
    if (document.isObject()) {
        receiveRequest(document.object(), nullptr);
        return;
    }
    // Qt's parser takes arrays and objects only. A lone number or string is good JSON and a bad request.
    const QJsonDocument wrapped = QJsonDocument::fromJson('[' + line + ']', &fault);
    if (wrapped.array().size() == 1)
        receiveRequest(wrapped.array().at(0), nullptr);
    else
        respond(QJsonValue::Null, parseError(), nullptr);
}

void JsonRpcServer::refuseLongLine() {
    respond(QJsonValue::Null, invalidRequest(QStringLiteral("the line is too long")), nullptr);
}

void JsonRpcServer::receiveBatch(const QJsonArray& requests) {
    if (requests.isEmpty()) {
        respond(QJsonValue::Null, invalidRequest(QStringLiteral("the batch is empty")), nullptr);
        return;
    }
    const auto batch = std::make_shared<Batch>();
    m_requestBytes = std::max<qsizetype>(1, m_requestBytes / requests.size());
    batch->open = 1; // held open until all are begun, since some are answered at once
    for (const QJsonValue request : requests)
        receiveRequest(request, batch);
    --batch->open;
    closeIfComplete(batch);
}

void JsonRpcServer::receiveRequest(const QJsonValue& request, const std::shared_ptr<Batch>& batch) {
    const QJsonObject object = request.toObject();
    const QString fault =
        request.isObject() ? requestFault(object) : QStringLiteral("a request must be an object");
    if (fault.isEmpty()) {
        carryOut(object, batch);
        return;
    }
    const QJsonValue id = object.value(QLatin1String("id"));
    respond(isAcceptableId(id) ? id : QJsonValue(QJsonValue::Null), invalidRequest(fault), batch);
}

void JsonRpcServer::carryOut(const QJsonObject& request, const std::shared_ptr<Batch>& batch) {
    const quint64 token = ++m_lastToken;
    // value() of an absent member is undefined, which keeps "no id" apart from "id": null.
    m_open.insert(token, {request.value(QLatin1String("id")), batch, m_requestBytes});
    m_openBytes += m_requestBytes;
    if (batch)
        ++batch->open;
    const Answer answer = [self = QPointer(this), token](const Outcome& outcome) {
        if (self)
            self->finish(token, outcome);
    };
    const QJsonValue params = request.value(QLatin1String("params"));
    if (params.isArray() && !params.toArray().isEmpty()) {
        answer(invalidParameter(QStringLiteral("params"), QStringLiteral("parameters are given by name")));
        return;
    }
    m_handler(request.value(QLatin1String("method")).toString(), params.toObject(), answer);
}

void JsonRpcServer::finish(quint64 token, const Outcome& outcome) {
    const auto found = m_open.find(token);
    if (found == m_open.end())
        return; // answered before, or given up
    const Open open = *found;
    m_open.erase(found);
    m_openBytes -= open.bytes;
    if (!open.id.isUndefined())
        respond(open.id, outcome, open.batch);
    if (open.batch) {
        --open.batch->open;
        closeIfComplete(open.batch);
    }
    Q_EMIT requestFinished();
}

void JsonRpcServer::respond(const QJsonValue& id, const Outcome& outcome,
                            const std::shared_ptr<Batch>& batch) {
    const QJsonObject response = responseObject(id, outcome);
    if (batch)
        batch->responses.append(response);
    else
        Q_EMIT lineReady(jsonLine(response));
}

void JsonRpcServer::closeIfComplete(const std::shared_ptr<Batch>& batch) {
    if (batch->open > 0 || batch->responses.isEmpty())
        return; // a batch of nothing but notifications is not answered at all
    Q_EMIT lineReady(QJsonDocument(batch->responses).toJson(QJsonDocument::Compact) + '\n');
}

void JsonRpcServer::notify(const QString& method, const QJsonObject& params) {
    Q_EMIT lineReady(jsonLine({{QStringLiteral("jsonrpc"), QStringLiteral("2.0")},
                               {QStringLiteral("method"), method},
                               {QStringLiteral("params"), params}}));
}

void JsonRpcServer::answerRemaining(const RpcError& error) {
    QList<quint64> tokens = m_open.keys();
    std::sort(tokens.begin(), tokens.end());
    for (const quint64 token : tokens)
        finish(token, error);
}

} // namespace recado::cli
