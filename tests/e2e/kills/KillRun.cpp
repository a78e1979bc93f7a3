#include "KillRun.h"

#include "support/Wait.h"

#include <QDeadlineTimer>
#include <QJsonArray>

namespace recado::tests {

namespace {

constexpr int answerPatienceMs = 20'000;
constexpr int settlePatienceMs = 60'000;

QString contentText(const QJsonObject& message) {
    return message[QLatin1String("content")].toObject()[QLatin1String("text")].toString();
}

} // namespace

KillRun::KillRun(quint32 seed)
    : m_random(seed)
    , m_relay(m_directory.filePath(QStringLiteral("relay")))
    , m_sender(m_directory.filePath(QStringLiteral("sender")))
    , m_receiver(m_directory.filePath(QStringLiteral("receiver"))) {
    m_sender.setKeepNotifications(false);
    m_receiver.setKeepNotifications(false);
    QObject::connect(&m_receiver, &CliProcess::notificationArrived, &m_receiver,
                     [this](const RpcNotification& notification) {
                         if (notification.method == QLatin1String("message"))
                             m_history.announced(contentText(notification.params));
                     });
}

QString KillRun::prepare() {
    if (!m_relay.start())
        return QStringLiteral("the relay did not start: ") + QString::fromUtf8(m_relay.errorText());
    for (CliProcess* cli : {&m_sender, &m_receiver}) {
        const QString name = cli == &m_sender ? QStringLiteral("sender") : QStringLiteral("receiver");
        if (!cli->start())
            return QStringLiteral("recado-cli did not start");
        const RpcAnswer answer = cli->registerAt(m_relay.url(), name);
        if (!answer.ok())
            return QString::fromUtf8(answer.describe());
    }
    // A session exists before the first kill, so that every kill meets a conversation under way.
    sendSome(1);
    return collectAnswers(answerPatienceMs) ? QString() : QStringLiteral("the first message was not taken");
}

ChildProcess& KillRun::processOf(Victim victim) {
    switch (victim) {
    case Victim::Relay:
        return m_relay;
    case Victim::Sender:
        return m_sender;
    case Victim::Receiver:
        break;
    }
    return m_receiver;
}

void KillRun::sendSome(int count) {
    for (int index = 0; index < count; ++index) {
        const QString text = QStringLiteral("text %1").arg(++m_number);
        m_asked.push_back({m_sender.send(QStringLiteral("sendMessage"),
                                         {{QStringLiteral("to"), m_receiver.address()},
                                          {QStringLiteral("content"),
                                           QJsonObject{{QStringLiteral("type"), QStringLiteral("text")},
                                                       {QStringLiteral("text"), text}}}}),
                           text});
    }
}

/// Takes the answers of all requests made so far; those a killed sender never answered are only attempts.
bool KillRun::collectAnswers(int timeoutMs) {
    const QDeadlineTimer deadline(timeoutMs);
    bool all = true;
    for (const Asked& asked : std::exchange(m_asked, {})) {
        RpcAnswer answer;
        if (const auto taken = m_sender.takeAnswer(asked.request))
            answer = *taken;
        else if (m_sender.isRunning())
            answer = m_sender.answer(asked.request, int(std::max<qint64>(1, deadline.remainingTime())));
        if (answer.ok())
            m_history.committed(QStringLiteral("sender"), asked.text);
        else
            m_history.attempted(QStringLiteral("sender"), asked.text);
        all = all && answer.ok();
    }
    return all;
}

QString KillRun::restart(Victim victim) {
    if (victim == Victim::Relay)
        return m_relay.start() ? QString()
                               : QStringLiteral("the relay did not come back: ") +
                                     QString::fromUtf8(m_relay.errorText().right(500));
    CliProcess& cli = victim == Victim::Sender ? m_sender : m_receiver;
    if (!cli.start())
        return QStringLiteral("recado-cli did not come back");
    const RpcAnswer who = cli.call(QStringLiteral("whoami"));
    return who.ok() ? QString()
                    : QStringLiteral("the profile did not come back: ") + QString::fromUtf8(who.describe());
}

QString KillRun::killOnce(Victim victim) {
    sendSome(5 + int(m_random.bounded(20)));
    // Anywhere from before the first byte left to after everything was delivered.
    const QDeadlineTimer moment(int(m_random.bounded(60)));
    (void)waitUntil([&] { return moment.hasExpired(); }, 1'000);
    processOf(victim).killHard();
    if (victim == Victim::Sender)
        collectAnswers(1);
    else
        sendSome(3);
    const QString problem = restart(victim);
    if (!problem.isEmpty())
        return problem;
    if (!m_asked.isEmpty() && !collectAnswers(answerPatienceMs))
        return QStringLiteral("the sender refused a message");
    return {};
}

QString KillRun::killAt(Victim victim, const QString& point, int pass) {
    ChildProcess& process = processOf(victim);
    process.killHard();
    if (victim == Victim::Sender)
        collectAnswers(1);
    process.setEnvironment(QStringLiteral("RECADO_CRASH_POINT"),
                           QStringLiteral("%1:%2").arg(point).arg(pass));
    const QString armed = restart(victim);
    process.setEnvironment(QStringLiteral("RECADO_CRASH_POINT"), {});
    // It may die while starting already (an acknowledgement of what waited): that counts as well.
    if (!armed.isEmpty() && process.isRunning())
        return armed;
    for (int round = 0; round < 40 && process.isRunning(); ++round) {
        if (m_sender.isRunning())
            sendSome(2);
        (void)waitUntil([&] { return !process.isRunning(); }, 100);
    }
    if (process.isRunning())
        return QStringLiteral("%1 was never passed").arg(point);
    if (victim == Victim::Sender)
        collectAnswers(1);
    const QString problem = restart(victim);
    if (!problem.isEmpty())
        return problem;
    return m_asked.isEmpty() || collectAnswers(answerPatienceMs)
               ? QString()
               : QStringLiteral("the sender refused a message");
}

bool KillRun::readHistory(CliProcess& who) {
    const RpcAnswer chats = who.call(QStringLiteral("getChats"));
    if (!chats.ok())
        return false;
    const QJsonArray list = chats.result[QLatin1String("chats")].toArray();
    if (list.isEmpty())
        return false;
    const QString chat = list.first().toObject()[QLatin1String("chatId")].toString();
    QVector<QJsonObject> newestFirst;
    QJsonValue before;
    do {
        QJsonObject params{{QStringLiteral("chatId"), chat}, {QStringLiteral("limit"), 500}};
        if (before.isString())
            params.insert(QStringLiteral("before"), before);
        const RpcAnswer page = who.call(QStringLiteral("getMessages"), params);
        if (!page.ok())
            return false;
        for (const QJsonValue& message : page.result[QLatin1String("messages")].toArray())
            newestFirst.push_back(message.toObject());
        before = page.result[QLatin1String("next")];
    } while (before.isString());
    for (auto message = newestFirst.crbegin(); message != newestFirst.crend(); ++message)
        m_history.shown(QStringLiteral("sender"), contentText(*message));
    return true;
}

QStringList KillRun::settleAndJudge() {
    sendSome(1); // a last word: when it is there, everything before it must be
    if (!collectAnswers(answerPatienceMs))
        return {QStringLiteral("the sender refused the last message")};
    for (CliProcess* cli : {&m_sender, &m_receiver}) {
        const RpcAnswer idle =
            cli->call(QStringLiteral("waitIdle"), {{QStringLiteral("timeoutMs"), settlePatienceMs}},
                      settlePatienceMs + 5'000);
        if (!idle.ok())
            return {QStringLiteral("%1 did not come to rest: %2")
                        .arg(cli == &m_sender ? QStringLiteral("sender") : QStringLiteral("receiver"),
                             QString::fromUtf8(idle.describe()))};
    }
    const QString last = QStringLiteral("text %1").arg(m_number);
    const bool arrived = waitUntil(
        [&] {
            const RpcAnswer found = m_receiver.call(QStringLiteral("getChats"));
            const QJsonArray chats = found.result[QLatin1String("chats")].toArray();
            return !chats.isEmpty() &&
                   contentText(chats.first().toObject()[QLatin1String("lastMessage")].toObject()) == last;
        },
        settlePatienceMs);
    if (!readHistory(m_receiver))
        return {QStringLiteral("the receiver's history cannot be read")};
    QStringList found = m_history.violations();
    if (!arrived)
        found.push_back(QStringLiteral("the last message never came"));
    return found;
}

} // namespace recado::tests
