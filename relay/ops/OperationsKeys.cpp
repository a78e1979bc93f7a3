#include "relay/ops/OperationsKeys.h"

namespace recado::relay {

namespace {

using base::makeError;
using base::Reason;
using base::Status;

Status applyLogFormat(RelayConfig& config, const QString& value) {
    const auto format = base::logFormatFromName(value);
    if (!format)
        return makeError(Reason::Configuration, QStringLiteral("wants text or json"));
    config.logFormat = *format;
    return {};
}

Status applyLogLevel(RelayConfig& config, const QString& value) {
    const auto level = base::logLevelFromName(value);
    if (!level)
        return makeError(Reason::Configuration, QStringLiteral("wants debug, info, warning or error"));
    config.logLevel = *level;
    return {};
}

/// An empty value, as an environment may have it, turns tracing off.
Status applyOtlpEndpoint(RelayConfig& config, const QString& value) {
    const QUrl url(value, QUrl::StrictMode);
    const bool http = url.scheme() == QStringLiteral("http") || url.scheme() == QStringLiteral("https");
    if (!value.isEmpty() && (!url.isValid() || !http || url.host().isEmpty() || url.hasQuery()))
        return makeError(Reason::Configuration, QStringLiteral("wants http://HOST:PORT, or https"));
    config.trace.endpoint = url;
    return {};
}

Status applyTraceRatio(RelayConfig& config, const QString& value) {
    bool isNumber = false;
    const double ratio = value.toDouble(&isNumber);
    if (!isNumber || !(ratio >= 0 && ratio <= 1))
        return makeError(Reason::Configuration, QStringLiteral("wants a number from 0 to 1"));
    config.trace.ratio = ratio;
    return {};
}

} // namespace

void addOperationsKeys(std::vector<ConfigKey>& keys) {
    const auto add = [&](const char* name, const char* help, Status (*apply)(RelayConfig&, const QString&)) {
        keys.push_back({QString::fromLatin1(name), QString::fromLatin1(help), ConfigKey::Form::Value, apply});
    };
    add("log-format", "text or json", applyLogFormat);
    add("log-level", "debug, info, warning or error", applyLogLevel);
    add("otlp-endpoint", "http://HOST:4318 of a trace collector; none: no traces", applyOtlpEndpoint);
    add("trace-ratio", "the part of submissions that is followed, 0 to 1", applyTraceRatio);
}

} // namespace recado::relay
