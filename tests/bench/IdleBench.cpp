#include "Benches.h"
#include "Figures.h"
#include "RelaySeeder.h"
#include "support/RelayProcess.h"
#include "support/WireClient.h"

#include <QFile>
#include <QTemporaryDir>

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

namespace recado::tests {

namespace {

constexpr int idleConnections = 5'000;
constexpr int activePairs = 8;
constexpr int inFlight = 32;
constexpr qint64 phaseNs = 4'000'000'000;

/// One sender and its receiver: submissions kept in flight, deliveries acknowledged as they come.
struct ActivePair {
    WireClient sender;
    WireClient receiver;
    const SeededDevice* from = nullptr;
    const SeededDevice* to = nullptr;
    quint64 submission = 0;
    int unanswered = 0;
    qint64 delivered = 0;
    QString trouble; // what went wrong first, if anything

    void submitMore() {
        QByteArray message;
        while (unanswered < inFlight) {
            wire::ClientFrame frame;
            auto* submit = frame.mutable_submit();
            submit->set_submission(++submission);
            auto* recipient = submit->add_recipients();
            recipient->set_account_id(protocol::fromBytes(to->account.toBytes()));
            recipient->set_device_list_version(1);
            auto* envelope = recipient->add_envelopes();
            envelope->set_device_id(1);
            envelope->set_registration_id(to->registrationId);
            envelope->set_sealed_header(std::string(96, 'h'));
            envelope->set_ciphertext(std::string(330, 'c'));
            protocol::appendFrame(message, frame);
            ++unanswered;
        }
        if (!message.isEmpty())
            sender.queue(message);
    }

    bool readSender() {
        for (const QByteArray& bytes : sender.readAvailable()) {
            const auto message = protocol::decodeRelayMessage(bytes);
            if (!message.ok())
                return fail(QStringLiteral("the sender got what is no message"));
            for (const wire::RelayFrame& frame : message->frames()) {
                if (frame.has_accepted())
                    unanswered -= frame.accepted().submissions_size();
                else if (frame.has_refused())
                    return fail(QStringLiteral("refused: ") +
                                QString::fromStdString(frame.refused().reason()));
                else if (frame.has_error())
                    return fail(QStringLiteral("error: ") + QString::fromStdString(frame.error().message()));
            }
        }
        return sender.isOpen() || fail(QStringLiteral("the sender was disconnected"));
    }

    bool readReceiver() {
        for (const QByteArray& bytes : receiver.readAvailable()) {
            const auto message = protocol::decodeRelayMessage(bytes);
            if (!message.ok())
                return fail(QStringLiteral("the receiver got what is no message"));
            wire::ClientFrame ack;
            for (const wire::RelayFrame& frame : message->frames()) {
                if (!frame.has_deliver())
                    continue;
                ++delivered;
                auto* range = ack.mutable_acknowledge()->add_ranges();
                range->set_first(frame.deliver().delivery_id());
                range->set_last(frame.deliver().delivery_id());
            }
            if (ack.has_acknowledge())
                receiver.queue(protocol::encode(ack));
        }
        return receiver.isOpen() || fail(QStringLiteral("the receiver was disconnected"));
    }

    bool fail(const QString& what) {
        if (trouble.isEmpty())
            trouble = what;
        return false;
    }
};

struct Rate {
    double perSecond = 0;
    double cpuMicroseconds = 0;
};

/// User and system time of a process, microseconds.
double cpuOf(qint64 processId) {
    QFile stat(QStringLiteral("/proc/%1/stat").arg(processId));
    if (!stat.open(QIODevice::ReadOnly))
        return 0;
    const QByteArray line = stat.readAll();
    const QList<QByteArray> fields = line.mid(line.lastIndexOf(')') + 2).split(' ');
    return (fields.value(11).toDouble() + fields.value(12).toDouble()) * 1e6 / double(sysconf(_SC_CLK_TCK));
}

/// One turn of all pairs: what is queued is written, what has come is read. False when a connection broke.
bool turn(std::vector<ActivePair>& pairs, bool submitting) {
    std::vector<pollfd> polled(pairs.size() * 2);
    const auto events = [](const WireClient& client) {
        return short(client.wantsToWrite() ? POLLIN | POLLOUT : POLLIN);
    };
    for (std::size_t index = 0; index < pairs.size(); ++index) {
        ActivePair& pair = pairs[index];
        if (submitting)
            pair.submitMore();
        if (!pair.sender.flush() || !pair.receiver.flush())
            return pair.fail(QStringLiteral("a connection takes nothing more"));
        polled[2 * index] = {pair.sender.descriptor(), events(pair.sender), 0};
        polled[2 * index + 1] = {pair.receiver.descriptor(), events(pair.receiver), 0};
    }
    poll(polled.data(), nfds_t(polled.size()), 100);
    for (std::size_t index = 0; index < pairs.size(); ++index) {
        if ((polled[2 * index].revents && !pairs[index].readSender()) ||
            (polled[2 * index + 1].revents && !pairs[index].readReceiver()))
            return false;
    }
    return true;
}

/// Lets everything on its way arrive, so that the pairs can be left alone for a while.
bool comeToRest(std::vector<ActivePair>& pairs) {
    const auto resting = [](const ActivePair& pair) {
        return pair.unanswered == 0 && pair.delivered == qint64(pair.submission) &&
               !pair.receiver.wantsToWrite();
    };
    const qint64 start = monotonicNs();
    for (;;) {
        const auto restless = std::find_if_not(pairs.begin(), pairs.end(), resting);
        if (restless == pairs.end())
            return true;
        if (!turn(pairs, false))
            return false;
        if (monotonicNs() - start > 10'000'000'000) {
            return restless->fail(QStringLiteral("after 10 s %1 of %2 were delivered, %3 unanswered")
                                      .arg(restless->delivered)
                                      .arg(restless->submission)
                                      .arg(restless->unanswered));
        }
    }
}

Rate routeForAPhase(std::vector<ActivePair>& pairs, qint64 relayProcess) {
    qint64 before = 0;
    for (const ActivePair& pair : pairs)
        before += pair.delivered;
    const double cpuBefore = cpuOf(relayProcess);
    const qint64 start = monotonicNs();
    while (monotonicNs() - start < phaseNs) {
        if (!turn(pairs, true))
            return {};
    }
    const double seconds = double(monotonicNs() - start) / 1e9;
    qint64 after = 0;
    for (const ActivePair& pair : pairs)
        after += pair.delivered;
    const auto routed = double(after - before);
    const Rate rate{routed / seconds, (cpuOf(relayProcess) - cpuBefore) / std::max(routed, 1.0)};
    return comeToRest(pairs) ? rate : Rate();
}

bool connectIdle(std::vector<WireClient>& clients, const std::vector<SeededDevice>& devices, quint16 port) {
    for (int number = 0; number < idleConnections; ++number) {
        const SeededDevice& device = devices[std::size_t(number)];
        if (!clients[std::size_t(number)].open(port, 2 + number / 2'500) ||
            !clients[std::size_t(number)].authenticate(device.account, device.authKey)) {
            printNote(QStringLiteral("  idle connection %1 was refused").arg(number));
            return false;
        }
        clients[std::size_t(number)].readAvailable();
    }
    return true;
}

} // namespace

bool idleBench() {
    const QTemporaryDir directory;
    RelayProcess relay(directory.filePath(QStringLiteral("relay")));
    const std::vector<SeededDevice> devices =
        seedRelay(relay.dataDirectory(), idleConnections + 2 * activePairs);
    relay.setOptions({QStringLiteral("--submissions-per-second"), QStringLiteral("1000000"),
                      QStringLiteral("--submission-burst"), QStringLiteral("1000000")});
    if (devices.empty() || !relay.start()) {
        printNote(QStringLiteral("  the relay did not start: ") +
                  QString::fromUtf8(relay.errorText().right(400)));
        return false;
    }
    printNote(
        QStringLiteral("idle: %1 pairs talk, %2 authenticated connections keep silent; fdatasync p95 %3 ms")
            .arg(activePairs)
            .arg(idleConnections)
            .arg(fdatasyncP95(directory.path()), 0, 'f', 2));

    std::vector<ActivePair> pairs;
    for (int number = 0; number < activePairs; ++number) {
        ActivePair pair;
        pair.from = &devices[std::size_t(idleConnections + 2 * number)];
        pair.to = &devices[std::size_t(idleConnections + 2 * number + 1)];
        if (!pair.sender.open(relay.port()) ||
            !pair.sender.authenticate(pair.from->account, pair.from->authKey) ||
            !pair.receiver.open(relay.port()) ||
            !pair.receiver.authenticate(pair.to->account, pair.to->authKey)) {
            printNote(QStringLiteral("  an active pair was refused"));
            return false;
        }
        pairs.push_back(std::move(pair));
    }
    QVector<double> ratios;
    std::vector<WireClient> idle(idleConnections);
    routeForAPhase(pairs, relay.processId()); // warm
    for (int round = 0; round < 3; ++round) {
        const Rate alone = routeForAPhase(pairs, relay.processId());
        if (!connectIdle(idle, devices, relay.port()))
            return false;
        const Rate crowded = routeForAPhase(pairs, relay.processId());
        for (WireClient& client : idle)
            client.reset();
        if (alone.perSecond == 0 || crowded.perSecond == 0) {
            for (const ActivePair& pair : pairs) {
                if (!pair.trouble.isEmpty())
                    printNote(QStringLiteral("  stopped: ") + pair.trouble);
            }
            printNote(QString::fromUtf8(relay.errorText().right(400)));
            return false;
        }
        printNote(QStringLiteral("  %1/s, %2 µs CPU a message with none; %3/s, %4 µs with %5")
                      .arg(alone.perSecond, 0, 'f', 0)
                      .arg(alone.cpuMicroseconds, 0, 'f', 1)
                      .arg(crowded.perSecond, 0, 'f', 0)
                      .arg(crowded.cpuMicroseconds, 0, 'f', 1)
                      .arg(idleConnections));
        ratios.push_back(crowded.perSecond / alone.perSecond);
    }
    return print({QStringLiteral("rate with idle connections over rate without (median of 3)"),
                  percentile(ratios, 0.5), QStringLiteral("×"), 0.8, false});
}

} // namespace recado::tests
