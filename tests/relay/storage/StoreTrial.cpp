#include "StoreTrial.h"

#include "relay/storage/MailboxBatch.h"
#include "sql/Transaction.h"

#include <QCoreApplication>
#include <QDeadlineTimer>
#include <QDir>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QFile>

namespace recado::tests {

using relay::MailboxAppend;
using relay::StoreAnswer;
using relay::StoreResult;

namespace {

constexpr int trialDevices = 8;
constexpr int answerPatienceSeconds = 60;
constexpr relay::MailboxPeek everythingOf(const base::DeviceAddress& device) {
    return {.device = device, .after = 0, .maximumCount = 100'000, .maximumBytes = 1 << 30};
}

} // namespace

StoreTrial::StoreTrial(quint32 seed)
    : m_random(seed)
    , m_sender{base::AccountId::random(), 1} {
    for (int index = 0; index < trialDevices; ++index)
        m_devices.push_back({base::AccountId::random(), 1});
}

StoreTrial::~StoreTrial() {
    close();
}

bool StoreTrial::open() {
    relay::RelayDatabaseOptions options;
    options.directory = m_directory.path();
    options.checkpointPages = 60; // several of them in a run
    options.writer.recoveryMs = 2;
    options.writer.longestRecoveryMs = 20;
    auto opened = relay::RelayDatabase::open(std::move(options), m_clock);
    if (!opened) {
        violated(QStringLiteral("the store did not open: ") + opened.error().message);
        return false;
    }
    m_database = *std::move(opened);
    m_store = std::make_unique<relay::SqliteMailboxStore>(
        *m_database,
        relay::MailboxLogLimits{.settleBytes = 30'000, .sliceEnvelopes = 6, .sliceBytes = 8'000});
    return true;
}

void StoreTrial::close() {
    if (m_disk)
        m_disk->setObserver({});
    if (m_database)
        m_database->stop();
    m_store.reset();
    m_database.reset();
}

void StoreTrial::violated(const QString& what) {
    if (m_outcome.violations.size() < 20)
        m_outcome.violations.push_back(what);
}

template <typename Condition>
bool StoreTrial::turnUntil(const Condition& condition) {
    const QDeadlineTimer patience(std::chrono::seconds{answerPatienceSeconds});
    while (!condition() && !patience.hasExpired())
        QCoreApplication::processEvents(QEventLoop::AllEvents, 1);
    return condition();
}

void StoreTrial::settle() {
    if (!turnUntil([this] { return m_unanswered == 0; }))
        violated(QStringLiteral("an operation was never answered"));
}

void StoreTrial::append() {
    MailboxAppend append;
    QVector<Key> keys;
    const bool withBody = m_random.bounded(5) == 0;
    if (withBody)
        append.body = QByteArray(int(2'000 + m_random.bounded(8'000)), char('a' + m_random.bounded(26)));
    append.mark = relay::SubmissionMark{m_sender, ++m_nextSubmission};
    for (int receivers = 1 + int(m_random.bounded(3)); receivers > 0; --receivers) {
        const int device = int(m_random.bounded(quint32(trialDevices)));
        const QByteArray ciphertext(int(100 + m_random.bounded(700)), char('A' + m_random.bounded(26)));
        append.entries.push_back({m_devices[device], ++m_nextId, m_clock.wallMs(),
                                  m_clock.wallMs() + 1'000'000'000, QByteArrayLiteral("header"), ciphertext,
                                  withBody});
        keys.push_back({device, m_nextId});
        const std::lock_guard lock(m_historyMutex);
        m_history[keys.back()] = Sent{ciphertext, append.body, m_nextSubmission};
    }
    ++m_unanswered;
    m_store->append(std::move(append), {&m_inbox}, [this, keys](const StoreAnswer<bool>& answer) {
        --m_unanswered;
        if (!answer.committed())
            return;
        ++m_outcome.confirmed;
        const std::lock_guard lock(m_historyMutex);
        for (const Key& key : keys) {
            Sent& sent = m_history[key];
            sent.confirmed = true;
            m_confirmedWhileBroken += m_broken && !sent.acknowledged ? 1 : 0;
        }
    });
}

void StoreTrial::acknowledge() {
    Key key;
    {
        const std::lock_guard lock(m_historyMutex);
        if (m_history.empty())
            return;
        auto place = m_history.lower_bound({int(m_random.bounded(quint32(trialDevices))),
                                            m_nextId - std::min<quint64>(m_nextId, m_random.bounded(60))});
        if (place == m_history.end())
            return;
        key = place->first;
        place->second.acknowledged = true;
    }
    ++m_unanswered;
    m_store->acknowledge(m_devices[key.first], {{key.second, key.second}}, {&m_inbox},
                         [this, key](const StoreAnswer<relay::MailboxUsage>& answer) {
                             --m_unanswered;
                             const std::lock_guard lock(m_historyMutex);
                             m_history[key].deleted = m_history[key].deleted || answer.committed();
                         });
}

void StoreTrial::step() {
    for (int count = 1 + int(m_random.bounded(6)); count > 0; --count) {
        append();
        if (m_random.bounded(2) == 0)
            acknowledge();
    }
    if (m_random.bounded(3) > 0)
        settle();
    else
        QCoreApplication::processEvents();
}

StoreTrial::Outcome StoreTrial::cutPower(int moments, int cuts) {
    const bool withFailures = m_random.generate() % 2 == 1;
    if (!open())
        return m_outcome;
    std::vector<Moment> taken;
    int untilNext = 1 + int(m_random.bounded(120));
    QRandomGenerator spacing(m_random.generate());
    m_disk->setObserver([&] { // on the writer's thread, before a call changes anything
        if (--untilNext > 0 || taken.size() >= std::size_t(moments))
            return;
        untilNext = 1 + int(spacing.bounded(120));
        const std::lock_guard lock(m_historyMutex);
        taken.push_back({m_disk->state(), m_history});
    });
    for (int steps = 0; steps < 60 * moments; ++steps) {
        if (withFailures && m_random.bounded(15) == 0)
            m_disk->failAfter(int(m_random.bounded(30)), FaultyDisk::Error::Io, true);
        step();
        if (!m_store->accepting() && !turnUntil([this] { return m_store->accepting(); }))
            violated(QStringLiteral("the store did not recover"));
        if (taken.size() >= std::size_t(moments))
            break;
    }
    settle();
    close();
    m_disk.reset(); // what is judged lies on a good one
    for (const Moment& moment : taken) {
        for (int cut = 0; cut < cuts; ++cut)
            judge(moment, FaultyDisk::afterPowerCut(moment.disk, m_random));
    }
    return m_outcome;
}

void StoreTrial::judge(const Moment& moment, const FaultyDisk::Image& image) {
    ++m_outcome.judged;
    const QTemporaryDir left;
    QString path;
    for (auto file = image.cbegin(); file != image.cend(); ++file) {
        const QString name = QFileInfo(file.key()).fileName();
        QFile copy(QDir(left.path()).filePath(name));
        if (!copy.open(QIODevice::WriteOnly) || copy.write(*file) != file->size())
            return violated(QStringLiteral("the image could not be written"));
        if (name.endsWith(QLatin1String(".db")))
            path = copy.fileName();
    }
    sql::DatabaseOptions options;
    options.path = path;
    options.encryption = sql::Encryption::Plain;
    const auto database = sql::Database::openExisting(options);
    if (!database)
        return violated(QStringLiteral("after the cut: ") + database.error().message);
    if (const base::Status whole = (*database)->checkIntegrity(); !whole)
        return violated(QStringLiteral("after the cut: ") + whole.error().message);
    judgeStore(**database, moment.history);
}

void StoreTrial::judgeStore(sql::Database& database, const History& history) {
    const auto memory = relay::MailboxMemory::of(database);
    if (!memory)
        return violated(QStringLiteral("the log cannot be read: ") + memory.error().message);
    const relay::MailboxTables tables;
    relay::MailboxBatch batch(database, **memory, tables);
    History left = history;
    for (int device = 0; device < trialDevices; ++device) {
        const auto page = batch.peek(everythingOf(m_devices[device]), m_clock.wallMs());
        const auto usage = batch.usage(m_devices[device]);
        if (!page || !usage)
            return violated(QStringLiteral("a mailbox cannot be read: ") +
                            (page ? usage.error().message : page.error().message));
        if (usage->count != quint64(page->rows.size()))
            violated(QStringLiteral("the sums are wrong"));
        base::DeliveryId before = 0;
        for (const relay::MailboxRow& row : page->rows) {
            const auto sent = left.find({device, row.id});
            if (row.id <= before)
                violated(QStringLiteral("envelope %1 out of order or twice").arg(row.id));
            before = row.id;
            if (sent == left.end()) {
                violated(QStringLiteral("nobody sent envelope %1").arg(row.id));
                continue;
            }
            if (sent->second.deleted)
                violated(QStringLiteral("envelope %1 came back").arg(row.id));
            if (row.ciphertext != sent->second.ciphertext || row.body != sent->second.body)
                violated(QStringLiteral("envelope %1 is not what was sent").arg(row.id));
            left.erase(sent);
        }
    }
    const auto marks = batch.submissions(m_sender);
    if (!marks)
        return violated(QStringLiteral("the marks cannot be read: ") + marks.error().message);
    for (const auto& [key, sent] : left) {
        if (sent.confirmed && !sent.acknowledged)
            violated(QStringLiteral("envelope %1 was accepted and is lost").arg(key.second));
    }
    QMap<quint64, bool> overtaken; // submissions: whether an acknowledgement may have let the mark lag
    for (const auto& [key, sent] : history) {
        if (sent.confirmed)
            overtaken[sent.submission] = overtaken.value(sent.submission) || sent.acknowledged;
    }
    for (auto submission = overtaken.cbegin(); submission != overtaken.cend(); ++submission) {
        if (!*submission && !marks->seen(submission.key()))
            violated(QStringLiteral("submission %1 was accepted and has no mark").arg(submission.key()));
    }
}

/// While the disk is broken, what was accepted can still be read.
void StoreTrial::checkReads() {
    for (int device = 0; device < trialDevices; ++device) {
        std::optional<StoreAnswer<relay::MailboxPage>> page;
        m_store->peek(everythingOf(m_devices[device]), {&m_inbox},
                      [&](const StoreAnswer<relay::MailboxPage>& answer) { page = answer; });
        if (!turnUntil([&] { return page.has_value(); }) || !page->committed()) {
            violated(QStringLiteral("a mailbox could not be read while the disk was broken"));
            continue;
        }
        QSet<base::DeliveryId> there;
        for (const relay::MailboxRow& row : std::as_const(page->value.rows))
            there.insert(row.id);
        const std::lock_guard lock(m_historyMutex);
        for (const auto& [key, sent] : m_history) {
            if (key.first == device && sent.confirmed && !sent.acknowledged && !there.contains(key.second))
                violated(
                    QStringLiteral("envelope %1 was not shown while the disk was broken").arg(key.second));
        }
    }
}

StoreTrial::Outcome StoreTrial::failDisk(int call, FaultyDisk::Error error) {
    if (!open())
        return m_outcome;
    for (int steps = 0; steps < 8; ++steps)
        step();
    settle();
    m_disk->failAfter(call, error, false);
    for (int steps = 0; steps < 400 && m_disk->failures() == 0; ++steps)
        step();
    settle();
    if (m_disk->failures() == 0)
        violated(QStringLiteral("the disk was never asked so often"));
    m_broken = true;
    const int broken = m_disk->failures();
    for (int steps = 0; steps < 5; ++steps)
        step();
    settle();
    if (m_store->accepting() || m_confirmedWhileBroken > 0)
        violated(
            QStringLiteral("%1 appends were accepted while the disk was broken").arg(m_confirmedWhileBroken));
    checkReads();
    if (!turnUntil([&] { return m_disk->failures() > broken; }))
        violated(QStringLiteral("nobody tried whether the disk works again"));
    m_broken = false;
    m_disk->repair();
    QElapsedTimer recovery;
    recovery.start();
    if (!turnUntil([this] { return m_store->accepting(); }))
        violated(QStringLiteral("the store did not recover"));
    m_outcome.recoveryMs = recovery.elapsed();
    const int before = m_outcome.confirmed;
    for (int steps = 0; steps < 8; ++steps)
        step();
    settle();
    if (m_outcome.confirmed == before)
        violated(QStringLiteral("nothing was accepted after the recovery"));
    close();
    Moment end;
    m_disk.reset();
    end.history = m_history;
    FaultyDisk::Image image;
    for (const QString& name : {QStringLiteral("relay.db"), QStringLiteral("relay.db-wal")}) {
        QFile file(QDir(m_directory.path()).filePath(name));
        if (file.open(QIODevice::ReadOnly))
            image.insert(name, file.readAll());
    }
    judge(end, image);
    return m_outcome;
}

} // namespace recado::tests
