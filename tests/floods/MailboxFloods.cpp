// Floods through mailboxes: readers that stall, and a stranger who fills somebody's.
#include "Flood.h"
#include "FloodStage.h"
#include "RawSocket.h"
#include "support/ChildProcess.h"

#include <poll.h>
#include <sys/socket.h>

namespace recado::tests {

namespace {

constexpr std::size_t stalledReaders = 1'000;
constexpr std::size_t authors = 4;
constexpr qsizetype bodyBytes = 250'000;

bool join(WireClient& client, Attack& attack, const SeededDevice& device, int localHost) {
    return client.open(attack.port, localHost) && client.authenticate(device.account, device.authKey);
}

wire::Envelope* addEnvelope(wire::Submit& submit, const SeededDevice& to) {
    auto* recipient = submit.add_recipients();
    recipient->set_account_id(protocol::fromBytes(to.account.toBytes()));
    recipient->set_device_list_version(1);
    auto* envelope = recipient->add_envelopes();
    envelope->set_device_id(1);
    envelope->set_registration_id(to.registrationId);
    envelope->set_sealed_header(std::string(96, 'h'));
    envelope->set_ciphertext(std::string(330, 'c'));
    return envelope;
}

/// Waits for the answer to a submission; its reason, or "accepted".
QString answerTo(WireClient& client, quint64 number) {
    for (;;) {
        const auto message = client.readMessage(10'000);
        if (!message)
            return QStringLiteral("nothing");
        for (const wire::RelayFrame& frame : message->frames()) {
            if (frame.has_refused() && frame.refused().submission() == number)
                return QString::fromStdString(frame.refused().reason());
            for (const quint64 accepted : frame.accepted().submissions()) {
                if (accepted == number)
                    return QStringLiteral("accepted");
            }
        }
    }
}

} // namespace

Fate slowReaderFlood(Attack& attack) {
    const std::size_t wanted = attack.isHurried ? stalledReaders / 4 : stalledReaders;
    std::vector<WireClient> readers(std::min(wanted, attack.accounts.size() - authors));
    Fate fate;
    for (std::size_t index = 0; index < readers.size(); ++index) {
        if (!join(readers[index], attack, attack.accounts[authors + index], int(15 + index % 4))) {
            fate.expect(false, QStringLiteral("a reader was refused"));
            return fate;
        }
        const int small = 4'096;
        setsockopt(readers[index].descriptor(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    }
    const std::string body(bodyBytes, 'b');
    quint64 number = 0;
    for (std::size_t author = 0; author < authors; ++author) {
        WireClient writer;
        fate.expect(join(writer, attack, attack.accounts[author], 15),
                    QStringLiteral("an author was refused"));
        wire::ClientFrame frame;
        frame.mutable_submit()->set_submission(1);
        frame.mutable_submit()->set_body(body);
        for (std::size_t index = 0; index < readers.size(); ++index)
            addEnvelope(*frame.mutable_submit(), attack.accounts[authors + index])->set_has_body(true);
        writer.queue(protocol::encode(frame));
        while (writer.wantsToWrite() && writer.flush())
            waitForSocket(writer.descriptor(), POLLOUT, 1'000);
        number += answerTo(writer, 1) == QLatin1String("accepted") ? 1 : 0;
    }
    fate.expect(number == authors, QStringLiteral("a submission was not accepted"));
    // Who stalls is gone within two seconds of the first byte he does not take.
    const qint64 begin = monotonicNs();
    std::size_t gone = 0;
    while (gone < readers.size() && monotonicNs() - begin < 3'000'000'000) {
        gone = 0;
        for (WireClient& reader : readers) {
            pollfd entry{reader.descriptor(), 0, 0};
            gone += poll(&entry, 1, 0) == 1 && (entry.revents & (POLLERR | POLLHUP)) != 0 ? 1 : 0;
        }
        pollfd pause{-1, 0, 0};
        poll(&pause, 1, 50);
    }
    fate.text =
        QStringLiteral("%1 submissions of %2 KB to %3 readers that read nothing; %4 dropped, the last "
                       "%5 ms after the end")
            .arg(number)
            .arg(bodyBytes / 1'000)
            .arg(readers.size())
            .arg(gone)
            .arg(double(monotonicNs() - begin) / 1e6, 0, 'f', 0);
    fate.expect(gone == readers.size(), QStringLiteral("a stalled reader was kept"));
    return fate;
}

Fate mailboxFlood(Attack& attack) {
    const SeededDevice& friendly = attack.accounts[0];
    const SeededDevice& stranger = attack.accounts[1];
    const SeededDevice& target = attack.accounts[2];
    const SeededDevice& other = attack.accounts[3];
    Fate fate;
    WireClient first;
    fate.expect(join(first, attack, friendly, 19), QStringLiteral("the friend was refused"));
    constexpr quint64 letters = 20;
    for (quint64 number = 1; number <= letters; ++number) {
        wire::ClientFrame frame;
        frame.mutable_submit()->set_submission(number);
        addEnvelope(*frame.mutable_submit(), target)->set_ciphertext("letter");
        first.queue(protocol::encode(frame));
        first.flush();
        fate.expect(answerTo(first, number) == QLatin1String("accepted"),
                    QStringLiteral("a letter was refused"));
    }
    WireClient flooder;
    fate.expect(join(flooder, attack, stranger, 19), QStringLiteral("the stranger was refused"));
    quint64 number = 0;
    QString answer = QStringLiteral("accepted");
    while (answer == QLatin1String("accepted") && number < 100'000) {
        wire::ClientFrame frame;
        frame.mutable_submit()->set_submission(++number);
        addEnvelope(*frame.mutable_submit(), target)->set_ciphertext(std::string(8'000, 'f'));
        flooder.queue(protocol::encode(frame));
        flooder.flush();
        answer = answerTo(flooder, number);
    }
    fate.expect(answer == QLatin1String("quota_exceeded"), QStringLiteral("the sender was told ") + answer);
    wire::ClientFrame elsewhere;
    elsewhere.mutable_submit()->set_submission(letters + 1);
    addEnvelope(*elsewhere.mutable_submit(), other);
    first.queue(protocol::encode(elsewhere));
    first.flush();
    fate.expect(answerTo(first, letters + 1) == QLatin1String("accepted"),
                QStringLiteral("another mailbox is full as well"));
    // Now the owner comes: everything the friend wrote must still be there.
    WireClient owner;
    fate.expect(join(owner, attack, target, 19), QStringLiteral("the owner was refused"));
    quint64 found = 0;
    for (bool drained = false; !drained;) {
        const auto message = owner.readMessage(2'000);
        if (!message)
            break;
        wire::ClientFrame ack;
        for (const wire::RelayFrame& frame : message->frames()) {
            drained = drained || frame.has_mailbox_drained();
            if (!frame.has_deliver())
                continue;
            found += frame.deliver().ciphertext() == "letter" ? 1 : 0;
            auto* range = ack.mutable_acknowledge()->add_ranges();
            range->set_first(frame.deliver().delivery_id());
            range->set_last(frame.deliver().delivery_id());
        }
        if (ack.has_acknowledge())
            owner.queue(protocol::encode(ack));
        owner.flush();
    }
    fate.expect(found == letters, QStringLiteral("%1 of %2 letters were left").arg(found).arg(letters));
    fate.text = QStringLiteral("%1 taken, then told %2; %3 of %4 letters of others kept")
                    .arg(number - 1)
                    .arg(answer)
                    .arg(found)
                    .arg(letters);
    return fate;
}

} // namespace recado::tests
