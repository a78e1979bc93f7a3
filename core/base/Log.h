#pragma once

#include <QByteArray>
#include <QDebug>
#include <QLatin1String>
#include <QLoggingCategory>
#include <QString>

#include <optional>

namespace recado::base {

/// What a log line looks like.
enum class LogFormat {
    Text, ///< `time level category: text key=value …`
    Json, ///< one object a line: `time`, `level`, `category`, `message`, and if there are any `fields`,
          ///< `trace_id`
};

/// The least that is written.
enum class LogLevel { Debug, Info, Warning, Error };

/// Sends Qt's and our own log lines to stderr, one line each. Standard output belongs to the contract (ready
/// lines, JSON-RPC). Call once, first thing in main(); text and everything from `Info` until configured.
void installLogging();

/// Any thread; for lines that come from now on.
void configureLogging(LogFormat format, LogLevel level);
[[nodiscard]] LogFormat logFormat();
/// A line that no level silences; `category` is a literal.
void logAlways(const char* category, const QString& text);

/// `text` or `json`; `debug`, `info`, `warning` or `error`. Nothing for other words.
std::optional<LogFormat> logFormatFromName(QStringView name);
std::optional<LogLevel> logLevelFromName(QStringView name);

/// A named value of a log line: `qCWarning(log) << "the store stops" << logField("error", text)`. Its key is
/// a literal of letters and underscores. Like the text, it never holds content, keys or identities.
struct LogField {
    const char* key;
    QString value;
};
inline LogField logField(const char* key, const QString& value) {
    return {key, value};
}
inline LogField logField(const char* key, QLatin1String value) {
    return {key, value};
}
inline LogField logField(const char* key, qint64 value) {
    return {key, QString::number(value)};
}
QDebug operator<<(QDebug debug, const LogField& field);

/// While it lives, what this thread logs belongs to that trace (32 hexadecimal digits; empty: to none).
class LogTrace {
public:
    explicit LogTrace(const QByteArray& traceId);
    ~LogTrace();
    LogTrace(const LogTrace&) = delete;
    LogTrace& operator=(const LogTrace&) = delete;

private:
    const QByteArray m_traceId;
    const QByteArray* m_before = nullptr;
};

} // namespace recado::base
