#include "relay/delivery/ConnectionPost.h"

#include "support/Suite.h"

#include <QTest>

namespace recado::tests {

namespace {

using relay::ConnectionPost;
using relay::MailboxRow;

/// Writes down what it gets, with its name, in a list that it shares with others.
class ListeningDevice final : public relay::ConnectedDevice {
public:
    ListeningDevice(QString name, QStringList& heard)
        : m_name(std::move(name))
        , m_heard(heard) {}

    void live(const MailboxRow& envelope) override { hear(QString::number(envelope.id)); }
    void appendedLate(base::DeliveryId id) override { hear(QStringLiteral("late %1").arg(id)); }
    void accepted(base::SubmissionNumber number) override { hear(QStringLiteral("accepted %1").arg(number)); }
    void push(const wire::RelayFrame&, relay::PushKind) override {}
    void listChanged(const routing::DeviceList&) override {}
    void displaced(relay::Displacement) override {}

private:
    void hear(const QString& what) { m_heard.push_back(m_name + QLatin1Char(' ') + what); }

    const QString m_name;
    QStringList& m_heard;
};

MailboxRow rowOf(base::DeliveryId id, qsizetype size) {
    MailboxRow row;
    row.id = id;
    row.ciphertext = QByteArray(size, 'c');
    return row;
}

constexpr qsizetype small = 400;
constexpr qsizetype large = 250'000;

} // namespace

class ConnectionPostTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void whatIsPutFirstArrivesFirst();
    void smallOnesForOthersGoBeforeLargeOnes();
    void nothingOvertakesALargeOneOfItsOwnConnection();
    void connectionsThatAreGoneArePassedOver();
};

void ConnectionPostTest::whatIsPutFirstArrivesFirst() {
    base::Inbox inbox;
    const auto post = std::make_shared<ConnectionPost>(inbox);
    QStringList heard;
    const auto ana = std::make_shared<ListeningDevice>(QStringLiteral("ana"), heard);
    post->put(ana, rowOf(1, small));
    post->put(ana, ConnectionPost::Accepted{7});
    post->put(ana, [](relay::ConnectedDevice& device) { device.appendedLate(2); });
    QTRY_COMPARE(heard, (QStringList{QStringLiteral("ana 1"), QStringLiteral("ana accepted 7"),
                                     QStringLiteral("ana late 2")}));
}

void ConnectionPostTest::smallOnesForOthersGoBeforeLargeOnes() {
    base::Inbox inbox;
    const auto post = std::make_shared<ConnectionPost>(inbox);
    QStringList heard;
    std::vector<std::shared_ptr<ListeningDevice>> members;
    for (int number = 0; number < 20; ++number) {
        members.push_back(std::make_shared<ListeningDevice>(QStringLiteral("member"), heard));
        post->put(members.back(), rowOf(base::DeliveryId(number + 1), large));
    }
    const auto ana = std::make_shared<ListeningDevice>(QStringLiteral("ana"), heard);
    post->put(ana, rowOf(100, small));

    QTRY_COMPARE(heard.size(), 21);

    QCOMPARE(heard.front(), QStringLiteral("ana 100"));
}

void ConnectionPostTest::nothingOvertakesALargeOneOfItsOwnConnection() {
    base::Inbox inbox;
    const auto post = std::make_shared<ConnectionPost>(inbox);
    QStringList heard;
    const auto ana = std::make_shared<ListeningDevice>(QStringLiteral("ana"), heard);
    QStringList expected;
    for (int number = 1; number <= 30; ++number) {
        post->put(ana, rowOf(base::DeliveryId(number), number % 3 == 0 ? small : large));
        expected.push_back(QStringLiteral("ana %1").arg(number));
    }
    post->put(ana, [](relay::ConnectedDevice& device) { device.appendedLate(5); });
    expected.push_back(QStringLiteral("ana late 5"));
    QTRY_COMPARE(heard, expected);
}

void ConnectionPostTest::connectionsThatAreGoneArePassedOver() {
    base::Inbox inbox;
    const auto post = std::make_shared<ConnectionPost>(inbox);
    QStringList heard;
    auto gone = std::make_shared<ListeningDevice>(QStringLiteral("gone"), heard);
    const auto ana = std::make_shared<ListeningDevice>(QStringLiteral("ana"), heard);
    post->put(gone, rowOf(1, small));
    post->put(gone, rowOf(2, large));
    post->put(ana, rowOf(3, large));
    gone.reset();
    QTRY_COMPARE(heard, QStringList{QStringLiteral("ana 3")});
}

} // namespace recado::tests

RECADO_TEST(recado::tests::ConnectionPostTest)
#include "ConnectionPostTest.moc"
