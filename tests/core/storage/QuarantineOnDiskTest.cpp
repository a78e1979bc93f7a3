#include "core/messaging/TestProfile.h"
#include "support/Suite.h"

using namespace Qt::StringLiterals;

namespace recado::tests {

/// Each bit of an envelope turned over, one envelope each, through the whole way in: every one is kept as
/// bytes that could not be read, and nothing else about the profile changes.
class QuarantineOnDiskTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everyFlippedBitOfAnEnvelopeOnlyAddsToTheQuarantine();
};

namespace {

void flipBit(std::string& bytes, std::size_t bit) {
    bytes[bit / 8] = char(bytes[bit / 8] ^ (1 << bit % 8));
}

QByteArray numberFrom(sql::Database& database, const char* text) {
    auto row = database.query(text);
    must(row);
    const auto found = row->step();
    must(found);
    return *found ? row->bytes(0) : QByteArray();
}

/// What decides which messages can be read from now on.
QByteArrayList secretState(sql::Database& database) {
    return {numberFrom(database, "SELECT count(*) FROM session"),
            numberFrom(database, "SELECT count(*) FROM pre_key"),
            numberFrom(database, "SELECT count(*) FROM seen_base_key"),
            numberFrom(database, "SELECT count(*) FROM seen_submission"),
            numberFrom(database, "SELECT count(*) FROM seen_message"),
            numberFrom(database, "SELECT count(*) FROM message WHERE placeholder = 0"),
            numberFrom(database, "SELECT count(*) FROM receipt"),
            numberFrom(database, "SELECT count(*) FROM outbox"),
            numberFrom(database, "SELECT count(*) FROM contact WHERE identity_trusted <> x''")};
}

} // namespace

void QuarantineOnDiskTest::everyFlippedBitOfAnEnvelopeOnlyAddsToTheQuarantine() {
    FakeRelay relay;
    TestProfile ana(relay);
    TestProfile bia(relay);
    QVERIFY(ana.signUp(u"ana"_s).ok());
    // A stranger's: so that nothing goes back, and nothing of the state changes on purpose.
    QVERIFY(bia.signUp(u"bia"_s, messaging::AcceptRequests::Ask).ok());
    const base::DeviceAddress device{bia.self.account, 1};
    QVERIFY(bia.settle());
    const QByteArrayList before = secretState(bia.database());

    bia.link->setReachable(false);
    QVERIFY(ana.say(u"bia"_s, u"intact"_s).ok());
    QVERIFY(ana.settle());
    auto& mailbox = relay.device(device).mailbox;
    QCOMPARE(mailbox.size(), std::size_t(1));
    const wire::Deliver intact = mailbox.front();
    mailbox.clear();
    quint64 number = intact.delivery_id() + 1'000'000;
    const auto deliverFlipped = [&](std::string* (wire::Deliver::*part)(), std::size_t bits) {
        for (std::size_t bit = 0; bit < bits; ++bit) {
            mailbox.push_back(intact);
            mailbox.back().set_delivery_id(++number);
            flipBit(*(mailbox.back().*part)(), bit);
        }
    };
    deliverFlipped(&wire::Deliver::mutable_ciphertext, intact.ciphertext().size() * 8);
    deliverFlipped(&wire::Deliver::mutable_sealed_header, intact.sealed_header().size() * 8);
    const auto damaged = qsizetype(mailbox.size());
    QVERIFY(damaged > 3'000);

    bia.link->setReachable(true);
    QTRY_VERIFY_WITH_TIMEOUT(relay.device(device).mailbox.empty(), 60'000);
    QVERIFY(bia.settle());
    QCOMPARE(secretState(bia.database()), before);
    QCOMPARE(numberFrom(bia.database(), "SELECT count(*) FROM quarantine"), QByteArray::number(damaged));
    QVERIFY(std::all_of(bia.received.begin(), bia.received.end(),
                        [](const messaging::Message& message) { return message.placeholder; }));
    QCOMPARE(relay.totalSubmits(bia.self.account), 0);

    // The message itself still opens.
    relay.device(device).mailbox.push_back(intact);
    relay.deliverAll(device);
    // It may stand where the first of the damaged ones left a placeholder.
    const auto shown = [&bia] {
        const auto isIt = [](const messaging::Message& message) { return message.text == u"intact"; };
        return std::count_if(bia.received.begin(), bia.received.end(), isIt) +
               std::count_if(bia.changed.begin(), bia.changed.end(), isIt);
    };
    QTRY_COMPARE(shown(), 1);
}

} // namespace recado::tests

RECADO_TEST(recado::tests::QuarantineOnDiskTest)
#include "QuarantineOnDiskTest.moc"
