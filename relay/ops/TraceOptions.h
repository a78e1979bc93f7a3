#pragma once

#include <QUrl>

#include <chrono>
#include <cstddef>

namespace recado::relay {

/// How spans leave the relay.
struct TraceOptions {
    /// An OpenTelemetry collector that speaks OTLP over HTTP, `http://HOST:4318`; `/v1/traces` is added.
    /// Empty: nothing is followed.
    QUrl endpoint;
    /// Which part of what happens is followed, from 0 to 1.
    double ratio = 0.01;
    /// Spans that wait for the collector; further ones are dropped and counted.
    std::size_t queuedSpans = 8'192;
    std::size_t batchSpans = 512;
    std::chrono::milliseconds interval{1'000};
    std::chrono::milliseconds timeout{5'000};
};

} // namespace recado::relay
