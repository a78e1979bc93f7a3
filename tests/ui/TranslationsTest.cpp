#include "support/Suite.h"

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

/// The files that translators edit: complete, and with the same placeholders as the source.
class TranslationsTest final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyTextOfTheWindowIsThere_data() { everyTextIsTranslated_data(); }
    void everyTextOfTheWindowIsThere();
    void everyTextIsTranslated_data();
    void everyTextIsTranslated();
    void placeholdersSurvive_data() { everyTextIsTranslated_data(); }
    void placeholdersSurvive();

private:
    static QString contentOf(const QString& language) {
        QFile file(QStringLiteral(RECADO_TRANSLATIONS "/recado_%1.ts").arg(language));
        return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
    }
};

void TranslationsTest::everyTextOfTheWindowIsThere() {
    QFETCH(QString, language);
    QTemporaryDir folder;
    const QString updated = folder.filePath(QStringLiteral("recado_%1.ts").arg(language));
    QVERIFY(QFile::copy(QStringLiteral(RECADO_TRANSLATIONS "/recado_%1.ts").arg(language), updated));
    QStringList arguments{QStringLiteral("-silent"),
                          QStringLiteral("-no-obsolete"),
                          QStringLiteral("-locations"),
                          QStringLiteral("none"),
                          QStringLiteral("-source-language"),
                          QStringLiteral("en"),
                          QStringLiteral("-I"),
                          QStringLiteral(RECADO_SOURCES),
                          QStringLiteral("-recursive"),
                          QStringLiteral(RECADO_SOURCES "/ui")};
    if (language == QLatin1String("en"))
        arguments << QStringLiteral("-pluralonly");
    arguments << QStringLiteral("-ts") << updated;
    // Reading the sources once more brings nothing new and takes nothing away.
    QCOMPARE(QProcess::execute(QStringLiteral(RECADO_LUPDATE), arguments), 0);
    QFile file(updated);
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(QString::fromUtf8(file.readAll()), contentOf(language));
}

void TranslationsTest::everyTextIsTranslated_data() {
    QTest::addColumn<QString>("language");
    for (const auto* language : {"en", "pt_BR", "es"})
        QTest::newRow(language) << QString::fromLatin1(language);
}

void TranslationsTest::everyTextIsTranslated() {
    QFETCH(QString, language);
    const QString content = contentOf(language);
    QVERIFY(content.contains(QStringLiteral("<source>")));
    QVERIFY(!content.contains(QStringLiteral("type=\"unfinished\"")));
    QVERIFY(!content.contains(QStringLiteral("type=\"vanished\"")));
    QVERIFY(!content.contains(QStringLiteral("<translation></translation>")));
    QVERIFY(!content.contains(QStringLiteral("<numerusform></numerusform>")));
}

void TranslationsTest::placeholdersSurvive() {
    QFETCH(QString, language);
    static const QRegularExpression entry(
        QStringLiteral("<source>(.*?)</source>\\s*<translation>(.*?)</translation>"),
        QRegularExpression::DotMatchesEverythingOption);
    static const QRegularExpression placeholder(QStringLiteral("%[1-9]"));
    auto entries = entry.globalMatch(contentOf(language));
    QVERIFY(entries.hasNext());
    while (entries.hasNext()) {
        const auto match = entries.next();
        const auto wanted = placeholder.globalMatch(match.captured(1));
        QCOMPARE(placeholder.match(match.captured(2)).hasMatch(), wanted.hasNext());
    }
}

RECADO_TEST(TranslationsTest)
#include "TranslationsTest.moc"
