#pragma once

#include <QByteArray>
#include <QtGlobal>

#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <string_view>

namespace recado::relay {

/// Where a span belongs: the W3C trace context (https://www.w3.org/TR/trace-context/).
struct TraceContext {
    std::array<quint8, 16> traceId{};
    std::array<quint8, 8> spanId{}; // of the parent; all zero: there is none
    bool sampled = false;

    /// Reads a `traceparent` (`00-<32 hex>-<16 hex>-<2 hex>`; later versions may carry more behind it).
    /// Nothing for what is none; all-zero ids are none.
    static std::optional<TraceContext> parse(std::string_view traceparent);
};

/// One finished piece of work. Names, counts and times only: no span names an account, an address or a
/// device.
struct TraceSpan {
    std::array<quint8, 16> traceId{};
    std::array<quint8, 8> spanId{};
    std::array<quint8, 8> parentId{}; // all zero: the first of its trace
    const char* name = "";            // a literal
    const char* outcome = "";         // a literal; empty: nothing to say
    const char* method = "";          // a literal: the HTTP method, of an HTTP request
    int status = 0;                   // its HTTP status
    qint64 envelopes = 0;             // how many a submission has; 0: unknown, or no submission
    qint64 startNs = 0;               // since 1970
    qint64 endNs = 0;
};

/// Takes finished spans. Any thread; never blocks for longer than a queue's lock, and may drop.
class SpanSink {
public:
    virtual ~SpanSink() = default;
    virtual void finished(const TraceSpan& span) = 0;
};

/// The way of one sampled submission: the span `submit`, from its arrival to its answer, and below it `check`
/// (rates, device lists, quotas), `commit` (until the disk has it), `deliver` (until it is on a receiver's
/// connection, one for each that is connected) and `accepted` (until the answer is with the sender's
/// connection). Any thread; each step is called at most once, deliver once a receiver.
class MessageTrace {
public:
    MessageTrace(const TraceContext& parent, std::shared_ptr<SpanSink> sink);
    /// Ends `submit`, if answered() has not.
    ~MessageTrace();
    MessageTrace(const MessageTrace&) = delete;
    MessageTrace& operator=(const MessageTrace&) = delete;

    void checked(qint64 envelopes);
    void committed(const char* outcome);
    void delivered();
    void decided(const char* outcome);
    void answered();
    /// What the answer is when nobody says accepted; a literal.
    void setOutcome(const char* outcome) { m_outcome = outcome; }

    /// 32 hexadecimal digits, for logs.
    [[nodiscard]] QByteArray traceId() const;

    /// The time of the machine's wall clock, as spans have it.
    static qint64 nowNs();
    static std::array<quint8, 8> newSpanId();

private:
    void finishSubmit();
    void finish(const char* name, const char* outcome, qint64 startNs);

    const std::shared_ptr<SpanSink> m_sink;
    const TraceContext m_parent;
    const std::array<quint8, 8> m_spanId;
    const qint64 m_startNs;
    std::atomic<qint64> m_dispatchedNs{0};
    std::atomic<qint64> m_decidedNs{0};
    std::atomic<qint64> m_envelopes{0};
    std::atomic<const char*> m_outcome{"refused"};
    std::atomic<bool> m_finished{false};
};

/// Decides which submissions are followed. Any thread.
class Tracer {
public:
    virtual ~Tracer() = default;
    /// Null when this one is not followed. `traceparent` is what its sender gave with it: perhaps nothing,
    /// perhaps nonsense.
    virtual std::shared_ptr<MessageTrace> follow(std::string_view traceparent) = 0;
};

} // namespace recado::relay
