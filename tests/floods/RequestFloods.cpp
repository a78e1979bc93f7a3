// Floods of what is allowed: frames of an account that cost the relay more than they cost their sender.
#include "Flood.h"
#include "FloodStage.h"
#include "support/ChildProcess.h"

#include <poll.h>

#include <functional>
#include <map>

namespace recado::tests {

namespace {

/// What came back, by kind or reason.
class Answers {
public:
    void count(const QVector<QByteArray>& messages) {
        for (const QByteArray& bytes : messages) {
            const auto message = protocol::decodeRelayMessage(bytes);
            if (!message.ok())
                continue;
            for (const wire::RelayFrame& frame : message->frames())
                ++m_counts[nameOf(frame)];
        }
    }
    [[nodiscard]] int of(const char* name) const {
        const auto found = m_counts.find(QString::fromLatin1(name));
        return found == m_counts.end() ? 0 : found->second;
    }
    [[nodiscard]] QString text() const {
        QStringList parts;
        for (const auto& [name, count] : m_counts) {
            if (!name.isEmpty())
                parts.append(QStringLiteral("%1 %2").arg(count).arg(name));
        }
        return parts.isEmpty() ? QStringLiteral("no answer") : parts.join(QStringLiteral(", "));
    }

private:
    static QString nameOf(const wire::RelayFrame& frame) {
        if (frame.has_error())
            return QString::fromStdString(frame.error().reason());
        if (frame.has_refused())
            return QString::fromStdString(frame.refused().reason());
        if (frame.has_accepted())
            return QStringLiteral("accepted");
        if (frame.has_done())
            return QStringLiteral("done");
        return {};
    }

    std::map<QString, int> m_counts;
};

/// Every account keeps its connection full of what `next` makes, and reads what comes.
Answers keepAsking(Attack& attack, const std::function<QByteArray(const SeededDevice&)>& next, qint64& sent,
                   int& ended) {
    std::vector<WireClient> clients(attack.accounts.size());
    Answers answers;
    while (!attack.isOver()) {
        for (std::size_t index = 0; index < clients.size() && !attack.isOver(); ++index) {
            WireClient& client = clients[index];
            const SeededDevice& device = attack.accounts[index];
            if (!client.isOpen()) {
                if (!client.open(attack.port, 14) || !client.authenticate(device.account, device.authKey)) {
                    client.reset();
                    continue;
                }
            }
            if (!client.wantsToWrite()) {
                const QByteArray message = next(device);
                sent += message.size();
                client.queue(message);
            }
            if (!client.flush()) {
                ++ended;
                client.reset();
                continue;
            }
            answers.count(client.readAvailable());
        }
    }
    return answers;
}

Fate askOnAndOn(Attack& attack, const std::function<QByteArray(const SeededDevice&)>& next,
                const char* expected) {
    qint64 sent = 0;
    int ended = 0;
    const Answers answers = keepAsking(attack, next, sent, ended);
    Fate fate;
    fate.text = QStringLiteral("%1 MB taken, %2 disconnected: %3")
                    .arg(double(sent) / 1e6, 0, 'f', 1)
                    .arg(ended)
                    .arg(answers.text());
    if (expected != nullptr)
        fate.expect(answers.of(expected) > 0,
                    QStringLiteral("nobody was told %1").arg(QString::fromLatin1(expected)));
    return fate;
}

QByteArray manyOf(const wire::ClientFrame& frame, int count) {
    QByteArray message;
    for (; count > 0; --count)
        protocol::appendFrame(message, frame);
    return message;
}

void addRecipient(wire::Submit& submit, const base::AccountId& account, quint32 registration,
                  const std::string& ciphertext) {
    auto* recipient = submit.add_recipients();
    recipient->set_account_id(protocol::fromBytes(account.toBytes()));
    recipient->set_device_list_version(1);
    auto* envelope = recipient->add_envelopes();
    envelope->set_device_id(1);
    envelope->set_registration_id(registration);
    envelope->set_sealed_header(std::string(96, 'h'));
    envelope->set_ciphertext(ciphertext);
}

} // namespace

Fate presenceFlood(Attack& attack) {
    wire::ClientFrame frame;
    frame.set_request_id(1);
    frame.mutable_set_presence()->set_visible(true);
    for (int count = 0; count < 4'096; ++count)
        frame.mutable_set_presence()->add_accounts(protocol::fromBytes(base::AccountId::random().toBytes()));
    const QByteArray message = manyOf(frame, 16);
    return askOnAndOn(
        attack, [&](const SeededDevice&) { return message; }, "rate_limited");
}

Fate prekeyUploadFlood(Attack& attack) {
    wire::ClientFrame frame;
    frame.set_request_id(1);
    auto* upload = frame.mutable_upload_prekeys()->mutable_prekeys();
    upload->set_replace(true);
    for (quint32 id = 1; id <= 200; ++id) {
        auto* key = upload->add_prekeys();
        key->set_id(id);
        key->set_key("\x05" + std::string(32, 'k'));
    }
    const QByteArray message = manyOf(frame, 16);
    return askOnAndOn(
        attack, [&](const SeededDevice&) { return message; }, "rate_limited");
}

Fate unknownFrameFlood(Attack& attack) {
    wire::ClientFrame frame;
    frame.set_request_id(1);
    const QByteArray message = manyOf(frame, 1'024);
    return askOnAndOn(
        attack, [&](const SeededDevice&) { return message; }, "unknown_frame");
}

Fate acknowledgeFlood(Attack& attack) {
    wire::ClientFrame frame;
    frame.set_request_id(1);
    for (quint64 id = 4'096; id > 0; --id) {
        auto* range = frame.mutable_acknowledge()->add_ranges();
        range->set_first(id * 1'000'003);
        range->set_last(id * 1'000'003);
    }
    const QByteArray message = manyOf(frame, 8);
    return askOnAndOn(
        attack, [&](const SeededDevice&) { return message; }, "done");
}

Fate lookUpFlood(Attack& attack) {
    wire::ClientFrame frame;
    frame.set_request_id(1);
    frame.mutable_get_account()->set_username("nobody.at.all");
    const QByteArray message = manyOf(frame, 256);
    return askOnAndOn(
        attack, [&](const SeededDevice&) { return message; }, "rate_limited");
}

Fate ephemeralFlood(Attack& attack) {
    const std::string payload(2'048, 'e');
    return askOnAndOn(
        attack,
        [&](const SeededDevice& device) {
            wire::ClientFrame frame;
            frame.mutable_ephemeral()->set_account_id(protocol::fromBytes(device.account.toBytes()));
            frame.mutable_ephemeral()->set_payload(payload);
            return manyOf(frame, 64);
        },
        nullptr);
}

Fate tinyElementFlood(Attack& attack) {
    // Two bytes an element on the wire, dozens in memory: in a submission, and in an acknowledgement.
    wire::ClientFrame submit;
    submit.mutable_submit()->set_submission(1);
    for (int count = 0; count < 500'000; ++count)
        submit.mutable_submit()->add_recipients();
    wire::ClientFrame ack;
    ack.set_request_id(1);
    for (int count = 0; count < 500'000; ++count)
        ack.mutable_acknowledge()->add_ranges();
    const QByteArray messages[] = {protocol::encode(submit), protocol::encode(ack)};
    std::size_t turn = 0;
    return askOnAndOn(
        attack, [&](const SeededDevice&) { return messages[turn++ % 2]; }, "invalid_argument");
}

Fate fanOutFlood(Attack& attack) {
    // To a thousand accounts that are not connected.
    std::map<base::AccountId, quint64> numbers;
    return askOnAndOn(
        attack,
        [&](const SeededDevice& device) {
            wire::ClientFrame frame;
            frame.mutable_submit()->set_submission(++numbers[device.account]);
            for (int count = 0; count < 1'024; ++count)
                addRecipient(*frame.mutable_submit(), base::AccountId::random(), 1, "c");
            return protocol::encode(frame);
        },
        nullptr);
}

Fate submissionFlood(Attack& attack) {
    // Each to the next one, who reads nothing of it while submitting; as much as the relay takes.
    std::map<base::AccountId, quint64> numbers;
    std::map<base::AccountId, const SeededDevice*> receivers;
    for (std::size_t index = 0; index < attack.accounts.size(); ++index)
        receivers[attack.accounts[index].account] = &attack.accounts[(index + 1) % attack.accounts.size()];
    return askOnAndOn(
        attack,
        [&](const SeededDevice& device) {
            QByteArray message;
            for (int count = 0; count < 64; ++count) {
                wire::ClientFrame frame;
                frame.mutable_submit()->set_submission(++numbers[device.account]);
                const SeededDevice& to = *receivers[device.account];
                addRecipient(*frame.mutable_submit(), to.account, to.registrationId, std::string(1'024, 'c'));
                protocol::appendFrame(message, frame);
            }
            return message;
        },
        "accepted");
}

} // namespace recado::tests
