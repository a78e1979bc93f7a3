#include "crypto/SessionCipher.h"
#include "support/MemoryCryptoStores.h"
#include "support/Suite.h"

#include <QTest>

#include <deque>
#include <random>

namespace recado::tests {

using crypto::DecryptOutcome;
using crypto::MessageKind;
using crypto::SealedMessage;

/// Trap 11: both sides open a session at once, several times over, while messages are under way in FIFO
/// mailboxes. RECADO_RACES=n makes it n races a row instead of the short form's.
class RacesTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void bothSidesOpeningAtOnceReadEverythingAndConverge();
    void randomInterleavingsLoseNothing_data();
    void randomInterleavingsLoseNothing();
};

namespace {

/// Two devices and what the relay holds for each of them.
class Race {
public:
    explicit Race(std::uint32_t seed)
        : m_random(seed) {}

    /// Seals the next numbered message, opening a session first where there is none.
    bool send(int from) {
        CryptoDevice& sender = m_devices[from];
        CryptoDevice& receiver = m_devices[1 - from];
        const auto running = sender.cipher->hasSession(receiver.address);
        if (!running.ok() ||
            (!*running && !sender.cipher->startSession(receiver.address, receiver.bundle(chance(2))).ok()))
            return false;
        const QByteArray text = QByteArray::number(m_sent++);
        auto sealed = sender.cipher->encrypt(receiver.address, text);
        if (!sealed.ok())
            return false;
        m_lastKind[from] = sealed->kind;
        m_mailboxes[1 - from].push_back({*std::move(sealed), text});
        return true;
    }

    /// Lets `to` read the oldest message that waits for it.
    bool deliver(int to) {
        auto& mailbox = m_mailboxes[to];
        if (mailbox.empty())
            return true;
        const auto [message, text] = mailbox.front();
        mailbox.pop_front();
        const auto result = m_devices[to].receive(m_devices[1 - to], message);
        return result.outcome == DecryptOutcome::Decrypted && result.plaintext == text;
    }

    bool deliverAll() {
        while (!m_mailboxes[0].empty() || !m_mailboxes[1].empty()) {
            if (!deliver(0) || !deliver(1))
                return false;
        }
        return true;
    }

    /// Gives up the running session, as after a gap; the next send opens another.
    bool reset(int side) { return m_devices[side].cipher->resetSession(m_devices[1 - side].address).ok(); }

    /// A few undisturbed round trips: all read, and in the end no message carries a session opening any more.
    bool converges() {
        for (int round = 0; round < 4; ++round) {
            if (!send(round % 2) || !deliverAll() || !send(1 - round % 2) || !deliverAll())
                return false;
        }
        return m_lastKind[0] == MessageKind::Normal && m_lastKind[1] == MessageKind::Normal;
    }

    bool chance(int oneIn) { return std::uniform_int_distribution(1, oneIn)(m_random) == 1; }
    [[nodiscard]] int sent() const { return m_sent; }

private:
    struct Waiting {
        SealedMessage message;
        QByteArray text;
    };
    std::mt19937 m_random;
    CryptoDevice m_devices[2];
    std::deque<Waiting> m_mailboxes[2];
    MessageKind m_lastKind[2] = {MessageKind::PreKey, MessageKind::PreKey};
    int m_sent = 0;
};

} // namespace

void RacesTest::bothSidesOpeningAtOnceReadEverythingAndConverge() {
    Race race(1);
    for (int i = 0; i < 5; ++i) {
        QVERIFY(race.send(0));
        QVERIFY(race.send(1));
    }
    QVERIFY(race.deliverAll());
    QVERIFY(race.converges());
}

void RacesTest::randomInterleavingsLoseNothing_data() {
    QTest::addColumn<int>("resetOneIn");
    QTest::newRow("sessions stay") << 0;
    QTest::newRow("sessions are given up now and then") << 12;
}

void RacesTest::randomInterleavingsLoseNothing() {
    QFETCH(int, resetOneIn);
    const int races = std::max(200, qEnvironmentVariableIntValue("RECADO_RACES"));
    int messages = 0;
    for (int seed = 0; seed < races; ++seed) {
        Race race{std::uint32_t(seed)};
        const QByteArray name = "seed " + QByteArray::number(seed);
        for (int step = 0; step < 24; ++step) {
            const int side = race.chance(2) ? 0 : 1;
            if (resetOneIn > 0 && race.chance(resetOneIn))
                QVERIFY2(race.reset(side), name.constData());
            if (race.chance(2))
                QVERIFY2(race.send(side), name.constData());
            else
                QVERIFY2(race.deliver(side), name.constData());
        }
        QVERIFY2(race.deliverAll(), name.constData());
        QVERIFY2(race.converges(), name.constData());
        messages += race.sent();
    }
    qInfo("%d races, %d messages, none lost", races, messages);
}

} // namespace recado::tests

RECADO_TEST(recado::tests::RacesTest)
#include "RacesTest.moc"
