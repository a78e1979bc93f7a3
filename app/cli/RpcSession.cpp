#include "app/cli/RpcSession.h"

#include "app/cli/Api.h"
#include "app/cli/MethodSupport.h"
#include "app/cli/NotificationForwarder.h"

#include <algorithm>

namespace recado::cli {

namespace {
/// With this much unread output no further requests are taken, until the reader has caught up.
constexpr qsizetype outputHighWater = 16 * 1'024 * 1'024;
/// How long a reader may stand still at the end before the rest is given up.
constexpr int readerPatienceMs = 5'000;
constexpr int readerPatienceWhenStoppedMs = 500;
} // namespace

RpcSession::RpcSession(messaging::Client& client, int inputDescriptor, int outputDescriptor, QObject* parent)
    : RpcSession([this](const QString& method, const QJsonObject& params,
                        const Answer& answer) { m_api->call(method, params, answer); },
                 inputDescriptor, outputDescriptor, parent) {
    m_client = &client;
    m_api = std::make_unique<Api>(client);
    const auto* forwarder = new NotificationForwarder(client, this);
    connect(forwarder, &NotificationForwarder::notification, &m_server, &JsonRpcServer::notify);
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
    , m_server(std::move(handler))
    , m_lines(
          longestLine, [this](const QByteArray& line) { m_server.receive(line); },
          [this] { m_server.refuseLongLine(); })
    , m_input(inputDescriptor)
    , m_output(outputDescriptor)
    , m_readerPatienceMs(readerPatienceMs) {
    connect(&m_input, &StandardInput::bytesRead, this, [this](const QByteArray& bytes) {
        m_lines.feed(bytes);
        m_input.setPaused(m_output.waiting() > outputHighWater);
    });
    connect(&m_input, &StandardInput::ended, this, [this] { endInput(); });
    connect(&m_server, &JsonRpcServer::lineReady, &m_output, &StandardOutput::write);
    connect(&m_output, &StandardOutput::drained, this, [this] { m_input.setPaused(m_flushing); });
    connect(&m_output, &StandardOutput::closed, this, [this] { finish(); });
    m_flushLimit.setSingleShot(true);
    connect(&m_flushLimit, &QTimer::timeout, this, [this] { finish(); });
}

RpcSession::~RpcSession() = default;

void RpcSession::endInput() {
    m_lines.finish();
    if (m_isFinished)
        return;
    m_flushing = true;
    m_sinceEnd.start();
    m_flushLimit.start(flushTimeoutMs);
    connect(&m_server, &JsonRpcServer::idle, this, [this] { flushOutbox(); });
    if (m_server.pending() == 0)
        flushOutbox();
}

void RpcSession::flushOutbox() {
    if (m_isFinished)
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
    m_flushing = true;
    m_input.setPaused(true);
    m_server.answerRemaining(
        applicationError(base::makeError(base::Reason::Timeout, QStringLiteral("the program is ending"))));
    m_output.drain(m_readerPatienceMs);
    Q_EMIT finished(m_exitCode);
}

} // namespace recado::cli
