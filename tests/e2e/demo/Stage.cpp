#include "Stage.h"

#include <QTextStream>

namespace recado::tests {

namespace {

QTextStream& out() {
    static QTextStream stream(stdout);
    return stream;
}

} // namespace

Stage::Stage(const QString& output)
    : m_output(output)
    , m_relay(m_directory.filePath(QStringLiteral("relay")))
    , m_ana(m_directory.filePath(QStringLiteral("ana")))
    , m_bruno(m_directory.filePath(QStringLiteral("bruno"))) {}

void Stage::step(const QString& name, const Step& step) {
    if (m_failed)
        return;
    out() << "\n== " << name << Qt::endl;
    QElapsedTimer timer;
    timer.start();
    const bool held = step();
    const double ms = double(timer.nsecsElapsed()) / 1e6;
    if (held) {
        out() << "   ok, " << QString::number(ms, 'f', 1) << " ms" << Qt::endl;
        return;
    }
    m_failed = true;
    out() << "   FAILED after " << QString::number(ms, 'f', 1) << " ms: " << m_why << Qt::endl;
    for (const ChildProcess* child :
         {static_cast<ChildProcess*>(&m_relay), static_cast<ChildProcess*>(&m_ana),
          static_cast<ChildProcess*>(&m_bruno)}) {
        const QByteArray errors = child->errorText().right(2'000);
        if (!errors.isEmpty())
            out() << "---\n" << errors << Qt::endl;
    }
}

bool Stage::fail(const QString& why) {
    m_why = why;
    return false;
}

QString Stage::nameOf(const CliProcess& who) const {
    return &who == &m_ana ? QStringLiteral("Ana") : QStringLiteral("Bruno");
}

void Stage::say(const CliProcess& who, const QString& text, const QString& note) {
    constexpr qsizetype shown = 76;
    const QString line = text.size() <= shown
                             ? text
                             : QStringLiteral("%1… (%2 bytes)").arg(text.left(40)).arg(text.toUtf8().size());
    out() << "   " << nameOf(who).leftJustified(6) << line
          << (note.isEmpty() ? QString() : QStringLiteral("   [") + note + QLatin1Char(']')) << Qt::endl;
}

void Stage::note(const QString& text) {
    out() << "   " << text << Qt::endl;
}

} // namespace recado::tests
