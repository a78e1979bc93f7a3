#include "Conversation.h"

#include "support/Wait.h"

#include <QFile>
#include <QJsonDocument>
#include <QProcess>

namespace recado::tests {

namespace {

constexpr int patienceMs = 30'000;

QString textOf(const QJsonObject& message) {
    return message[QLatin1String("content")].toObject()[QLatin1String("text")].toString();
}

/// The texts that arrived at `who` as messages since `mark`, in order.
QStringList arrivedSince(const CliProcess& who, qsizetype mark) {
    QStringList texts;
    for (qsizetype index = mark; index < who.notifications().size(); ++index) {
        const RpcNotification& notification = who.notifications()[index];
        if (notification.method == QLatin1String("message"))
            texts.push_back(textOf(notification.params));
    }
    return texts;
}

qsizetype countSince(const CliProcess& who, qsizetype mark) {
    qsizetype count = 0;
    for (qsizetype index = mark; index < who.notifications().size(); ++index)
        count += who.notifications()[index].method == QLatin1String("message") ? 1 : 0;
    return count;
}

/// Waits until exactly `expected` arrived, once and in order; tells the first difference otherwise.
bool arrivesInOrder(Stage& stage, CliProcess& who, qsizetype mark, const QStringList& expected,
                    int timeoutMs) {
    const bool enough = waitUntil([&] { return countSince(who, mark) >= expected.size(); }, timeoutMs);
    const QStringList got = arrivedSince(who, mark);
    for (qsizetype index = 0; index < std::min(got.size(), expected.size()); ++index) {
        if (got[index] != expected[index])
            return stage.fail(
                QStringLiteral("message %1 at %2 is not the one sent").arg(index + 1).arg(stage.nameOf(who)));
    }
    if (!enough || got.size() != expected.size())
        return stage.fail(QStringLiteral("%1 of %2 messages reached %3")
                              .arg(got.size())
                              .arg(expected.size())
                              .arg(stage.nameOf(who)));
    return true;
}

CliProcess& otherOf(Stage& stage, const CliProcess& who) {
    return &who == &stage.ana() ? stage.bruno() : stage.ana();
}

bool sendAll(Stage& stage, CliProcess& from, const QStringList& texts, QVector<QString>* ids = nullptr) {
    const QString to = otherOf(stage, from).address();
    QVector<qint64> requests;
    for (const QString& text : texts) {
        requests.push_back(from.send(
            QStringLiteral("sendMessage"),
            {{QStringLiteral("to"), to},
             {QStringLiteral("content"), QJsonObject{{QStringLiteral("type"), QStringLiteral("text")},
                                                     {QStringLiteral("text"), text}}}}));
    }
    for (const qint64 request : requests) {
        const RpcAnswer answer = from.answer(request, patienceMs);
        if (!answer.ok())
            return stage.fail(QString::fromUtf8(answer.describe()));
        if (ids)
            ids->push_back(answer.result[QLatin1String("id")].toString());
    }
    return true;
}

bool statusReaches(Stage& stage, CliProcess& who, const QVector<QString>& ids, const QString& status) {
    for (const QString& id : ids) {
        if (!who.waitForStatus(id, status, patienceMs))
            return stage.fail(
                QStringLiteral("a message of %1 did not become %2").arg(stage.nameOf(who), status));
    }
    return true;
}

/// Marks the newest message as read, and with it all before it.
bool readNewest(Stage& stage, CliProcess& who, qsizetype mark) {
    QString newest;
    for (qsizetype index = mark; index < who.notifications().size(); ++index) {
        if (who.notifications()[index].method == QLatin1String("message"))
            newest = who.notifications()[index].params[QLatin1String("id")].toString();
    }
    const RpcAnswer answer =
        who.call(QStringLiteral("updateStatus"),
                 {{QStringLiteral("messageId"), newest}, {QStringLiteral("status"), QStringLiteral("read")}});
    return answer.ok() || stage.fail(QString::fromUtf8(answer.describe()));
}

/// The whole file, unpacked when its name says that it is packed.
std::optional<QByteArray> readCorpus(Stage& stage, const QString& path) {
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        stage.fail(QStringLiteral("cannot read %1: %2").arg(path, file.errorString()));
        return std::nullopt;
    }
    if (!path.endsWith(QLatin1String(".gz")))
        return file.readAll();
    QProcess unpack;
    unpack.start(QStringLiteral("gzip"), {QStringLiteral("-dc"), path});
    if (!unpack.waitForFinished(60'000) || unpack.exitCode() != 0) {
        stage.fail(QStringLiteral("cannot unpack %1: %2")
                       .arg(path, QString::fromUtf8(unpack.readAllStandardError())));
        return std::nullopt;
    }
    return unpack.readAllStandardOutput();
}

} // namespace

QStringList sampleTexts() {
    QString long64 = QStringLiteral("Sixty-four kibibytes of text, the most that fits. ");
    while (long64.size() < 65'536)
        long64 += QStringLiteral("All work and no play makes for a long message. ");
    long64.truncate(65'536);
    return {
        QStringLiteral("Olá Bruno! Você vem amanhã às oito? Ação, coração, açúcar."),
        QStringLiteral(
            "Family 👨‍👩‍👧‍👦, flag 🇧🇷, tone 👍🏽, heart ❤️, keycap 1️⃣"),
        QStringLiteral("مرحبا، كيف حالك اليوم؟ 123 שלום לכולם"),
        QStringLiteral("<b>not bold</b> &amp; https://example.org/path?x=1"),
        QStringLiteral("中文、日本語、한국어"),
        QStringLiteral("two\nlines\tand a tab"),
        long64,
    };
}

bool exchange(Stage& stage, CliProcess& from, CliProcess& to, const QStringList& texts) {
    const qsizetype mark = to.mark();
    QElapsedTimer timer;
    timer.start();
    if (!sendAll(stage, from, texts))
        return false;
    if (!arrivesInOrder(stage, to, mark, texts, patienceMs + int(texts.size()) * 10))
        return false;
    const double seconds = double(timer.nsecsElapsed()) / 1e9;
    stage.note(QStringLiteral("%1 → %2: %3 messages in %4 s, %5 a second, all once and in order")
                   .arg(stage.nameOf(from), stage.nameOf(to))
                   .arg(texts.size())
                   .arg(seconds, 0, 'f', 2)
                   .arg(double(texts.size()) / seconds, 0, 'f', 0));
    return true;
}

bool offlineFirst(Stage& stage) {
    CliProcess& ana = stage.ana();
    CliProcess& bruno = stage.bruno();
    if (bruno.finish() != 0)
        return stage.fail(QStringLiteral("Bruno's client did not end cleanly"));
    stage.note(QStringLiteral("Bruno is offline"));

    const QStringList texts = sampleTexts();
    QVector<QString> ids;
    if (!sendAll(stage, ana, texts, &ids))
        return false;
    for (const QString& text : texts)
        stage.say(ana, text);
    if (!statusReaches(stage, ana, ids, QStringLiteral("sent")))
        return false;
    stage.note(QStringLiteral("the relay has all of them on disk: sent"));

    const qsizetype mark = bruno.mark();
    QElapsedTimer timer;
    timer.start();
    if (!bruno.start() || !bruno.waitOnline())
        return stage.fail(QStringLiteral("Bruno did not come online"));
    if (!arrivesInOrder(stage, bruno, mark, texts, patienceMs))
        return false;
    stage.note(QStringLiteral("Bruno came online and has all %1, byte for byte, after %2 ms")
                   .arg(texts.size())
                   .arg(timer.elapsed()));
    if (!statusReaches(stage, ana, ids, QStringLiteral("delivered")))
        return false;
    if (!readNewest(stage, bruno, mark))
        return false;
    if (!statusReaches(stage, ana, ids, QStringLiteral("read")))
        return false;
    stage.note(QStringLiteral("Ana sees them delivered, then read"));
    return true;
}

bool bothWays(Stage& stage) {
    const QVector<std::pair<CliProcess*, QString>> lines{
        {&stage.bruno(), QStringLiteral("Cheguei! 😀 Sim, às oito está ótimo.")},
        {&stage.ana(), QStringLiteral("Perfeito. Levo o bolo 🎂")},
        {&stage.bruno(), QStringLiteral("نلتقي غدًا")},
        {&stage.ana(), QStringLiteral("👍🏽")},
    };
    for (const auto& [speaker, text] : lines) {
        CliProcess& from = *speaker;
        CliProcess& to = otherOf(stage, from);
        const qsizetype mark = to.mark();
        const qint64 asked = monotonicNs();
        QVector<QString> ids;
        if (!sendAll(stage, from, {text}, &ids) || !arrivesInOrder(stage, to, mark, {text}, patienceMs))
            return false;
        double ms = 0;
        for (qsizetype index = mark; index < to.notifications().size(); ++index) {
            if (to.notifications()[index].method == QLatin1String("message"))
                ms = double(to.notifications()[index].arrivedNs - asked) / 1e6;
        }
        stage.say(from, text, QStringLiteral("there after %1 ms").arg(ms, 0, 'f', 1));
        if (!readNewest(stage, to, mark) || !statusReaches(stage, from, ids, QStringLiteral("read")))
            return false;
    }
    stage.note(QStringLiteral("every one of them read"));
    return true;
}

bool relayKilledInTheMiddle(Stage& stage) {
    CliProcess& ana = stage.ana();
    CliProcess& bruno = stage.bruno();
    const qsizetype mark = bruno.mark();
    QStringList texts;
    for (int number = 1; number <= 40; ++number)
        texts.push_back(QStringLiteral("message %1 of 40, whatever happens").arg(number));
    if (!sendAll(stage, ana, texts.mid(0, 20)))
        return false;
    if (!stage.relay().killAndRestart())
        return stage.fail(QStringLiteral("the relay did not come back"));
    stage.note(QStringLiteral("kill -9 of the relay after 20 requests, and a new start on the same data"));
    if (!sendAll(stage, ana, texts.mid(20)))
        return false;
    if (!arrivesInOrder(stage, bruno, mark, texts, patienceMs))
        return false;
    const RpcAnswer idle =
        ana.call(QStringLiteral("waitIdle"), {{QStringLiteral("timeoutMs"), 15'000}}, 20'000);
    if (!idle.ok())
        return stage.fail(QStringLiteral("Ana's outbox did not empty: ") +
                          QString::fromUtf8(idle.describe()));
    if (!arrivesInOrder(stage, bruno, mark, texts, patienceMs)) // nothing came twice meanwhile
        return false;
    stage.note(QStringLiteral("all 40 arrived, once and in order"));
    return true;
}

bool replayCorpus(Stage& stage, const QString& path) {
    const auto corpus = readCorpus(stage, path);
    if (!corpus)
        return false;
    QStringList texts;
    int number = 0;
    for (const QByteArray& line : corpus->split('\n')) {
        ++number;
        if (line.trimmed().isEmpty())
            continue;
        const QJsonObject object = QJsonDocument::fromJson(line).object();
        if (!object[QLatin1String("text")].isString())
            return stage.fail(QStringLiteral("%1, line %2: no object with a text").arg(path).arg(number));
        const QString text = object[QLatin1String("text")].toString();
        if (!text.trimmed().isEmpty()) // nobody can send nothing
            texts.push_back(text);
    }
    if (texts.isEmpty())
        return stage.fail(QStringLiteral("%1 holds no message").arg(path));
    // In slices, so that both speak and neither waits for the whole file.
    constexpr qsizetype slice = 2'000;
    for (qsizetype start = 0; start < texts.size(); start += slice) {
        const bool brunoSpeaks = (start / slice) % 3 == 2;
        CliProcess& from = brunoSpeaks ? stage.bruno() : stage.ana();
        if (!exchange(stage, from, otherOf(stage, from), texts.mid(start, slice)))
            return false;
    }
    return true;
}

} // namespace recado::tests
