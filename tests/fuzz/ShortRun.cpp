// The short form of the fuzz targets, without libFuzzer: golden frames and seeded mutations of them go
// through the same entry point, so that the suite notices a crash wherever it is built (and with asan: any
// bad access).
#include <QDir>
#include <QFile>
#include <QRandomGenerator>
#include <QTest>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace recado::tests {

namespace {

QByteArray mutated(QByteArray bytes, QRandomGenerator& random) {
    const int changes = 1 + int(random.bounded(4));
    for (int change = 0; change < changes && !bytes.isEmpty(); ++change) {
        const auto at = qsizetype(random.bounded(quint32(bytes.size())));
        switch (random.bounded(5)) {
        case 0:
            bytes[at] = char(random.bounded(256));
            break;
        case 1:
            bytes[at] = char(bytes[at] ^ (1 << random.bounded(8)));
            break;
        case 2:
            bytes.truncate(at);
            break;
        case 3:
            bytes.insert(at, bytes.mid(at, qsizetype(random.bounded(16))));
            break;
        default:
            bytes.remove(at, qsizetype(random.bounded(8)));
            break;
        }
    }
    return bytes;
}

} // namespace

class ShortRun : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void noMutationOfAnExampleBreaksTheDecoders_data();
    void noMutationOfAnExampleBreaksTheDecoders();
};

void ShortRun::noMutationOfAnExampleBreaksTheDecoders_data() {
    QTest::addColumn<QByteArray>("example");
    for (const char* folder : {"frames", "gateway"}) {
        const QDir examples(QStringLiteral(RECADO_FIXTURES "/") + QLatin1String(folder));
        const QStringList names = examples.entryList({QStringLiteral("*.bin")}, QDir::Files);
        QVERIFY(names.size() >= 6);
        for (const QString& name : names) {
            QFile file(examples.filePath(name));
            QVERIFY(file.open(QIODevice::ReadOnly));
            QTest::newRow(qPrintable(name)) << file.readAll();
        }
    }
}

void ShortRun::noMutationOfAnExampleBreaksTheDecoders() {
    QFETCH(QByteArray, example);
    QRandomGenerator random(20'261'122);
    for (int round = 0; round < 2'000; ++round) {
        const QByteArray input = mutated(example, random);
        QCOMPARE(LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.constData()),
                                        std::size_t(input.size())),
                 0);
    }
}

} // namespace recado::tests

QTEST_APPLESS_MAIN(recado::tests::ShortRun)
#include "ShortRun.moc"
