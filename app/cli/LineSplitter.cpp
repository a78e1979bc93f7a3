#include "app/cli/LineSplitter.h"

#include <utility>

namespace recado::cli {

LineSplitter::LineSplitter(qsizetype longest, std::function<void(const QByteArray&)> onLine,
                           std::function<void()> onTooLong)
    : m_longest(longest)
    , m_onLine(std::move(onLine))
    , m_onTooLong(std::move(onTooLong)) {}

void LineSplitter::feed(QByteArrayView bytes) {
    while (!bytes.isEmpty()) {
        const qsizetype end = bytes.indexOf('\n');
        append(end < 0 ? bytes : bytes.first(end));
        if (end < 0)
            return;
        endLine();
        bytes = bytes.sliced(end + 1);
    }
}

void LineSplitter::finish() {
    endLine();
}

void LineSplitter::append(QByteArrayView part) {
    if (m_skipping)
        return;
    if (m_line.size() + part.size() > m_longest) {
        m_line = QByteArray();
        m_skipping = true;
        m_onTooLong();
        return;
    }
    m_line.append(part.data(), part.size());
}

void LineSplitter::endLine() {
    m_skipping = false;
    const QByteArray line = std::exchange(m_line, QByteArray());
    if (!line.trimmed().isEmpty())
        m_onLine(line);
}

} // namespace recado::cli
