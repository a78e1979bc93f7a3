#pragma once

#include "relay/delivery/MessageTrace.h"
#include "relay/ops/HomeThread.h"
#include "relay/ops/OperationsState.h"
#include "relay/ops/TraceOptions.h"

#include <QByteArray>

#include <memory>
#include <vector>

namespace recado::relay {

/// One batch as an OTLP/HTTP request body in its JSON form (ExportTraceServiceRequest).
QByteArray otlpJson(const std::vector<TraceSpan>& spans, const QString& instance);

/// Follows a part of the submissions and HTTP requests, and sends their spans to a collector in batches, on a
/// thread of its own. Nothing in the relay ever waits for it: a queue that is full drops, a collector that
/// does not answer loses the batch after a few attempts.
class TraceExporter final : public Tracer {
public:
    /// `state` gets the counts; borrowed. `instance` tells relays apart (service.instance.id): nothing
    /// secret.
    TraceExporter(TraceOptions options, QString instance, OperationsState& state);
    /// stop()
    ~TraceExporter() override;

    std::shared_ptr<MessageTrace> follow(std::string_view traceparent) override;

    /// The span of an HTTP request that named a trace. `method` is a literal.
    void request(const QByteArray& traceparent, const char* method, int status, qint64 startNs);

    /// Sends what waits, as far as that succeeds within a moment, and ends the thread.
    void stop();

private:
    class Queue;
    class Sender;

    /// Where a span belongs that names `traceparent`; nothing when it is not followed.
    [[nodiscard]] std::optional<TraceContext> place(std::string_view traceparent) const;

    const TraceOptions m_options;
    const std::shared_ptr<Queue> m_queue;
    HomeThread m_thread;
    std::unique_ptr<Sender> m_sender; // lives on the thread
};

} // namespace recado::relay
