#include "app/cli/AccountMethods.h"

#include "app/cli/Json.h"
#include "app/cli/SendQueue.h"
#include "routing/Address.h"

#include <QElapsedTimer>
#include <QUrl>

#include <algorithm>

namespace recado::cli {

namespace {

constexpr int defaultIdleTimeoutMs = 30'000;
constexpr int longestIdleTimeoutMs = 24 * 3'600 * 1'000;

bool isRelayUrl(const QString& text) {
    const QUrl url(text, QUrl::StrictMode);
    const bool socket = url.scheme() == QLatin1String("ws") || url.scheme() == QLatin1String("wss");
    return socket && url.isValid() && !url.host().isEmpty() && url.userInfo().isEmpty() && !url.hasQuery() &&
           !url.hasFragment();
}

} // namespace

AccountMethods::AccountMethods(messaging::Client& client, AccountGate& gate, SendQueue& sends,
                               QObject* parent)
    : QObject(parent)
    , m_client(client)
    , m_gate(gate)
    , m_sends(sends) {}

void AccountMethods::addTo(MethodTable& table) {
    table.insert(QStringLiteral("register"),
                 [this](const Parameters& params, const Answer& answer) { registerAccount(params, answer); });
    table.insert(QStringLiteral("whoami"),
                 [this](const Parameters& params, const Answer& answer) { whoami(params, answer); });
    table.insert(QStringLiteral("setPrivacy"),
                 [this](const Parameters& params, const Answer& answer) { setPrivacy(params, answer); });
    table.insert(QStringLiteral("waitIdle"),
                 [this](const Parameters& params, const Answer& answer) { waitIdle(params, answer); });
}

void AccountMethods::registerAccount(Parameters params, const Answer& answer) {
    messaging::Registration registration;
    registration.relayUrl = params.text(QLatin1String("relay"));
    if (!isRelayUrl(registration.relayUrl))
        params.refuse(QLatin1String("relay"), QStringLiteral("must be like ws://host:port or wss://host"));
    registration.username = params.text(QLatin1String("username"));
    if (!routing::isValidUsername(registration.username))
        params.refuse(QLatin1String("username"), QStringLiteral("must be 3 to 32 of a-z, 0-9, dot, _"));
    registration.displayName = params.optionalText(QLatin1String("displayName")).value_or(QString());
    // What others would cut off without a word is refused here.
    if (registration.displayName.size() > messaging::longestDisplayName)
        params.refuse(QLatin1String("displayName"),
                      QStringLiteral("must have at most %1 characters").arg(messaging::longestDisplayName));
    registration.invite = params.optionalText(QLatin1String("invite")).value_or(QString());
    if (params.error()) {
        answer(*params.error());
        return;
    }
    if (m_gate.registered) {
        answer(applicationError(base::makeError(base::Reason::AlreadyRegistered,
                                                QStringLiteral("this profile has an account already"))));
        return;
    }
    submitRegistration(registration, answer);
}

void AccountMethods::submitRegistration(const messaging::Registration& registration, const Answer& answer) {
    Q_EMIT registrationStarted();
    const Answer end = [this, answer](const Outcome& outcome) {
        answer(outcome);
        Q_EMIT registrationEnded();
    };
    const auto registerNow = [this, registration, end] {
        answerWhenDone(m_client.registerAccount(registration), this, end, QLatin1String("username"),
                       [this](const messaging::AccountInfo& account) {
                           m_gate.registered = true;
                           return toJson(account);
                       });
    };
    // Scripts and bots talk to everybody unless told otherwise. Before the account exists, since the first
    // message may arrive together with the answer.
    messaging::Privacy privacy;
    privacy.acceptRequests = messaging::AcceptRequests::Automatically;
    whenDone(m_client.setPrivacy(privacy), this, [registerNow, end](const base::Status& status) {
        if (status.ok())
            registerNow();
        else
            end(applicationError(status.error()));
    });
}

void AccountMethods::whoami(const Parameters& params, const Answer& answer) {
    if (m_gate.refuses(params, answer))
        return;
    const auto addState = [this, answer](const base::Result<messaging::AccountInfo>& account) {
        if (!account.ok()) {
            answerWithError(answer, account.error(), QLatin1String("params"));
            return;
        }
        answerWhenDone(m_client.connection(), this, answer, QLatin1String("params"),
                       [object = toJson(*account)](const messaging::ConnectionInfo& connection) {
                           QJsonObject whole = object;
                           whole.insert(QStringLiteral("state"), toJson(connection.state));
                           return whole;
                       });
    };
    whenDone(m_client.whoami(), this, addState);
}

void AccountMethods::setPrivacy(Parameters params, const Answer& answer) {
    const QStringList words{QStringLiteral("auto"), QStringLiteral("ask")};
    const std::optional<int> accept = params.optionalChoice(QLatin1String("acceptRequests"), words);
    const std::optional<bool> receipts = params.optionalFlag(QLatin1String("sendReceipts"));
    const std::optional<bool> typing = params.optionalFlag(QLatin1String("sendTyping"));
    const std::optional<bool> presence = params.optionalFlag(QLatin1String("showPresence"));
    if (m_gate.refuses(params, answer))
        return;
    const auto change = [this, answer, accept, receipts, typing,
                         presence](const base::Result<messaging::Privacy>& current) {
        if (!current.ok()) {
            answerWithError(answer, current.error(), QLatin1String("params"));
            return;
        }
        messaging::Privacy privacy = *current;
        if (accept)
            privacy.acceptRequests =
                *accept == 0 ? messaging::AcceptRequests::Automatically : messaging::AcceptRequests::Ask;
        privacy.sendReceipts = receipts.value_or(privacy.sendReceipts);
        privacy.sendTyping = typing.value_or(privacy.sendTyping);
        privacy.showPresence = presence.value_or(privacy.showPresence);
        answerWhenDone(m_client.setPrivacy(privacy), this, answer, QLatin1String("params"));
    };
    whenDone(m_client.privacy(), this, change);
}

void AccountMethods::waitIdle(Parameters params, const Answer& answer) {
    const int timeoutMs =
        params.integer(QLatin1String("timeoutMs"), defaultIdleTimeoutMs, 0, longestIdleTimeoutMs);
    if (m_gate.refuses(params, answer))
        return;
    QElapsedTimer elapsed;
    elapsed.start();
    // What was asked to be sent before this request must be in the outbox before it can be empty.
    m_sends.afterward([this, answer, timeoutMs, elapsed] {
        const int left = std::max<int>(0, timeoutMs - int(elapsed.elapsed()));
        answerWhenDone(m_client.waitIdle(left), this, answer, QLatin1String("timeoutMs"));
    });
}

} // namespace recado::cli
