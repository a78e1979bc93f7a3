#include "base/Ids.h"
#include "base/Reason.h"
#include "base/Result.h"
#include "support/FakeClock.h"
#include "support/Suite.h"

#include <QSet>
#include <QTest>

#include <memory>

namespace recado::tests {

using base::AccountId;
using base::makeError;
using base::Reason;
using base::Result;
using base::Status;

class ValuesTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void idSurvivesBytesAndHex();
    void idRefusesOtherForms_data();
    void idRefusesOtherForms();
    void randomIdsDiffer();
    void deviceAddressesOrderByAccountThenDevice();
    void reasonNamesRoundTrip();
    void unknownReasonNameIsInternal();
    void aStoreThatCannotBeAskedIsToldFromABadAnswer();
    void resultHoldsValueOrError();
    void tryPassesErrorsOn();
    void resultMovesWhatCannotBeCopied();
    void fakeClockMovesOnlyWhenTold();
};

void ValuesTest::idSurvivesBytesAndHex() {
    const AccountId id = AccountId::random();
    QCOMPARE(id.toBytes().size(), 16);
    QVERIFY(AccountId::fromBytes(id.toBytes()) == id);
    QVERIFY(AccountId::fromHex(id.toHex()) == id);
    QVERIFY(!id.isNull());
    QVERIFY(AccountId().isNull());
}

void ValuesTest::idRefusesOtherForms_data() {
    QTest::addColumn<QString>("hex");
    QTest::newRow("empty") << QString();
    QTest::newRow("too short") << QString(31, u'a');
    QTest::newRow("too long") << QString(33, u'a');
    QTest::newRow("upper case") << QString(32, u'A');
    QTest::newRow("not a digit") << QString(31, u'a') + u'g';
    QTest::newRow("beyond Latin-1") << QString(31, u'a') + QChar(0x0661);
}

void ValuesTest::idRefusesOtherForms() {
    QFETCH(const QString, hex);
    QVERIFY(!AccountId::fromHex(hex));
    QVERIFY(!AccountId::fromBytes(QByteArray(15, 'x')));
    QVERIFY(!AccountId::fromBytes(QByteArray(17, 'x')));
}

void ValuesTest::randomIdsDiffer() {
    QSet<AccountId> seen;
    for (int i = 0; i < 1000; ++i)
        seen.insert(AccountId::random());
    QCOMPARE(seen.size(), 1000);
}

void ValuesTest::deviceAddressesOrderByAccountThenDevice() {
    const AccountId low = *AccountId::fromBytes(QByteArray(16, 'a'));
    const AccountId high = *AccountId::fromBytes(QByteArray(16, 'b'));
    QVERIFY((base::DeviceAddress{low, 9} < base::DeviceAddress{high, 1}));
    QVERIFY((base::DeviceAddress{low, 1} < base::DeviceAddress{low, 2}));
    QVERIFY((base::DeviceAddress{low, 1} == base::DeviceAddress{low, 1}));
}

void ValuesTest::reasonNamesRoundTrip() {
    QSet<QString> names;
    for (int value = 0; value <= int(Reason::Internal); ++value) {
        const QLatin1String name = base::reasonName(Reason(value));
        QCOMPARE(int(base::reasonFromString(name)), value);
        names.insert(name);
    }
    QCOMPARE(names.size(), int(Reason::Internal) + 1);
}

void ValuesTest::unknownReasonNameIsInternal() {
    QCOMPARE(base::reasonFromString(QLatin1String("from_the_future")), Reason::Internal);
}

void ValuesTest::aStoreThatCannotBeAskedIsToldFromABadAnswer() {
    for (const Reason reason :
         {Reason::StorageFailed, Reason::IoFailed, Reason::Busy, Reason::WrongKey, Reason::ProfileLocked})
        QVERIFY2(base::isStoreFailure(reason), base::reasonName(reason).data());
    for (const Reason reason :
         {Reason::MalformedFrame, Reason::CryptoFailed, Reason::UnknownChat, Reason::StorageCorrupt,
          Reason::MessageTooLong, Reason::NoSession, Reason::StaleDevices})
        QVERIFY2(!base::isStoreFailure(reason), base::reasonName(reason).data());
}

void ValuesTest::resultHoldsValueOrError() {
    const Result<int> value = 7;
    QVERIFY(value.ok());
    QCOMPARE(*value, 7);
    const Result<int> error = makeError(Reason::Busy, QStringLiteral("later"));
    QVERIFY(!error);
    QCOMPARE(error.error().reason, Reason::Busy);
    QVERIFY(Status().ok());
    QCOMPARE(Status(makeError(Reason::Timeout, {})).error().reason, Reason::Timeout);
}

void ValuesTest::tryPassesErrorsOn() {
    const auto half = [](int number) -> Result<int> {
        if (number % 2 != 0)
            return makeError(Reason::InvalidArgument, QStringLiteral("odd"));
        return number / 2;
    };
    const auto quarter = [&](int number) -> Result<int> {
        RECADO_TRY(const int once, half(number));
        RECADO_TRY(const int twice, half(once));
        return twice;
    };
    const auto check = [&](int number) -> Status {
        RECADO_CHECK(quarter(number));
        return {};
    };
    QCOMPARE(*quarter(12), 3);
    QCOMPARE(quarter(6).error().message, QStringLiteral("odd"));
    QVERIFY(check(8).ok());
    QCOMPARE(check(7).error().reason, Reason::InvalidArgument);
}

void ValuesTest::resultMovesWhatCannotBeCopied() {
    Result<std::unique_ptr<int>> result = std::make_unique<int>(5);
    const std::unique_ptr<int> taken = *std::move(result);
    QCOMPARE(*taken, 5);
}

void ValuesTest::fakeClockMovesOnlyWhenTold() {
    FakeClock clock(1'000);
    const qint64 start = clock.monotonicMs();
    clock.advance(50);
    QCOMPARE(clock.wallMs(), 1'050);
    QCOMPARE(clock.monotonicMs(), start + 50);
    clock.jumpWall(-500);
    QCOMPARE(clock.wallMs(), 550);
    QCOMPARE(clock.monotonicMs(), start + 50);
}

} // namespace recado::tests

RECADO_TEST(recado::tests::ValuesTest)
#include "ValuesTest.moc"
