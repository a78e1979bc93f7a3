#include "relay/ops/TraceExporter.h"

#include "base/Ids.h"
#include "base/Log.h"

#include <QNetworkAccessManager>
#include <QNetworkProxy>
#include <QNetworkReply>
#include <QNetworkRequest>
#include <QRandomGenerator>
#include <QTimer>

#include <deque>
#include <future>
#include <limits>
#include <mutex>

namespace recado::relay {

namespace {

Q_LOGGING_CATEGORY(traceLog, "recado.relay.trace")

constexpr int exportAttempts = 4;
constexpr auto farewell = std::chrono::seconds(2);

QUrl tracesUrl(QUrl endpoint) {
    const QString traces = QStringLiteral("/v1/traces");
    QString path = endpoint.path();
    if (path.endsWith(traces))
        return endpoint;
    while (path.endsWith(QLatin1Char('/')))
        path.chop(1);
    endpoint.setPath(path + traces);
    return endpoint;
}

} // namespace

/// What is finished and not yet taken by the sender. Any thread.
class TraceExporter::Queue final : public SpanSink {
public:
    Queue(std::size_t most, OperationsState& counts)
        : state(counts)
        , m_most(most) {}

    void finished(const TraceSpan& span) override {
        const std::lock_guard lock(m_mutex);
        if (m_spans.size() >= m_most)
            ++state.spansDropped;
        else
            m_spans.push_back(span);
    }

    std::vector<TraceSpan> take(std::size_t most) {
        const std::lock_guard lock(m_mutex);
        const std::size_t count = std::min(most, m_spans.size());
        std::vector<TraceSpan> batch(m_spans.begin(), m_spans.begin() + std::ptrdiff_t(count));
        m_spans.erase(m_spans.begin(), m_spans.begin() + std::ptrdiff_t(count));
        return batch;
    }

    [[nodiscard]] std::size_t size() const {
        const std::lock_guard lock(m_mutex);
        return m_spans.size();
    }

    OperationsState& state;

private:
    const std::size_t m_most;
    mutable std::mutex m_mutex;
    std::deque<TraceSpan> m_spans;
};

/// Sends one batch after the other. The exporter's thread.
class TraceExporter::Sender {
public:
    Sender(const TraceOptions& options, QString instance, std::shared_ptr<Queue> queue)
        : m_options(options)
        , m_url(tracesUrl(options.endpoint))
        , m_instance(std::move(instance))
        , m_queue(std::move(queue)) {
        m_network.setProxy(QNetworkProxy::NoProxy); // the machine's proxy is for the web
        QObject::connect(&m_timer, &QTimer::timeout, &m_timer, [this] { sendNext(); });
        m_timer.start(options.interval);
    }

    ~Sender() {
        m_drained = nullptr;
        drop(m_batch.size());
        drop(m_queue->take(std::numeric_limits<std::size_t>::max()).size());
    }

    /// Calls `done` when everything has been taken, or nothing more can be.
    void drain(std::function<void()> done) {
        m_drained = std::move(done);
        m_attempts = exportAttempts; // no patience left
        if (!m_sending)
            sendNext();
    }

private:
    void sendNext() {
        if (m_sending)
            return;
        if (m_batch.empty())
            m_batch = m_queue->take(m_options.batchSpans);
        if (m_batch.empty()) {
            if (m_drained)
                std::exchange(m_drained, nullptr)();
            return;
        }
        QNetworkRequest request(m_url);
        request.setHeader(QNetworkRequest::ContentTypeHeader, QByteArrayLiteral("application/json"));
        request.setTransferTimeout(int(m_options.timeout.count()));
        m_sending = true;
        QNetworkReply* reply = m_network.post(request, otlpJson(m_batch, m_instance));
        QObject::connect(reply, &QNetworkReply::finished, reply, [this, reply] {
            reply->deleteLater();
            answered(*reply);
        });
    }

    void answered(const QNetworkReply& reply) {
        m_sending = false;
        const int status = reply.attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
        if (status >= 200 && status < 300) {
            m_queue->state.spansExported += m_batch.size();
            m_batch.clear();
            if (std::exchange(m_complained, false))
                qCInfo(traceLog) << "the trace collector takes spans again";
        } else if (const bool passing = status == 0 || status == 429 || status >= 500;
                   passing && ++m_attempts < exportAttempts) {
            return; // the timer comes again
        } else {
            if (!std::exchange(m_complained, true)) // and then no more until it works again
                qCWarning(traceLog) << "the trace collector takes no spans"
                                    << base::logField("http_status", qint64(status));
            drop(m_batch.size());
            m_batch.clear();
        }
        if (!m_drained)
            m_attempts = 0;
        if (m_drained || m_queue->size() >= m_options.batchSpans)
            sendNext();
    }

    void drop(std::size_t spans) { m_queue->state.spansDropped += spans; }

    const TraceOptions m_options;
    const QUrl m_url;
    const QString m_instance;
    const std::shared_ptr<Queue> m_queue;
    QNetworkAccessManager m_network;
    QTimer m_timer;
    std::vector<TraceSpan> m_batch; // on its way, or waiting for another attempt
    bool m_sending = false;
    bool m_complained = false;
    int m_attempts = 0;
    std::function<void()> m_drained;
};

TraceExporter::TraceExporter(TraceOptions options, QString instance, OperationsState& state)
    : m_options(std::move(options))
    , m_queue(std::make_shared<Queue>(m_options.queuedSpans, state)) {
    m_thread.inbox().call(
        [&] { m_sender = std::make_unique<Sender>(m_options, std::move(instance), m_queue); });
}

TraceExporter::~TraceExporter() {
    stop();
}

void TraceExporter::stop() {
    if (m_sender == nullptr)
        return;
    const auto drained = std::make_shared<std::promise<void>>();
    m_thread.inbox().call([&] { m_sender->drain([drained] { drained->set_value(); }); });
    drained->get_future().wait_for(farewell);
    m_thread.inbox().call([&] { m_sender.reset(); });
    m_thread.stop();
}

std::optional<TraceContext> TraceExporter::place(std::string_view traceparent) const {
    // Drawn here, not from the trace id: whoever chooses that one must not choose how much is followed.
    if (QRandomGenerator::global()->generateDouble() >= m_options.ratio)
        return std::nullopt;
    if (auto given = TraceContext::parse(traceparent))
        return given->sampled ? given : std::nullopt;
    TraceContext own;
    base::fillRandom(own.traceId.data(), own.traceId.size());
    return own;
}

std::shared_ptr<MessageTrace> TraceExporter::follow(std::string_view traceparent) {
    const auto context = place(traceparent);
    return context ? std::make_shared<MessageTrace>(*context, m_queue) : nullptr;
}

void TraceExporter::request(const QByteArray& traceparent, const char* method, int status, qint64 startNs) {
    const auto context = place({traceparent.constData(), std::size_t(traceparent.size())});
    if (!context)
        return;
    TraceSpan span;
    span.traceId = context->traceId;
    span.parentId = context->spanId;
    span.spanId = MessageTrace::newSpanId();
    span.name = "http";
    span.method = method;
    span.status = status;
    span.startNs = startNs;
    span.endNs = MessageTrace::nowNs();
    m_queue->finished(span);
}

} // namespace recado::relay
