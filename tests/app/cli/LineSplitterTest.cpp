#include "app/cli/LineSplitter.h"

#include "support/Suite.h"

#include <QTest>

namespace recado::tests {

using cli::LineSplitter;

class LineSplitterTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() {
        m_lines.clear();
        m_tooLong = 0;
    }

    void cutsAtNewlinesWhereverThePiecesEnd() {
        for (const char* piece : {"on", "e\ntw", "o", "\n", "three\nfour\n"})
            m_splitter.feed(QByteArrayView(piece));
        QCOMPARE(m_lines, (QList<QByteArray>{"one", "two", "three", "four"}));
    }

    void passesOverBlankLines() {
        m_splitter.feed("\n  \r\n\t\none\n");
        QCOMPARE(m_lines, QList<QByteArray>{"one"});
    }

    void theLongestLineIsReadAndALongerOneIsNot() {
        m_splitter.feed(QByteArray(16, 'a') + '\n' + QByteArray(17, 'b') + "\nnext\n");
        QCOMPARE(m_lines, (QList<QByteArray>{QByteArray(16, 'a'), "next"}));
        QCOMPARE(m_tooLong, 1);
    }

    void aLongLineIsReportedOnceBeforeItEnds() {
        for (int count = 0; count < 1'000; ++count)
            m_splitter.feed("0123456789");
        QCOMPARE(m_tooLong, 1);
        m_splitter.feed("\nnext\n");
        QCOMPARE(m_lines, QList<QByteArray>{"next"});
        QCOMPARE(m_tooLong, 1);
    }

    void whatStandsAfterTheLastNewlineIsALine() {
        m_splitter.feed("one\ntwo");
        m_splitter.finish();
        QCOMPARE(m_lines, (QList<QByteArray>{"one", "two"}));
    }

private:
    QList<QByteArray> m_lines;
    int m_tooLong = 0;
    LineSplitter m_splitter{16, [this](const QByteArray& line) { m_lines.append(line); },
                            [this] { ++m_tooLong; }};
};

} // namespace recado::tests

RECADO_TEST(recado::tests::LineSplitterTest)
#include "LineSplitterTest.moc"
