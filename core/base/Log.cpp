#include "base/Log.h"

#include <QDateTime>
#include <QJsonDocument>
#include <QJsonObject>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <mutex>

namespace recado::base {

namespace {

// Qt's message handler is a plain function, so that what it goes by can only stand here.
std::atomic<LogFormat> chosenFormat{LogFormat::Text};
thread_local const QByteArray* currentTrace = nullptr;

// A field travels inside Qt's message text. What others made us log cannot forge one: QDebug escapes control
// characters of quoted strings, and values of fields lose theirs.
constexpr QChar fieldMark = QChar(0x1e);
constexpr QChar valueMark = QChar(0x1f);

struct LogLine {
    QString time;
    QLatin1String level;
    QString category;
    QString message;
    QList<std::pair<QString, QString>> fields;
};

QLatin1String levelName(QtMsgType type) {
    switch (type) {
    case QtDebugMsg:
        return QLatin1String("debug");
    case QtInfoMsg:
        return QLatin1String("info");
    case QtWarningMsg:
        return QLatin1String("warning");
    case QtCriticalMsg:
        return QLatin1String("error");
    case QtFatalMsg:
        return QLatin1String("fatal");
    }
    return QLatin1String("info");
}

/// One line, and nothing that a terminal obeys, whatever a peer made us log.
QString harmless(const QString& text) {
    QString result = text;
    for (QChar& character : result) {
        const QChar::Category category = character.category();
        if (category == QChar::Other_Control || category == QChar::Other_Format ||
            category == QChar::Separator_Line || category == QChar::Separator_Paragraph)
            character = QLatin1Char(' ');
    }
    return result;
}

LogLine parseLine(QtMsgType type, const QMessageLogContext& context, const QString& text) {
    LogLine line;
    line.time = QDateTime::currentDateTimeUtc().toString(Qt::ISODateWithMs);
    line.level = levelName(type);
    line.category = QString::fromLatin1(context.category != nullptr ? context.category : "default");
    const QStringList parts = text.split(fieldMark);
    line.message = harmless(parts.first());
    for (const QString& part : parts.mid(1)) {
        const qsizetype end = part.indexOf(valueMark);
        if (end > 0)
            line.fields.append({harmless(part.left(end)), harmless(part.mid(end + 1)).trimmed()});
    }
    // The blank that stood between the text and its first field.
    if (!line.fields.isEmpty() && line.message.endsWith(QLatin1Char(' ')))
        line.message.chop(1);
    return line;
}

QByteArray asText(const LogLine& line) {
    QString text = QStringLiteral("%1 %2 %3: ").arg(line.time, line.level, line.category) + line.message;
    for (const auto& [key, value] : line.fields)
        text += QStringLiteral(" %1=").arg(key) +
                (value.contains(QLatin1Char(' ')) ? QLatin1Char('"') + value + QLatin1Char('"') : value);
    return text.toUtf8();
}

QByteArray asJson(const LogLine& line) {
    QJsonObject object{{QStringLiteral("time"), line.time},
                       {QStringLiteral("level"), line.level},
                       {QStringLiteral("category"), line.category},
                       {QStringLiteral("message"), line.message}};
    QJsonObject fields;
    for (const auto& [key, value] : line.fields)
        fields.insert(key, value);
    if (!fields.isEmpty())
        object.insert(QStringLiteral("fields"), fields);
    if (currentTrace != nullptr && !currentTrace->isEmpty())
        object.insert(QStringLiteral("trace_id"), QString::fromLatin1(*currentTrace));
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

/// Nobody may fill the disk by making us say the same thing again and again: of lines that begin alike, so
/// many a second are written, and the next one says how many were not. Any thread.
class Repetitions {
public:
    /// False: leave it out. `leftOut` becomes what was before this line.
    bool admits(const LogLine& line, int& leftOut) {
        const std::size_t key = qHash(line.category, qHash(line.message.left(beginning)));
        const auto now = std::chrono::steady_clock::now();
        const std::lock_guard lock(m_mutex);
        Slot& slot = m_slots[key % m_slots.size()];
        if (slot.key != key || now - slot.since >= std::chrono::seconds(1)) {
            leftOut = slot.key == key ? slot.leftOut : 0;
            slot = {key, now, 0, 0};
        }
        if (slot.written < mostASecond) {
            ++slot.written;
            return true;
        }
        ++slot.leftOut;
        return false;
    }

private:
    static constexpr int mostASecond = 20;
    static constexpr qsizetype beginning = 32;

    struct Slot {
        std::size_t key = 0;
        std::chrono::steady_clock::time_point since;
        int written = 0;
        int leftOut = 0;
    };

    std::mutex m_mutex;
    std::array<Slot, 64> m_slots; // of two kinds that share one, either may begin anew: they are few
};

void writeLine(QtMsgType type, const QMessageLogContext& context, const QString& message) {
    static Repetitions repetitions;
    LogLine line = parseLine(type, context, message);
    int leftOut = 0;
    if (!repetitions.admits(line, leftOut))
        return;
    if (leftOut > 0)
        line.fields.append({QStringLiteral("left_out"), QString::number(leftOut)});
    const QByteArray bytes = (chosenFormat == LogFormat::Json ? asJson(line) : asText(line)) + '\n';
    std::fwrite(bytes.constData(), 1, std::size_t(bytes.size()), stderr);
    std::fflush(stderr);
}

} // namespace

void installLogging() {
    qInstallMessageHandler(writeLine);
}

void configureLogging(LogFormat format, LogLevel level) {
    chosenFormat = format;
    QString rules = QStringLiteral("qt.*.debug=false\n");
    const auto silence = [&](LogLevel below, const char* name) {
        if (level > below)
            rules += QStringLiteral("*.%1=false\n").arg(QLatin1String(name));
    };
    silence(LogLevel::Debug, "debug");
    silence(LogLevel::Info, "info");
    silence(LogLevel::Warning, "warning");
    QLoggingCategory::setFilterRules(rules);
}

void logAlways(const char* category, const QString& text) {
    writeLine(QtInfoMsg, QMessageLogContext(nullptr, 0, nullptr, category), text);
}

LogFormat logFormat() {
    return chosenFormat;
}

std::optional<LogFormat> logFormatFromName(QStringView name) {
    if (name == QLatin1String("text"))
        return LogFormat::Text;
    if (name == QLatin1String("json"))
        return LogFormat::Json;
    return std::nullopt;
}

std::optional<LogLevel> logLevelFromName(QStringView name) {
    if (name == QLatin1String("debug"))
        return LogLevel::Debug;
    if (name == QLatin1String("info"))
        return LogLevel::Info;
    if (name == QLatin1String("warning"))
        return LogLevel::Warning;
    if (name == QLatin1String("error"))
        return LogLevel::Error;
    return std::nullopt;
}

QDebug operator<<(QDebug debug, const LogField& field) {
    const QDebugStateSaver saver(debug);
    debug.nospace().noquote() << fieldMark + QString::fromLatin1(field.key) + valueMark +
                                     harmless(field.value);
    return debug;
}

LogTrace::LogTrace(const QByteArray& traceId)
    : m_traceId(traceId)
    , m_before(currentTrace) {
    currentTrace = &m_traceId;
}

LogTrace::~LogTrace() {
    currentTrace = m_before;
}

} // namespace recado::base
