#include "relay/ops/ConfigKeys.h"

#include "relay/ops/OperationsKeys.h"
#include "relay/ops/RelayName.h"

#include <algorithm>
#include <type_traits>

namespace recado::relay {

namespace {

using base::makeError;
using base::Reason;
using base::Status;
using Form = ConfigKey::Form;

constexpr qint64 kibibyte = 1'024;
constexpr qint64 mebibyte = 1'024 * kibibyte;
constexpr qint64 gibibyte = 1'024 * mebibyte;
constexpr qint64 dayInSeconds = 24 * 3'600;
constexpr qint64 hourInMs = 3'600'000;

base::Error wrongValue(const QString& text) {
    return makeError(Reason::Configuration, text);
}

struct Range {
    qint64 lowest;
    qint64 highest;
};

/// A key for a number, or for a duration in milliseconds. `field` returns a reference to where it belongs.
template <typename Field>
ConfigKey numberKey(const char* name, const char* help, Range range, Field field) {
    return ConfigKey{
        QString::fromLatin1(name), QString::fromLatin1(help), Form::Value,
        [range, field](RelayConfig& config, const QString& value) -> Status {
            bool isNumber = false;
            const qint64 number = value.toLongLong(&isNumber);
            if (!isNumber || number < range.lowest || number > range.highest)
                return wrongValue(
                    QStringLiteral("wants a number from %1 to %2").arg(range.lowest).arg(range.highest));
            auto& target = field(config);
            target = std::remove_reference_t<decltype(target)>(number);
            return {};
        }};
}

Status applyListen(RelayConfig& config, const QString& value) {
    const auto address = HostPort::parse(value);
    if (!address)
        return wrongValue(QStringLiteral("wants HOST:PORT"));
    config.gateway.host = address->host;
    config.gateway.port = address->port;
    return {};
}

Status applyAdmin(RelayConfig& config, const QString& value) {
    config.admin = HostPort::parse(value);
    return config.admin ? Status() : wrongValue(QStringLiteral("wants HOST:PORT"));
}

Status applyData(RelayConfig& config, const QString& value) {
    if (value.isEmpty())
        return wrongValue(QStringLiteral("wants a directory"));
    config.dataDirectory = value;
    return {};
}

Status applyName(RelayConfig& config, const QString& value) {
    const auto name = normalisedRelayName(value);
    if (!name)
        return wrongValue(QStringLiteral("wants a host name (letters, digits, dots and hyphens; xn--… for "
                                         "others), or HOST:PORT"));
    config.name = *name;
    return {};
}

Status applyRegistration(RelayConfig& config, const QString& value) {
    if (value == QStringLiteral("open"))
        config.registration = RegistrationMode::Open;
    else if (value == QStringLiteral("invite"))
        config.registration = RegistrationMode::Invite;
    else if (value == QStringLiteral("closed"))
        config.registration = RegistrationMode::Closed;
    else
        return wrongValue(QStringLiteral("wants open, invite or closed"));
    return {};
}

Status applyForwardedHeader(RelayConfig& config, const QString& value) {
    if (value == QStringLiteral("x-forwarded-for"))
        config.forwardedField = ForwardedField::XForwardedFor;
    else if (value == QStringLiteral("forwarded"))
        config.forwardedField = ForwardedField::Forwarded;
    else
        return wrongValue(QStringLiteral("wants x-forwarded-for or forwarded"));
    return {};
}

Status applyFlag(bool& target, const QString& value) {
    const bool yes = value == QStringLiteral("true") || value == QStringLiteral("1");
    const bool no = value == QStringLiteral("false") || value == QStringLiteral("0");
    if (!yes && !no)
        return wrongValue(QStringLiteral("wants true or false"));
    target = yes;
    return {};
}

Status applyBehindProxy(RelayConfig& config, const QString& value) {
    return applyFlag(config.behindProxy, value);
}

Status applyLimitLoopback(RelayConfig& config, const QString& value) {
    return applyFlag(config.gateway.limitLoopback, value);
}

Status applyFile(QString& file, const QString& value) {
    file = value;
    return value.isEmpty() ? wrongValue(QStringLiteral("wants a file")) : Status();
}

Status applyTlsCertificate(RelayConfig& config, const QString& value) {
    return applyFile(config.tls.certificate, value);
}

Status applyTlsKey(RelayConfig& config, const QString& value) {
    return applyFile(config.tls.key, value);
}

Status applyGateway(RelayConfig& config, const QString& value) {
    if (value == QStringLiteral("portable"))
        config.gateway.driver = GatewayDriver::Portable;
    else if (value == QStringLiteral("epoll") && defaultGatewayDriver == GatewayDriver::Epoll)
        config.gateway.driver = GatewayDriver::Epoll;
    else
        return wrongValue(QStringLiteral("wants portable, or on Linux epoll"));
    return {};
}

ConfigKey textKey(const char* name, const char* help, Status (*apply)(RelayConfig&, const QString&),
                  Form form = Form::Value) {
    return ConfigKey{QString::fromLatin1(name), QString::fromLatin1(help), form, apply};
}

void addIdentityKeys(std::vector<ConfigKey>& keys) {
    keys.push_back(textKey("data", "data directory", applyData));
    keys.push_back(textKey("listen", "HOST:PORT to listen on, 127.0.0.1:7380", applyListen));
    keys.push_back(textKey("admin", "HOST:PORT for metrics", applyAdmin));
    keys.push_back(textKey("name", "public name, fixed at the first start", applyName));
    keys.push_back(textKey("registration", "open, invite or closed", applyRegistration));
    keys.push_back(textKey("tls-cert", "PEM certificate and its chain: encrypts", applyTlsCertificate));
    keys.push_back(textKey("tls-key", "PEM key of the certificate", applyTlsKey));
    keys.push_back(
        textKey("behind-proxy", "a proxy encrypts; allows any listen address", applyBehindProxy, Form::Flag));
    keys.push_back(textKey("forwarded-header", "where it names the client: x-forwarded-for or forwarded",
                           applyForwardedHeader));
}

void addDriverKeys(std::vector<ConfigKey>& keys) {
    keys.push_back(textKey("gateway", "who serves connections: epoll (Linux) or portable", applyGateway));
}

void addProtocolLimits(std::vector<ConfigKey>& keys) {
    const auto add = [&](const char* name, const char* help, Range range, auto member) {
        keys.push_back(numberKey(name, help, range, [member](RelayConfig& config) -> auto& {
            return config.policy.limits.*member;
        }));
    };
    using protocol::Limits;
    add("text-bytes", "one text", {1, mebibyte}, &Limits::textBytes);
    add("message-bytes", "one WebSocket message", {64 * kibibyte, 16 * mebibyte}, &Limits::messageBytes);
    add("inline-body-bytes", "content carried in each envelope", {256, mebibyte}, &Limits::inlineBodyBytes);
    add("devices", "devices of an account", {1, 64}, &Limits::devices);
    add("group-members", "members of a group", {2, 65'536}, &Limits::groupMembers);
    add("attachment-bytes", "one attachment", {1, 2 * gibibyte}, &Limits::attachmentBytes);
    add("undelivered-seconds", "how long envelopes wait", {60, 366 * dayInSeconds},
        &Limits::undeliveredSeconds);
    add("media-seconds", "how long media waits", {60, 366 * dayInSeconds}, &Limits::mediaSeconds);
    add("submissions-in-flight", "unanswered submissions of a device", {1, 1'024},
        &Limits::submissionsInFlight);
    add("unacknowledged-bytes", "delivered but not acknowledged", {64 * kibibyte, gibibyte},
        &Limits::unacknowledgedBytes);
    add("prekeys-stored", "one-time prekeys of a device", {1, 10'000}, &Limits::prekeysStored);
    add("prekeys-low", "when a device is asked for more", {1, 10'000}, &Limits::prekeysLow);
}

void addPolicyLimits(std::vector<ConfigKey>& keys) {
    const auto add = [&](const char* name, const char* help, Range range, auto member) {
        keys.push_back(numberKey(name, help, range,
                                 [member](RelayConfig& config) -> auto& { return config.policy.*member; }));
    };
    using Policy = RelayPolicy;
    constexpr qint64 many = 1'000'000'000;
    add("submission-burst", "submissions of an account at once", {1, many}, &Policy::submissionBurst);
    add("submissions-per-second", "and on the long run", {1, many}, &Policy::submissionsPerSecond);
    add("mailbox-bytes", "what waits for one device", {mebibyte, 1'024 * gibibyte}, &Policy::mailboxBytes);
    add("mailbox-envelopes", "envelopes waiting for one device", {1, many}, &Policy::mailboxEnvelopes);
    add("live-queue-bytes", "queued before live delivery pauses", {kibibyte, gibibyte}, &Policy::queuedBytes);
    add("recorded-bytes", "live envelopes kept while a mailbox is read", {kibibyte, gibibyte},
        &Policy::recordedBytes);
    add("unknown-usernames-an-hour", "look-ups in vain", {1, many}, &Policy::unknownUsernamesAnHour);
    add("one-time-prekeys-an-hour", "of one device for one account", {1, many},
        &Policy::oneTimePrekeysAnHour);
    add("registration-burst", "new accounts at once", {1, many}, &Policy::registrationBurst);
    add("registrations-per-second", "and on the long run", {1, many}, &Policy::registrationsPerSecond);
    add("request-burst", "look-ups of an account at once", {1, many}, &Policy::requestBurst);
    add("requests-per-second", "and on the long run", {1, many}, &Policy::requestsPerSecond);
    add("work-burst", "microseconds of the relay one account takes at once", {1'000, many},
        &Policy::workBurst);
    add("work-per-second", "and a second on the long run", {1'000, many}, &Policy::workPerSecond);
    add("work-per-pass", "and one connection before the others have their turn", {10, many},
        &Policy::workPerPass);
    add("authentication-failure-ms", "how long a failed authentication takes", {0, 60'000},
        &Policy::failureMs);
    add("shed-lag-ms", "a store later than this takes no more submissions", {10, hourInMs},
        &Policy::shedLagMs);
    add("refuse-lag-ms", "and later than this no more connections", {10, hourInMs}, &Policy::refuseLagMs);
    add("ephemeral-burst", "typing notices to one account at once", {1, many}, &Policy::ephemeralBurst);
    add("ephemeral-interval-ms", "between typing notices", {1, hourInMs}, &Policy::ephemeralIntervalMs);
    add("presence-grace-ms", "absence that nobody notices", {0, hourInMs}, &Policy::presenceGraceMs);
    add("username-rest-days", "before a freed name is given again", {0, 3'650}, &Policy::usernameRestDays);
    add("busy-retry-ms", "what a busy relay tells senders to wait", {1, hourInMs}, &Policy::busyRetryMs);
}

void addGatewayLimits(std::vector<ConfigKey>& keys) {
    const auto add = [&](const char* name, const char* help, Range range, auto member) {
        keys.push_back(numberKey(name, help, range,
                                 [member](RelayConfig& config) -> auto& { return config.gateway.*member; }));
    };
    using Config = GatewayConfig;
    add("threads", "I/O threads", {1, 64}, &Config::threads);
    add("connections", "connections in all", {1, 1'000'000}, &Config::connections);
    add("tls-handshakes", "TLS handshakes under way", {1, 1'000'000}, &Config::handshakes);
    add("connections-per-address", "none on loopback", {1, 1'000'000}, &Config::connectionsPerAddress);
    add("connection-burst-per-address", "new ones at once", {1, 1'000'000},
        &Config::connectionBurstPerAddress);
    add("connections-per-second-per-address", "and on the long run", {1, 1'000'000},
        &Config::connectionsPerSecondPerAddress);
    add("failure-price", "a failed authentication, in connections", {0, 1'000}, &Config::failurePrice);
    add("registration-price", "a registration, in connections", {0, 1'000}, &Config::registrationPrice);
    keys.push_back(textKey("limit-loopback", "limits by address hold on loopback as well", applyLimitLoopback,
                           Form::Flag));
    add("unauthenticated-connections", "more displace the oldest of them", {1, 1'000'000},
        &Config::strangers);
    add("refusals-per-second", "answers that there is no room", {8, 1'000'000}, &Config::refusalsPerSecond);
    add("overload-lag-ms", "a loop later than this takes no more sessions", {10, hourInMs},
        &Config::overloadLag);
    add("retry-after-seconds", "what the refused are told to wait", {1, 3'600}, &Config::refusalRetry);
    add("outgoing-bytes", "queued for slow readers, all connections", {mebibyte, 64 * gibibyte},
        &Config::outgoingBytes);
    add("header-bytes", "one HTTP request", {512, mebibyte}, &Config::headerBytes);
    add("header-fields", "fields of one HTTP request", {8, 1'024}, &Config::headerFields);
    add("unauthenticated-message-bytes", "one message of a stranger", {4 * kibibyte, mebibyte},
        &Config::unauthenticatedMessageBytes);
    add("incomplete-bytes", "halves of messages, all connections", {mebibyte, 64 * gibibyte},
        &Config::incompleteBytes);
    add("message-bytes-per-second", "what gives a message more time", {1, gibibyte},
        &Config::messageBytesPerSecond);
    add("fragments-per-message", "WebSocket fragments", {1, 65'536}, &Config::fragmentsPerMessage);
    add("idle-frames-per-second", "pings and empty frames", {1, 1'000'000}, &Config::idleFramesPerSecond);
    add("connection-queue-bytes", "queued before a connection is dropped", {256 * kibibyte, gibibyte},
        &Config::queuedBytes);
    add("low-mark-bytes", "queued when delivery goes on", {kibibyte, gibibyte}, &Config::lowMarkBytes);
    add("handshake-ms", "time for an HTTP request", {10, hourInMs}, &Config::handshakeDeadline);
    add("authentication-ms", "time to authenticate", {10, hourInMs}, &Config::authenticationDeadline);
    add("message-ms", "time for one message to arrive", {10, hourInMs}, &Config::messageDeadline);
    add("ping-ms", "silence before a ping", {10, hourInMs}, &Config::pingInterval);
    add("idle-ms", "silence before the end", {10, hourInMs}, &Config::idleLimit);
    add("stall-ms", "time a peer may read nothing", {10, hourInMs}, &Config::stallDeadline);
    add("close-ms", "time for a farewell", {10, hourInMs}, &Config::closeDeadline);
}

} // namespace

QString ConfigKey::environmentName() const {
    return QStringLiteral("RECADO_") + name.toUpper().replace(QLatin1Char('-'), QLatin1Char('_'));
}

const std::vector<ConfigKey>& configKeys() {
    static const std::vector<ConfigKey> all = [] {
        std::vector<ConfigKey> keys;
        addIdentityKeys(keys);
        addDriverKeys(keys);
        addOperationsKeys(keys);
        addProtocolLimits(keys);
        addPolicyLimits(keys);
        addGatewayLimits(keys);
        return keys;
    }();
    return all;
}

const ConfigKey* findConfigKey(const QString& name) {
    const std::vector<ConfigKey>& keys = configKeys();
    const auto found =
        std::find_if(keys.begin(), keys.end(), [&](const ConfigKey& key) { return key.name == name; });
    return found == keys.end() ? nullptr : &*found;
}

} // namespace recado::relay
