#pragma once

#include <prometheus/metric_family.h>

#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace recado::relay {

/// Collects numbers that are counted elsewhere, as they are now, into the families that prometheus-cpp
/// serialises. Its own counters and gauges would be a second count beside the first, and its histograms take
/// a mutex at every observation.
class MetricFamilies {
public:
    using Labels = std::vector<prometheus::ClientMetric::Label>;

    void gauge(const char* name, const char* help, double value, Labels labels = {}) {
        prometheus::ClientMetric metric;
        metric.gauge.value = value;
        metric.label = std::move(labels);
        family(name, help, prometheus::MetricType::Gauge).push_back(std::move(metric));
    }

    void counter(const char* name, const char* help, double value, Labels labels = {}) {
        prometheus::ClientMetric metric;
        metric.counter.value = value;
        metric.label = std::move(labels);
        family(name, help, prometheus::MetricType::Counter).push_back(std::move(metric));
    }

    /// `bounds` are in `unit`s, so is `sum`. `countAt(index)` is not cumulative and has one more index than
    /// `bounds`.
    template <typename Bounds, typename CountAt>
    void histogram(const char* name, const char* help, const Bounds& bounds, CountAt countAt, double unit,
                   double sum) {
        prometheus::ClientMetric metric;
        std::uint64_t cumulative = 0;
        for (std::size_t index = 0; index <= bounds.size(); ++index) {
            cumulative += countAt(index);
            const double bound = index < bounds.size() ? double(bounds[index]) * unit
                                                       : std::numeric_limits<double>::infinity();
            metric.histogram.bucket.push_back({cumulative, bound});
        }
        metric.histogram.sample_count = cumulative;
        metric.histogram.sample_sum = sum * unit;
        family(name, help, prometheus::MetricType::Histogram).push_back(std::move(metric));
    }

    [[nodiscard]] std::vector<prometheus::MetricFamily> take() { return std::move(m_families); }

private:
    /// Members of one family, told apart by their labels, come one after the other.
    std::vector<prometheus::ClientMetric>& family(const char* name, const char* help,
                                                  prometheus::MetricType type) {
        if (m_families.empty() || m_families.back().name != name) {
            prometheus::MetricFamily added;
            added.name = name;
            added.help = help;
            added.type = type;
            m_families.push_back(std::move(added));
        }
        return m_families.back().metric;
    }

    std::vector<prometheus::MetricFamily> m_families;
};

} // namespace recado::relay
