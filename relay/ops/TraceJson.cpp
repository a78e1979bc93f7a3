#include "relay/ops/TraceExporter.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>

namespace recado::relay {

namespace {

// Values of opentelemetry/proto/trace/v1/trace.proto.
constexpr int spanKindInternal = 1;
constexpr int spanKindServer = 2;

template <std::size_t Size>
QString hexOf(const std::array<quint8, Size>& bytes) {
    return QString::fromLatin1(QByteArray(reinterpret_cast<const char*>(bytes.data()), int(Size)).toHex());
}

QJsonObject textAttribute(const char* key, const QString& value) {
    return {{QStringLiteral("key"), QLatin1String(key)},
            {QStringLiteral("value"), QJsonObject{{QStringLiteral("stringValue"), value}}}};
}

QJsonObject numberAttribute(const char* key, qint64 value) {
    // 64-bit numbers are strings in protobuf's JSON.
    return {{QStringLiteral("key"), QLatin1String(key)},
            {QStringLiteral("value"), QJsonObject{{QStringLiteral("intValue"), QString::number(value)}}}};
}

QJsonObject spanObject(const TraceSpan& span) {
    const bool isFirst =
        std::all_of(span.parentId.begin(), span.parentId.end(), [](quint8 byte) { return byte == 0; });
    const bool isHttp = *span.method != '\0';
    QJsonArray attributes;
    if (*span.outcome != '\0')
        attributes.append(textAttribute("recado.outcome", QString::fromLatin1(span.outcome)));
    if (span.envelopes > 0)
        attributes.append(numberAttribute("recado.envelopes", span.envelopes));
    if (isHttp) {
        attributes.append(textAttribute("http.request.method", QString::fromLatin1(span.method)));
        attributes.append(numberAttribute("http.response.status_code", span.status));
    }
    const bool isServer = isHttp || qstrcmp(span.name, "submit") == 0;
    QJsonObject object{
        {QStringLiteral("traceId"), hexOf(span.traceId)},
        {QStringLiteral("spanId"), hexOf(span.spanId)},
        {QStringLiteral("name"), QString::fromLatin1(span.name)},
        {QStringLiteral("kind"), isServer ? spanKindServer : spanKindInternal},
        {QStringLiteral("startTimeUnixNano"), QString::number(span.startNs)},
        {QStringLiteral("endTimeUnixNano"), QString::number(std::max(span.startNs, span.endNs))},
    };
    if (!isFirst)
        object.insert(QStringLiteral("parentSpanId"), hexOf(span.parentId));
    if (!attributes.isEmpty())
        object.insert(QStringLiteral("attributes"), attributes);
    return object;
}

} // namespace

QByteArray otlpJson(const std::vector<TraceSpan>& spans, const QString& instance) {
    QJsonArray list;
    for (const TraceSpan& span : spans)
        list.append(spanObject(span));
    const QJsonArray resource{textAttribute("service.name", QStringLiteral("recado-relay")),
                              textAttribute("service.version", QStringLiteral(RECADO_VERSION)),
                              textAttribute("service.instance.id", instance)};
    const QJsonObject scope{
        {QStringLiteral("scope"), QJsonObject{{QStringLiteral("name"), QStringLiteral("recado.relay")}}},
        {QStringLiteral("spans"), list}};
    const QJsonObject resourceSpans{
        {QStringLiteral("resource"), QJsonObject{{QStringLiteral("attributes"), resource}}},
        {QStringLiteral("scopeSpans"), QJsonArray{scope}}};
    return QJsonDocument(QJsonObject{{QStringLiteral("resourceSpans"), QJsonArray{resourceSpans}}})
        .toJson(QJsonDocument::Compact);
}

} // namespace recado::relay
