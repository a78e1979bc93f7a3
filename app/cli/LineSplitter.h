#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <functional>

namespace recado::cli {

/// Cuts a byte stream into lines of a bounded length. A longer line is reported once, as soon as it is too
/// long, and thrown away up to its newline, so that no input makes memory grow. Blank lines are passed over.
class LineSplitter {
public:
    /// `onLine` gets each line without its newline; `onTooLong` stands in for one that was too long.
    LineSplitter(qsizetype longest, std::function<void(const QByteArray&)> onLine,
                 std::function<void()> onTooLong);

    void feed(QByteArrayView bytes);
    /// The input has ended: what stands after the last newline is a line as well.
    void finish();

private:
    void append(QByteArrayView part);
    void endLine();

    qsizetype m_longest;
    std::function<void(const QByteArray&)> m_onLine;
    std::function<void()> m_onTooLong;
    QByteArray m_line;
    bool m_skipping = false;
};

} // namespace recado::cli
