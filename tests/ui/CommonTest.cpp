#include "support/Suite.h"
#include "ui/common/Avatar.h"
#include "ui/common/Icons.h"
#include "ui/common/Text.h"
#include "ui/common/Theme.h"
#include "ui/common/TimeFormat.h"
#include "ui/common/Words.h"
#include "ui/shell/Invitation.h"

#include <QGuiApplication>
#include <QPalette>
#include <QSignalSpy>
#include <QTest>
#include <QTextDocument>

using namespace recado;
using namespace recado::ui;

class CommonTest final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void textColoursHaveAAContrast_data();
    void textColoursHaveAAContrast();
    void avatarsHaveAAContrastWhateverTheAccount();
    void initialsComeFromFirstAndLastWord_data();
    void initialsComeFromFirstAndLastWord();
    void emojiOnlyTextsAreCounted_data();
    void emojiOnlyTextsAreCounted();
    void linksEndBeforeTheSentenceDoes_data();
    void linksEndBeforeTheSentenceDoes();
    void namesCannotReorderTheirNeighbours();
    void invisibleNamesAreNone_data();
    void invisibleNamesAreNone();
    void tooltipsShowMarkupAsItIs();
    void theSystemsAppearanceIsFollowed();
    void timesInTheListGrowCoarserWithAge();
    void everyReasonHasASentence();
    void invitationsAreRead_data();
    void invitationsAreRead();
    void everyIconDrawsInItsColour();
};

void CommonTest::textColoursHaveAAContrast_data() {
    QTest::addColumn<bool>("dark");
    QTest::newRow("light") << false;
    QTest::newRow("dark") << true;
}

void CommonTest::textColoursHaveAAContrast() {
    QFETCH(bool, dark);
    Theme theme;
    theme.setAppearance(dark ? Appearance::Dark : Appearance::Light);
    const Colors& c = theme.colors();
    constexpr qreal aa = 4.5;
    for (const QColor& ground : {c.window, c.surface, c.raised, c.bubbleIn, c.bubbleOut, c.hover, c.selected})
        QVERIFY2(contrastRatio(c.text, ground) >= aa, qPrintable(ground.name()));
    for (const QColor& ground : {c.window, c.surface, c.bubbleIn, c.bubbleOut, c.selected})
        QVERIFY2(contrastRatio(c.secondary, ground) >= aa, qPrintable(ground.name()));
    for (const QColor& ink : {c.accent, c.danger, c.caution, c.good})
        QVERIFY2(contrastRatio(ink, c.surface) >= aa, qPrintable(ink.name()));
    QVERIFY(contrastRatio(c.onAccent, c.accent) >= aa);
}

void CommonTest::avatarsHaveAAContrastWhateverTheAccount() {
    QSet<QRgb> hues;
    for (int i = 0; i < 200; ++i) {
        const auto account = base::AccountId::random();
        for (const bool dark : {false, true}) {
            const AvatarColors colors = avatarColors(account, dark);
            QVERIFY(contrastRatio(colors.initials, colors.background) >= 4.5);
        }
        hues.insert(avatarColors(account, false).background.rgb());
    }
    QCOMPARE(hues.size(), 8);
}

void CommonTest::initialsComeFromFirstAndLastWord_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("initials");
    QTest::newRow("two words") << QStringLiteral("Clara Nogueira") << QStringLiteral("CN");
    QTest::newRow("many words") << QStringLiteral("Ana de Souza e Silva") << QStringLiteral("AS");
    QTest::newRow("one word") << QStringLiteral("rosa") << QStringLiteral("R");
    QTest::newRow("accent") << QStringLiteral("Étienne") << QStringLiteral("É");
    QTest::newRow("punctuation first") << QStringLiteral("(~) .bob") << QStringLiteral("B");
    QTest::newRow("nothing usable") << QStringLiteral("🌱 ...") << QStringLiteral("?");
    QTest::newRow("empty") << QString() << QStringLiteral("?");
}

void CommonTest::initialsComeFromFirstAndLastWord() {
    QFETCH(QString, name);
    QTEST(initialsOf(name), "initials");
}

void CommonTest::emojiOnlyTextsAreCounted_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<int>("count");
    QTest::newRow("one") << QStringLiteral("🌱") << 1;
    QTest::newRow("joined with a skin tone") << QStringLiteral("👩🏽‍🌾") << 1;
    QTest::newRow("heart with selector") << QStringLiteral("❤️") << 1;
    QTest::newRow("three with spaces") << QStringLiteral(" 👍 🎉 🍅 ") << 3;
    QTest::newRow("a party, a family and a flag") << QStringLiteral("🎉👩‍👩‍👧🇧🇷") << 3;
    QTest::newRow("two flags") << QStringLiteral("🇧🇷🇵🇹") << 2;
    QTest::newRow("keycap") << QStringLiteral("1️⃣") << 1;
    QTest::newRow("words") << QStringLiteral("ok 👍") << 0;
    QTest::newRow("digits") << QStringLiteral("123") << 0;
    QTest::newRow("arrow without selector") << QStringLiteral("→") << 0;
    QTest::newRow("empty") << QString() << 0;
}

void CommonTest::emojiOnlyTextsAreCounted() {
    QFETCH(QString, text);
    QTEST(emojiOnlyCount(text), "count");
}

void CommonTest::linksEndBeforeTheSentenceDoes_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<QStringList>("links");
    QTest::newRow("plain") << QStringLiteral("see https://example.org/a?b=c&d")
                           << QStringList{QStringLiteral("https://example.org/a?b=c&d")};
    QTest::newRow("full stop") << QStringLiteral("(see http://example.org/x).")
                               << QStringList{QStringLiteral("http://example.org/x")};
    QTest::newRow("own bracket") << QStringLiteral("https://example.org/Rust_(language)")
                                 << QStringList{QStringLiteral("https://example.org/Rust_(language)")};
    QTest::newRow("two") << QStringLiteral("https://a.example https://b.example")
                         << QStringList{QStringLiteral("https://a.example"),
                                        QStringLiteral("https://b.example")};
    QTest::newRow("other schemes") << QStringLiteral("javascript:alert(1) file:///etc/passwd ftp://x.example")
                                   << QStringList();
    QTest::newRow("turned round inside") << QStringLiteral("https://a.example/\u202Egro.knab")
                                         << QStringList{QStringLiteral("https://a.example/")};
    QTest::newRow("bare scheme") << QStringLiteral("https://") << QStringList();
}

void CommonTest::linksEndBeforeTheSentenceDoes() {
    QFETCH(QString, text);
    QStringList found;
    for (const LinkRange& link : findLinks(text))
        found << text.mid(link.start, link.length);
    QTEST(found, "links");
}

void CommonTest::namesCannotReorderTheirNeighbours() {
    const QString hostile = QStringLiteral("\u202Eevil\u2066\n name\u202C");
    QCOMPARE(cleanName(hostile), QStringLiteral("evil name"));
    QCOMPARE(isolated(hostile), QStringLiteral("\u2068evil name\u2069"));
    messaging::Person person;
    person.address = QStringLiteral("a@b");
    person.displayName = QStringLiteral(" \u202E ");
    QCOMPARE(personName(person), QStringLiteral("a@b"));
}

void CommonTest::invisibleNamesAreNone_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("shown");
    QTest::newRow("zero width") << QStringLiteral("A\u200Bna\uFEFF\u2060") << QStringLiteral("Ana");
    QTest::newRow("nothing else") << QStringLiteral("\u200B\u2060") << QString();
    QTest::newRow("fillers") << QStringLiteral("\u3164\u2800\u115F") << QString();
    QTest::newRow("joined emoji") << QStringLiteral("👩‍🌾 Bia") << QStringLiteral("👩‍🌾 Bia");
    QTest::newRow("Persian") << QStringLiteral("می‌خواهم") << QStringLiteral("می‌خواهم");
}

void CommonTest::invisibleNamesAreNone() {
    QFETCH(QString, name);
    QTEST(cleanName(name), "shown");
    QVERIFY(cleanName(name.repeated(1'000)).size() <= 256);
}

void CommonTest::tooltipsShowMarkupAsItIs() {
    QTextDocument shown;
    shown.setHtml(plainToolTip(QStringLiteral("<img src=x> & <b>bold</b>")));
    QCOMPARE(shown.toPlainText(), QStringLiteral("<img src=x> & <b>bold</b>"));
    QVERIFY(Qt::mightBeRichText(plainToolTip(QStringLiteral("a < b"))));
    QVERIFY(plainToolTip({}).isEmpty());
}

void CommonTest::theSystemsAppearanceIsFollowed() {
    const QPalette before = QGuiApplication::palette();
    Theme theme;
    Theme chosen;
    chosen.setAppearance(Appearance::Light);
    QVERIFY(!theme.isDark());
    QSignalSpy changed(&theme, &Theme::changed);
    QPalette dark = before;
    dark.setColor(QPalette::Window, Qt::black);
    QGuiApplication::setPalette(dark);
    QTRY_VERIFY(theme.isDark());
    QCOMPARE(changed.count(), 1);
    QVERIFY(!chosen.isDark());
    QGuiApplication::setPalette(before);
    QTRY_VERIFY(!theme.isDark());
    // A desktop that says it itself knows better than a palette.
    theme.setSystemDark(true);
    QVERIFY(theme.isDark());
    QGuiApplication::setPalette(dark);
    QGuiApplication::setPalette(before);
    QCoreApplication::processEvents();
    QVERIFY(theme.isDark());
}

void CommonTest::timesInTheListGrowCoarserWithAge() {
    const QDateTime now(QDate(2026, 3, 12), QTime(15, 30));
    const auto at = [](int year, int month, int day) {
        return QDateTime(QDate(year, month, day), QTime(9, 5)).toMSecsSinceEpoch();
    };
    QCOMPARE(listTimeText(at(2026, 3, 12), now), QStringLiteral("09:05"));
    QCOMPARE(listTimeText(at(2026, 3, 11), now), QStringLiteral("Yesterday"));
    QCOMPARE(listTimeText(at(2026, 3, 9), now), QStringLiteral("Mon"));
    QCOMPARE(listTimeText(at(2026, 2, 9), now), QStringLiteral("9 Feb"));
    QVERIFY(listTimeText(at(2024, 2, 9), now).contains(QStringLiteral("24")));
    QCOMPARE(dayText(QDate(2026, 3, 12), now.date()), QStringLiteral("Today"));
    QVERIFY(dayText(QDate(2024, 3, 1), now.date()).contains(QStringLiteral("2024")));
}

void CommonTest::everyReasonHasASentence() {
    for (int i = 0; i <= int(base::Reason::Internal); ++i) {
        for (const QString& text : {problemText(base::Reason(i)), failureText(base::Reason(i))}) {
            QVERIFY(text.endsWith(QLatin1Char('.')) || text.endsWith(QLatin1Char('?')));
            QVERIFY(!text.contains(QStringLiteral("error"), Qt::CaseInsensitive));
        }
    }
}

void CommonTest::invitationsAreRead_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("relay");
    QTest::addColumn<QString>("invite");
    const auto row = [](const char* name, const char* text, const char* relay, const char* invite) {
        QTest::newRow(name) << QString::fromUtf8(text) << QString::fromUtf8(relay)
                            << QString::fromUtf8(invite);
    };
    row("host", "relay.example.org", "wss://relay.example.org", "");
    row("this machine", " 127.0.0.1:7380 ", "ws://127.0.0.1:7380", "");
    row("websocket address", "ws://10.0.0.2:80/v1/socket", "ws://10.0.0.2:80", "");
    row("address with code", "relay.example.org/Code1", "wss://relay.example.org", "Code1");
    row("web address", "https://relay.example.org/", "wss://relay.example.org", "");
    row("link with query", "recado:?relay=ws%3A%2F%2F127.0.0.1%3A7380&invite=abc-123", "ws://127.0.0.1:7380",
        "abc-123");
    row("short link", "recado:relay.example.org/abc-123", "wss://relay.example.org", "abc-123");
    row("short link with scheme", "recado:ws://127.0.0.1:7380/abc", "ws://127.0.0.1:7380", "abc");
    row("link without code", "recado:wss://relay.example.org", "wss://relay.example.org", "");
    row("two words", "my relay", "", "");
    row("another scheme", "ftp://relay.example.org", "", "");
    row("password inside", "wss://user:secret@relay.example.org", "", "");
    row("empty link", "recado:", "", "");
    row("mangled link", "recado:garbage", "", "");
    row("link to a machine of the house", "recado:shed:7380/abc", "wss://shed:7380", "abc");
    row("empty", "", "", "");
}

void CommonTest::invitationsAreRead() {
    QFETCH(QString, text);
    QFETCH(QString, relay);
    QFETCH(QString, invite);
    const auto read = parseInvitation(text);
    QCOMPARE(read.has_value(), !relay.isEmpty());
    if (read) {
        QCOMPARE(read->relayUrl, relay);
        QCOMPARE(read->invite, invite);
    }
}

void CommonTest::everyIconDrawsInItsColour() {
    const QColor ink(0x4149B8);
    for (int i = 0; i <= int(Icon::SunMoon); ++i) {
        const QImage image = tintedIcon(Icon(i), ink, 20, 2).toImage().convertToFormat(QImage::Format_ARGB32);
        QCOMPARE(image.size(), QSize(40, 40));
        bool drawn = false;
        for (int y = 0; y < image.height() && !drawn; ++y) {
            for (int x = 0; x < image.width() && !drawn; ++x) {
                const QColor pixel = image.pixelColor(x, y);
                drawn = pixel.alpha() > 240 && qAbs(pixel.blue() - ink.blue()) < 8;
            }
        }
        QVERIFY2(drawn, qPrintable(QString::number(i)));
    }
}

RECADO_TEST(CommonTest)
#include "CommonTest.moc"
