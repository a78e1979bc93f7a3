#include "relay/ops/ConfigReader.h"

#include "relay/delivery/DeliveryChannel.h"
#include "relay/delivery/SubmissionCheck.h"
#include "relay/ops/ConfigKeys.h"
#include "relay/ops/Options.h"

#include <QDir>
#include <QFile>
#include <QStandardPaths>

#include <algorithm>

namespace recado::relay {

namespace {

using base::makeError;
using base::Reason;
using base::Result;
using base::Status;

constexpr quint16 defaultPort = 7380;
constexpr qint64 frameHeadsOfAPage = 16 * 1'024;
constexpr qint64 largestConfigFile = 1'024 * 1'024;

base::Error configError(const QString& key, const QString& text) {
    return makeError(Reason::Configuration, key + QStringLiteral(": ") + text);
}

Result<OptionValues> readConfigFile(const QString& path) {
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return configError(QStringLiteral("config"),
                           QStringLiteral("cannot read %1: %2").arg(path, file.errorString()));
    OptionValues values;
    const QStringList lines = QString::fromUtf8(file.read(largestConfigFile)).split(QLatin1Char('\n'));
    for (const QString& whole : lines) {
        const QString line = whole.trimmed();
        if (line.isEmpty() || line.startsWith(QLatin1Char('#')))
            continue;
        const qsizetype equals = line.indexOf(QLatin1Char('='));
        if (equals < 0)
            return configError(QStringLiteral("config"), QStringLiteral("no `key = value`: %1").arg(line));
        const QString key = line.left(equals).trimmed();
        if (findConfigKey(key) == nullptr)
            return configError(key, QStringLiteral("no such key (in %1)").arg(path));
        if (values.contains(key))
            return configError(key, QStringLiteral("given twice in %1").arg(path));
        values.insert(key, line.mid(equals + 1).trimmed());
    }
    return values;
}

Result<OptionValues> readServeOptions(const QStringList& words) {
    OptionSyntax syntax{{QStringLiteral("config")}, {}};
    for (const ConfigKey& key : configKeys())
        (key.form == ConfigKey::Form::Flag ? syntax.flags : syntax.values).append(key.name);
    return readOptions(words, syntax);
}

/// What no single key can judge.
Status checkTogether(RelayConfig& config) {
    if (config.tls.certificate.isEmpty() != config.tls.key.isEmpty())
        return config.tls.key.isEmpty()
                   ? configError(QStringLiteral("tls-cert"), QStringLiteral("wants tls-key beside it"))
                   : configError(QStringLiteral("tls-key"), QStringLiteral("wants tls-cert beside it"));
    if (config.policy.limits.prekeysLow > config.policy.limits.prekeysStored)
        return configError(QStringLiteral("prekeys-low"), QStringLiteral("is more than prekeys-stored"));
    if (config.policy.limits.inlineBodyBytes > config.policy.limits.messageBytes)
        return configError(QStringLiteral("inline-body-bytes"), QStringLiteral("is more than message-bytes"));
    if (config.gateway.pingInterval >= config.gateway.idleLimit)
        return configError(QStringLiteral("ping-ms"), QStringLiteral("is not less than idle-ms"));
    // The gateway tells of the queue's falling to the low mark; delivery that paused below would never go on.
    if (config.policy.queuedBytes <= config.gateway.lowMarkBytes)
        return configError(QStringLiteral("live-queue-bytes"),
                           QStringLiteral("is not more than low-mark-bytes"));
    // A page is read when less than live-queue-bytes is queued, and its first envelope may be the largest.
    const protocol::Limits& limits = config.policy.limits;
    const qint64 envelope = largestSealedHeader + largestCiphertext(limits) + largestBody(limits);
    const qint64 queue =
        config.policy.queuedBytes + std::max(DeliveryChannel::largestPage, envelope) + frameHeadsOfAPage;
    if (config.gateway.queuedBytes < queue)
        return configError(
            QStringLiteral("connection-queue-bytes"),
            QStringLiteral("must be at least %1 (live-queue-bytes and a page of a mailbox)").arg(queue));
    return {};
}

} // namespace

Result<RelayConfig> readConfig(const QStringList& options, const QProcessEnvironment& environment) {
    RECADO_TRY(OptionValues given, readServeOptions(options));
    const QString config = QStringLiteral("config");
    if (given.contains(config) && given.value(config).isEmpty())
        return configError(config, QStringLiteral("wants a file"));
    const QString path = given.take(config);
    const QString file = path.isEmpty() ? environment.value(QStringLiteral("RECADO_CONFIG")) : path;
    OptionValues values;
    if (!file.isEmpty()) {
        RECADO_TRY(values, readConfigFile(file));
    }
    for (const ConfigKey& key : configKeys()) {
        if (environment.contains(key.environmentName()))
            values.insert(key.name, environment.value(key.environmentName()));
    }
    values.insert(given);

    RelayConfig result;
    result.dataDirectory = defaultDataDirectory();
    result.gateway.port = defaultPort;
    for (const ConfigKey& key : configKeys()) {
        if (!values.contains(key.name))
            continue;
        const Status applied = key.apply(result, values.value(key.name));
        if (!applied)
            return configError(key.name, applied.error().message);
    }
    RECADO_CHECK(checkTogether(result));
    return result;
}

QString defaultDataDirectory() {
    return QDir(QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation))
        .filePath(QStringLiteral("recado-relay"));
}

} // namespace recado::relay
