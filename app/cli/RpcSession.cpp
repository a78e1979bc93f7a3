#include "app/cli/RpcSession.h"

#include "app/cli/Api.h"
#include "app/cli/MethodSupport.h"

#include <algorithm>
#include <utility>

namespace recado::cli {

namespace {
/// How long a reader may stand still at the end before the rest is given up.
constexpr int readerPatienceMs = 5'000;
constexpr int readerPatienceWhenStoppedMs = 500;

RpcError endingError() {
    return applicationError(base::makeError(base::Reason::Timeout, QStringLiteral("the program is ending")));
}
} // namespace

RpcSession::RpcSession(messaging::Client& client, int inputDescriptor, int outputDescriptor, QObject* parent)
    : RpcSession([this](const QString& method, const QJsonObject& params,
                        const Answer& answer) { m_api->call(method, params, answer); },
                 inputDescriptor, outputDescriptor, parent) {
    m_client = &client;
    m_api = std::make_unique<Api>(client);
    m_notifications = std::make_unique<PacedNotifications>(
        client, m_output,
        [this](const QString& method, const QJsonObject& params) { m_server.notify(method, params); });
}

RpcSession::RpcSession(const base::Error& failure, int inputDescriptor, int outputDescriptor, QObject* parent)
    : RpcSession([failure](const QString&, const QJsonObject&,
                           const Answer& answer) { answer(applicationError(failure)); },
                 inputDescriptor, outputDescriptor, parent) {
    m_exitCode = 1;
}

RpcSession::RpcSession(JsonRpcServer::Handler handler, int inputDescriptor, int outputDescriptor,
                       QObject* parent)
    : QObject(parent)
    , m_server([this, handler = std::move(handler)](const QString& method, const QJsonObject& params,
                                                    const Answer& answer) {
        // What is read too late to be carried out is answered all the same.
        if (m_isFinished)
            answer(endingError());
        else
            handler(method, params, answer);
    })
    , m_lines(
          longestLine, [this](const QByteArray& line) { m_waiting.emplace_back(line); },
          [this] { m_waiting.emplace_back(); })
    , m_input(inputDescriptor)
    , m_output(outputDescriptor)
    , m_readerPatienceMs(readerPatienceMs) {
    connect(&m_input, &StandardInput::bytesRead, this, [this](const QByteArray& bytes) {
        m_lines.feed(bytes);
        beginRequests();
    });
    connect(&m_input, &StandardInput::ended, this, [this] { endInput(); });
    connect(&m_server, &JsonRpcServer::lineReady, &m_output, &StandardOutput::write);
    // Later, because an answer may be on its way out of the server just now.
    connect(
        &m_server, &JsonRpcServer::requestFinished, this, [this] { beginRequests(); }, Qt::QueuedConnection);
    // Later, so that the notifications that waited come first.
    connect(
        &m_output, &StandardOutput::drained, this, [this] { beginRequests(); }, Qt::QueuedConnection);
    connect(&m_output, &StandardOutput::closed, this, [this] { finish(); });
    m_flushLimit.setSingleShot(true);
    connect(&m_flushLimit, &QTimer::timeout, this, [this] { finish(); });
}

RpcSession::~RpcSession() = default;

void RpcSession::endInput() {
    m_lines.finish();
    if (m_isFinished)
        return;
    m_inputEnded = true;
    m_sinceEnd.start();
    m_flushLimit.start(flushTimeoutMs);
    beginRequests();
}

bool RpcSession::mayBegin() const {
    return !m_isFinished && !m_output.isBehind() && m_server.pending() < mostOpenRequests &&
           m_server.pendingBytes() < mostOpenBytes && !(m_api && m_api->isReading());
}

void RpcSession::beginRequests() {
    while (!m_waiting.empty() && mayBegin()) {
        const std::optional<QByteArray> line = std::move(m_waiting.front());
        m_waiting.pop_front();
        if (line)
            m_server.receive(*line);
        else
            m_server.refuseLongLine();
    }
    m_input.setPaused(m_isFinished || !m_waiting.empty() || m_output.isBehind());
    if (m_inputEnded && m_waiting.empty() && m_server.pending() == 0)
        flushOutbox();
}

void RpcSession::flushOutbox() {
    if (m_isFinished || std::exchange(m_flushing, true))
        return;
    if (!m_client) {
        finish();
        return;
    }
    const int left = std::max(0, flushTimeoutMs - int(m_sinceEnd.elapsed()));
    // Whatever it says: time was given, and what is left is kept for the next time.
    whenDone(m_client->waitIdle(left), this, [this](const base::Status&) { finish(); });
}

void RpcSession::stop() {
    m_readerPatienceMs = readerPatienceWhenStoppedMs;
    finish();
}

void RpcSession::finish() {
    if (m_isFinished)
        return;
    m_isFinished = true;
    m_input.setPaused(true);
    m_server.answerRemaining(endingError());
    for (const std::optional<QByteArray>& line : std::exchange(m_waiting, {}))
        line ? m_server.receive(*line) : m_server.refuseLongLine();
    if (m_notifications)
        m_notifications->sayAll();
    m_output.drain(m_readerPatienceMs);
    Q_EMIT finished(m_exitCode);
}

} // namespace recado::cli
