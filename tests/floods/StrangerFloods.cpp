// Floods of those who want in: challenges, wrong signatures, registrations.
#include "Flood.h"
#include "RawSocket.h"
#include "bench/Figures.h"
#include "protocol/AuthTranscript.h"
#include "routing/DeviceList.h"
#include "support/ChildProcess.h"

#include <QCryptographicHash>

#include <poll.h>

#include <array>
#include <cmath>
#include <set>

namespace recado::tests {

namespace {

constexpr std::size_t strangersAtOnce = 128;
// At least, each with what came before it: the answer to the upgrade has about 130 bytes, a challenge 160.
constexpr qsizetype aChallenge = 220;
constexpr qsizetype anError = 110;

wire::ClientFrame helloOf(wire::Purpose purpose, const base::AccountId& account) {
    wire::ClientFrame frame;
    frame.set_request_id(1);
    auto* hello = frame.mutable_hello();
    hello->set_version(protocol::protocolVersion);
    hello->set_nonce(std::string(32, 'n'));
    hello->set_purpose(purpose);
    hello->set_account_id(protocol::fromBytes(account.toBytes()));
    hello->set_device_id(1);
    return frame;
}

/// Sends `bytes` on connection after connection, many at a time; each ends when `answerBytes` have come.
Fate storm(Attack& attack, const QByteArray& bytes, qsizetype answerBytes, const QString& what,
           int localHost) {
    std::array<RawSocket, strangersAtOnce> sockets;
    std::array<bool, strangersAtOnce> hasSent{};
    std::array<QByteArray, strangersAtOnce> answers;
    int done = 0;
    int refused = 0;
    while (!attack.isOver()) {
        std::array<pollfd, strangersAtOnce> polled{};
        for (std::size_t index = 0; index < sockets.size(); ++index) {
            if (!sockets[index].isOpen()) {
                hasSent[index] = false;
                answers[index].clear();
                sockets[index].open(attack.port, localHost);
            }
            polled[index] = {sockets[index].descriptor(), short(hasSent[index] ? POLLIN : POLLOUT), 0};
        }
        poll(polled.data(), polled.size(), 20);
        for (std::size_t index = 0; index < sockets.size(); ++index) {
            if (polled[index].revents == 0)
                continue;
            if (!hasSent[index]) {
                hasSent[index] = sockets[index].write(bytes) == bytes.size();
                continue;
            }
            bool isOver = false;
            QByteArray& answer = answers[index];
            answer += sockets[index].read(isOver);
            refused += answer.startsWith("HTTP/1.1 503") || answer.startsWith("HTTP/1.1 429") ? 1 : 0;
            // 101 alone is not all: what follows is the challenge, or the refusal.
            if (isOver || answer.size() > answerBytes || !answer.startsWith("HTTP/1.1 101")) {
                ++done;
                sockets[index].reset();
            }
        }
    }
    Fate fate;
    fate.text = QStringLiteral("%1 %2, %3 refused at the door").arg(done).arg(what).arg(refused);
    fate.expect(done > 0, QStringLiteral("nothing was answered at all"));
    return fate;
}

struct Registrant {
    base::AccountId account = base::AccountId::random();
    base::SigningKey key = base::SigningKey::generate();
};

wire::ClientFrame registrationOf(const Registrant& who, const wire::Challenge& challenge, int number) {
    routing::DeviceList list;
    list.account = who.account;
    list.version = 1;
    list.issuedAtMs = 1;
    list.identityKey = QByteArray(33, '\x05');
    list.devices.push_back({1, 7, who.key.publicKey(), QByteArray(32, 'h')});
    wire::ClientFrame frame;
    frame.set_request_id(2);
    auto* request = frame.mutable_register_account();
    request->set_username("storm" + std::to_string(number) + "." +
                          who.account.toBytes().toHex().left(8).toStdString());
    request->mutable_device_list()->set_device_list(protocol::fromBytes(list.serialise()));
    request->mutable_device_list()->set_signature(std::string(64, 's'));
    auto* key = request->mutable_prekeys()->mutable_signed_prekey();
    key->set_id(1);
    key->set_key("\x05" + std::string(32, 'k'));
    key->set_signature(std::string(64, 'x'));
    protocol::AuthTranscript transcript;
    transcript.version = challenge.version();
    transcript.purpose = wire::PURPOSE_REGISTER;
    transcript.clientNonce = QByteArray(32, 'n');
    transcript.relayNonce = protocol::toBytes(challenge.nonce());
    transcript.relayKey = protocol::toBytes(challenge.relay_key());
    transcript.relayName = QString::fromStdString(challenge.relay_name());
    transcript.tlsKeyHash = protocol::toBytes(challenge.tls_key_hash());
    transcript.accountId = who.account.toBytes();
    transcript.deviceId = 1;
    const std::string unsignedBytes = request->SerializeAsString();
    const QByteArray message =
        transcript.toBytes() +
        QCryptographicHash::hash(QByteArrayView(unsignedBytes.data(), qsizetype(unsignedBytes.size())),
                                 QCryptographicHash::Sha256);
    request->set_signature(
        protocol::fromBytes(who.key.sign(QByteArrayView(protocol::deviceRegistrationLabel), message)));
    return frame;
}

} // namespace

Fate helloFlood(Attack& attack) {
    const QByteArray hello = protocol::encode(helloOf(wire::PURPOSE_AUTHENTICATE, base::AccountId::random()));
    return storm(attack, upgradeRequest() + rawFrame(0x82, hello), aChallenge, QStringLiteral("challenges"),
                 11);
}

Fate wrongSignatureFlood(Attack& attack) {
    QByteArray message;
    protocol::appendFrame(message, helloOf(wire::PURPOSE_AUTHENTICATE, attack.accounts.front().account));
    wire::ClientFrame authenticate;
    authenticate.set_request_id(2);
    authenticate.mutable_authenticate()->set_signature(std::string(64, 'w'));
    protocol::appendFrame(message, authenticate);
    return storm(attack, upgradeRequest() + rawFrame(0x82, message), aChallenge + anError,
                 QStringLiteral("attempts answered"), 12);
}

Fate oracleFlood(Attack& attack) {
    // Whether the answer, or its time, tells an account that exists from one that does not.
    constexpr std::size_t pairs = 20;
    QVector<double> times[2]; // unknown, known
    std::set<std::string> answers;
    while (!attack.isOver()) {
        std::array<WireClient, 2 * pairs> clients;
        std::array<qint64, 2 * pairs> sentNs{};
        for (std::size_t index = 0; index < clients.size(); ++index) {
            const base::AccountId account =
                index % 2 == 0 ? base::AccountId::random() : attack.accounts.front().account;
            if (!clients[index].open(attack.port, 20))
                continue;
            QByteArray message;
            protocol::appendFrame(message, helloOf(wire::PURPOSE_AUTHENTICATE, account));
            wire::ClientFrame authenticate;
            authenticate.set_request_id(2);
            authenticate.mutable_authenticate()->set_signature(std::string(64, 'w'));
            protocol::appendFrame(message, authenticate);
            clients[index].queue(message);
            clients[index].flush();
            sentNs[index] = monotonicNs();
        }
        for (std::size_t index = 0; index < clients.size(); ++index) {
            while (const auto message = clients[index].readMessage(1'000)) {
                if (!message->frames(0).has_error())
                    continue;
                times[index % 2].append(double(monotonicNs() - sentNs[index]) / 1e6);
                answers.insert(message->frames(0).SerializeAsString());
                break;
            }
        }
    }
    const double unknown = percentile(times[0], 0.5);
    const double known = percentile(times[1], 0.5);
    Fate fate;
    fate.text = QStringLiteral("%1 samples; median of the answer %2 ms for unknown, %3 ms for known accounts")
                    .arg(times[0].size() + times[1].size())
                    .arg(unknown, 0, 'f', 2)
                    .arg(known, 0, 'f', 2);
    fate.expect(!times[0].isEmpty() && !times[1].isEmpty(), QStringLiteral("nothing was answered"));
    fate.expect(answers.size() == 1, QStringLiteral("the answers differ"));
    fate.expect(std::abs(unknown - known) < (attack.isHurried ? 20 : 2),
                QStringLiteral("the time tells who exists"));
    return fate;
}

Fate registrationFlood(Attack& attack) {
    int registered = 0;
    int limited = 0;
    int number = 0;
    while (!attack.isOver()) {
        WireClient client;
        const Registrant who;
        if (!client.open(attack.port, 13))
            continue;
        client.queue(protocol::encode(helloOf(wire::PURPOSE_REGISTER, who.account)));
        client.flush();
        const auto challenge = client.readMessage(2'000);
        if (!challenge || !challenge->frames(0).has_challenge())
            continue;
        client.queue(protocol::encode(registrationOf(who, challenge->frames(0).challenge(), ++number)));
        client.flush();
        const auto answer = client.readMessage(2'000);
        if (!answer)
            continue;
        registered += answer->frames(0).has_registered() ? 1 : 0;
        limited += answer->frames(0).error().reason() == "rate_limited" ? 1 : 0;
    }
    Fate fate;
    fate.text = QStringLiteral("%1 registered, %2 told rate_limited").arg(registered).arg(limited);
    fate.expect(registered > 0, QStringLiteral("nobody could register"));
    fate.expect(limited > 0, QStringLiteral("nobody was told to wait"));
    return fate;
}

} // namespace recado::tests
