#include "relay/delivery/MessageTrace.h"

#include "base/Ids.h"

#include <algorithm>
#include <chrono>

namespace recado::relay {

namespace {

constexpr std::size_t traceparentSize = 55;

std::optional<quint8> hexDigit(char digit) {
    if (digit >= '0' && digit <= '9')
        return quint8(digit - '0');
    if (digit >= 'a' && digit <= 'f') // capitals are forbidden
        return quint8(digit - 'a' + 10);
    return std::nullopt;
}

template <std::size_t Size>
bool readHex(std::string_view text, std::array<quint8, Size>& bytes) {
    for (std::size_t index = 0; index < Size; ++index) {
        const auto high = hexDigit(text[2 * index]);
        const auto low = hexDigit(text[2 * index + 1]);
        if (!high || !low)
            return false;
        bytes[index] = quint8(*high << 4 | *low);
    }
    return true;
}

template <std::size_t Size>
bool isZero(const std::array<quint8, Size>& bytes) {
    return std::all_of(bytes.begin(), bytes.end(), [](quint8 byte) { return byte == 0; });
}

} // namespace

std::optional<TraceContext> TraceContext::parse(std::string_view traceparent) {
    if (traceparent.size() < traceparentSize || traceparent[2] != '-' || traceparent[35] != '-' ||
        traceparent[52] != '-')
        return std::nullopt;
    std::array<quint8, 1> version{};
    std::array<quint8, 1> flags{};
    TraceContext context;
    if (!readHex(traceparent.substr(0, 2), version) || !readHex(traceparent.substr(3, 32), context.traceId) ||
        !readHex(traceparent.substr(36, 16), context.spanId) || !readHex(traceparent.substr(53, 2), flags))
        return std::nullopt;
    const bool longer = traceparent.size() > traceparentSize;
    if (version[0] == 0xff || (longer && (version[0] == 0 || traceparent[traceparentSize] != '-')))
        return std::nullopt;
    if (isZero(context.traceId) || isZero(context.spanId))
        return std::nullopt;
    context.sampled = (flags[0] & 1) != 0;
    return context;
}

MessageTrace::MessageTrace(const TraceContext& parent, std::shared_ptr<SpanSink> sink)
    : m_sink(std::move(sink))
    , m_parent(parent)
    , m_spanId(newSpanId())
    , m_startNs(nowNs()) {}

MessageTrace::~MessageTrace() {
    finishSubmit();
}

void MessageTrace::finishSubmit() {
    if (m_finished.exchange(true))
        return;
    TraceSpan span;
    span.traceId = m_parent.traceId;
    span.spanId = m_spanId;
    span.parentId = m_parent.spanId;
    span.name = "submit";
    span.outcome = m_outcome;
    span.envelopes = m_envelopes;
    span.startNs = m_startNs;
    span.endNs = nowNs();
    m_sink->finished(span);
}

void MessageTrace::checked(qint64 envelopes) {
    m_envelopes = envelopes;
    m_dispatchedNs = nowNs();
    finish("check", "", m_startNs);
}

void MessageTrace::committed(const char* outcome) {
    finish("commit", outcome, m_dispatchedNs);
}

void MessageTrace::delivered() {
    finish("deliver", "", m_dispatchedNs);
}

void MessageTrace::decided(const char* outcome) {
    m_outcome = outcome;
    m_decidedNs = nowNs();
}

void MessageTrace::answered() {
    finish("accepted", "", m_decidedNs);
    finishSubmit();
}

QByteArray MessageTrace::traceId() const {
    return QByteArray(reinterpret_cast<const char*>(m_parent.traceId.data()), int(m_parent.traceId.size()))
        .toHex();
}

qint64 MessageTrace::nowNs() {
    using namespace std::chrono;
    return duration_cast<nanoseconds>(system_clock::now().time_since_epoch()).count();
}

std::array<quint8, 8> MessageTrace::newSpanId() {
    std::array<quint8, 8> id{};
    do {
        base::fillRandom(id.data(), id.size());
    } while (isZero(id));
    return id;
}

void MessageTrace::finish(const char* name, const char* outcome, qint64 startNs) {
    TraceSpan span;
    span.traceId = m_parent.traceId;
    span.spanId = newSpanId();
    span.parentId = m_spanId;
    span.name = name;
    span.outcome = outcome;
    span.startNs = startNs;
    span.endNs = std::max(nowNs(), startNs);
    m_sink->finished(span);
}

} // namespace recado::relay
