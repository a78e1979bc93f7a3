#include "ui/timeline/TimelineLayout.h"

#include "support/FakeClient.h"
#include "support/Suite.h"
#include "ui/common/Metrics.h"

#include <QDateTime>
#include <QTest>

using namespace recado;
using namespace recado::ui;
using messaging::Message;
using messaging::MessageStatus;

/// The layout is plain data: everything here is asserted without a pixel.
class TimelineLayoutTest final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void bubblesKeepTheirLimitAndSide_data();
    void bubblesKeepTheirLimitAndSide();
    void timeSitsBesideAShortLastLine();
    void timeTakesALineOfItsOwnWhenTheLastOneIsFull();
    void partsDoNotOverlap_data();
    void partsDoNotOverlap();
    void rightToLeftTextIsAlignedRight();
    void aFewEmojiStandBareAndLarge();
    void failedMessagesSayWhyAndOfferRetry();
    void stateThatCannotBeReadIsSaidInWords();
    void aLinkIsFoundUnderThePointer();
    void sameSenderWithinFiveMinutesIsOneGroup();
    void reactionsAreCounted();

private:
    static Message message(const QString& text, bool outgoing);
    [[nodiscard]] TimelineRowLayout layOut(const Message& message, int width = 700) const {
        return TimelineLayout(m_theme, width).layOut(message, m_context);
    }

    Theme m_theme;
    TimelineRowContext m_context{.today = QDate::currentDate()};
};

Message TimelineLayoutTest::message(const QString& text, bool outgoing) {
    Message made;
    made.id = 1;
    made.text = text;
    made.outgoing = outgoing;
    made.sender = tests::FakeClient::person(outgoing ? QStringLiteral("ana") : QStringLiteral("bia"));
    made.status = outgoing ? MessageStatus::Sent : MessageStatus::Seen;
    made.timestampMs = QDateTime::currentMSecsSinceEpoch();
    return made;
}

void TimelineLayoutTest::bubblesKeepTheirLimitAndSide_data() {
    QTest::addColumn<int>("width");
    QTest::addColumn<bool>("outgoing");
    for (const int width : {300, 420, 700, 1600}) {
        QTest::addRow("%d in", width) << width << false;
        QTest::addRow("%d out", width) << width << true;
    }
}

void TimelineLayoutTest::bubblesKeepTheirLimitAndSide() {
    QFETCH(int, width);
    QFETCH(bool, outgoing);
    const QString words =
        QStringLiteral("A longer sentence that needs several lines in any window. ").repeated(6);
    for (const QString& text : {words, QString(900, QLatin1Char('w'))}) {
        const TimelineRowLayout row = layOut(message(text, outgoing), width);
        QVERIFY(row.bubble.width() <= metric::bubbleMaximumWidth + 0.5);
        QVERIFY(row.bubble.width() <= width * metric::bubbleShare / 100.0 + 0.5);
        QVERIFY(row.bubble.left() >= metric::large - 0.5 &&
                row.bubble.right() <= width - metric::large + 0.5);
        const qreal leftGap = row.bubble.left();
        const qreal rightGap = width - row.bubble.right();
        QVERIFY(outgoing ? rightGap < leftGap : leftGap < rightGap);
        QVERIFY(row.text->lineCount() > 1);
    }
}

void TimelineLayoutTest::timeSitsBesideAShortLastLine() {
    const TimelineRowLayout row = layOut(message(QStringLiteral("Hello"), true));
    const QTextLine line = row.text->lineAt(0);
    QVERIFY(row.time.left() > row.textOrigin.x() + line.naturalTextWidth());
    QVERIFY(row.time.top() < row.textOrigin.y() + line.height());
    QVERIFY(row.bubble.contains(row.status));
    QVERIFY(row.status.left() > row.time.right());
}

void TimelineLayoutTest::timeTakesALineOfItsOwnWhenTheLastOneIsFull() {
    // Grown letter by letter until the line is nearly as wide as the bubble may be.
    const TimelineLayout layout(m_theme, 420);
    QString text = QStringLiteral("n");
    const auto oneLine = [&](const QString& candidate) {
        return layout.layOut(message(candidate, false), m_context).text->lineCount() == 1;
    };
    while (oneLine(text + QLatin1Char('n')))
        text += QLatin1Char('n');
    const TimelineRowLayout row = layOut(message(text, false), 420);
    QVERIFY(row.time.top() >= row.textOrigin.y() + row.text->lineAt(0).height() - 3);
    QVERIFY(row.bubble.contains(row.time));
}

void TimelineLayoutTest::partsDoNotOverlap_data() {
    QTest::addColumn<QString>("text");
    QTest::newRow("word") << QStringLiteral("ok");
    QTest::newRow("lines") << QStringLiteral("first\nsecond\n\nlast");
    QTest::newRow("hebrew") << QStringLiteral("שלום! מה שלומך היום?");
    QTest::newRow("emoji") << QStringLiteral("👍");
    QTest::newRow("mixed") << QStringLiteral("See you at 7 בערב, okay?");
}

void TimelineLayoutTest::partsDoNotOverlap() {
    QFETCH(QString, text);
    Message whole = message(text, true);
    whole.status = MessageStatus::Failed;
    whole.edited = true;
    whole.gapBefore = true;
    whole.reactions = {{whole.sender, QStringLiteral("👍")}};
    m_context.startsDay = m_context.startsUnread = true;
    const TimelineRowLayout row = layOut(whole, 420);
    m_context.startsDay = m_context.startsUnread = false;
    const QVector<QRectF> stack = {row.day,    row.unreadDivider,          row.gap,
                                   row.bubble, row.reactions.first().rect, row.retry};
    for (int i = 1; i < stack.size(); ++i)
        QVERIFY2(stack[i].top() >= stack[i - 1].bottom() - 0.5, qPrintable(QString::number(i)));
    QVERIFY(row.height >= row.retry.bottom());
    const QTextLine last = row.text->lineAt(row.text->lineCount() - 1);
    const QRectF words = last.naturalTextRect().translated(row.textOrigin);
    QVERIFY(!words.adjusted(0, 3, 0, -3).intersects(row.time.adjusted(0, 3, 0, -3)));
    QVERIFY(!row.failure.intersects(row.retry));
}

void TimelineLayoutTest::rightToLeftTextIsAlignedRight() {
    const TimelineRowLayout row = layOut(message(QStringLiteral("שלום! מה שלומך היום?"), false));
    QVERIFY(row.rightToLeft);
    const QRectF words = row.text->lineAt(0).naturalTextRect().translated(row.textOrigin);
    QVERIFY(qAbs(words.right() - (row.bubble.right() - metric::bubblePaddingX)) <= 2);
    QVERIFY(row.time.right() < words.left());
}

void TimelineLayoutTest::aFewEmojiStandBareAndLarge() {
    const TimelineRowLayout three = layOut(message(QStringLiteral("👍🎉🍅"), false));
    const TimelineRowLayout four = layOut(message(QStringLiteral("👍🎉🍅🌱"), false));
    QVERIFY(three.bare);
    QVERIFY(!four.bare);
    QVERIFY(three.text->lineAt(0).height() > 2 * four.text->lineAt(0).height());
}

void TimelineLayoutTest::failedMessagesSayWhyAndOfferRetry() {
    Message failed = message(QStringLiteral("Claro"), true);
    failed.status = MessageStatus::Failed;
    failed.failure = base::Reason::QuotaExceeded;
    const TimelineRowLayout row = layOut(failed);
    QVERIFY(row.failureText.contains(QStringLiteral("mailbox is full")));
    QVERIFY(row.retry.height() >= metric::hitArea);
    QVERIFY(layOut(message(QStringLiteral("Claro"), true)).retry.isEmpty());
}

void TimelineLayoutTest::stateThatCannotBeReadIsSaidInWords() {
    Message gone = message(QString(), false);
    gone.deleted = true;
    QVERIFY(layOut(gone).standIn);
    QCOMPARE(layOut(gone).text->text(), QStringLiteral("This message was deleted."));
    Message sealed = message(QString(), false);
    sealed.placeholder = true;
    QVERIFY(layOut(sealed).text->text().contains(QStringLiteral("could not be decrypted")));
    Message picture = message(QString(), false);
    picture.type = messaging::ContentType::Image;
    QCOMPARE(layOut(picture).text->text(), QStringLiteral("Picture"));
    Message gap = message(QStringLiteral("hi"), false);
    gap.gapBefore = true;
    QVERIFY(layOut(gap).gapText.contains(QStringLiteral("Bia")));
}

void TimelineLayoutTest::aLinkIsFoundUnderThePointer() {
    const QString address = QStringLiteral("https://example.org/page");
    const TimelineRowLayout row =
        layOut(message(QStringLiteral("See ") + address + QStringLiteral(" now"), false));
    const QTextLine line = row.text->lineAt(0);
    const qreal middle = line.y() + line.height() / 2;
    QCOMPARE(row.linkAt(row.textOrigin + QPointF(line.cursorToX(10), middle)), address);
    QVERIFY(row.linkAt(row.textOrigin + QPointF(line.cursorToX(1), middle)).isEmpty());
    QVERIFY(row.linkAt(QPointF(row.bubble.right() + 20, middle)).isEmpty());
}

void TimelineLayoutTest::sameSenderWithinFiveMinutesIsOneGroup() {
    const Message first = message(QStringLiteral("a"), false);
    Message second = first;
    second.timestampMs += metric::groupMs - 1'000;
    const bool sameDay = QDateTime::fromMSecsSinceEpoch(first.timestampMs).date() ==
                         QDateTime::fromMSecsSinceEpoch(second.timestampMs).date();
    QCOMPARE(TimelineLayout::continuesGroup(first, second), sameDay);
    second.timestampMs = first.timestampMs + metric::groupMs;
    QVERIFY(!TimelineLayout::continuesGroup(first, second));
    Message other = message(QStringLiteral("b"), true);
    other.timestampMs = first.timestampMs;
    QVERIFY(!TimelineLayout::continuesGroup(first, other));
    m_context.groupHead = false;
    const qreal inside = layOut(first).bubble.top();
    m_context.groupHead = true;
    QCOMPARE(inside, qreal(metric::groupGap));
    QCOMPARE(layOut(first).bubble.top(), qreal(metric::bubbleGap));
}

void TimelineLayoutTest::reactionsAreCounted() {
    Message liked = message(QStringLiteral("a"), false);
    liked.reactions = {{liked.sender, QStringLiteral("👍")},
                       {tests::FakeClient::person(QStringLiteral("leo")), QStringLiteral("👍")},
                       {tests::FakeClient::person(QStringLiteral("mia")), QStringLiteral("🎉")}};
    const TimelineRowLayout row = layOut(liked);
    QCOMPARE(row.reactions.size(), 2);
    QCOMPARE(row.reactions.first().text, QStringLiteral("👍 2"));
    QVERIFY(!row.reactions.first().rect.intersects(row.reactions.last().rect));
}

RECADO_TEST(TimelineLayoutTest)
#include "TimelineLayoutTest.moc"
