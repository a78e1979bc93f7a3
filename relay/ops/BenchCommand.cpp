#include "base/Clock.h"
#include "relay/ops/AdminWords.h"
#include "relay/ops/Program.h"
#include "relay/storage/RelayDatabase.h"
#include "relay/storage/SqliteMailboxStore.h"

#include <QCoreApplication>
#include <QDir>
#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTimer>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

namespace recado::relay {

namespace {

constexpr int syncs = 200;
constexpr int syncBytes = 4'096;
constexpr int appendMs = 2'000;
constexpr int appendsWaiting = 4'000;
constexpr int mailboxes = 500;
constexpr int headerBytes = 96;
constexpr int ciphertextBytes = 330; // a short text, padded and sealed

/// The data directory, or where it would be made.
QString existingDirectory(QString directory) {
    while (!QDir(directory).exists() && !QDir(directory).isRoot())
        directory = QFileInfo(QDir(directory).absolutePath()).path();
    return directory;
}

/// Milliseconds of each write and fsync, ascending; fewer than `syncs` when the disk refuses.
std::vector<double> measureSyncs(const QString& file) {
    std::vector<double> samples;
    const int descriptor =
        ::open(QFile::encodeName(file).constData(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
    const std::vector<char> block(syncBytes, 'x');
    QElapsedTimer timer;
    while (descriptor >= 0 && samples.size() < syncs) {
        timer.start();
        if (::write(descriptor, block.data(), block.size()) != ssize_t(block.size()) ||
            ::fsync(descriptor) != 0)
            break;
        samples.push_back(double(timer.nsecsElapsed()) / 1e6);
    }
    if (descriptor >= 0)
        ::close(descriptor);
    std::sort(samples.begin(), samples.end());
    return samples;
}

/// Appends envelopes to a scratch store, always with some thousand of them waiting, and counts the durable
/// ones.
class AppendBench {
public:
    explicit AppendBench(RelayDatabase& database)
        : m_store(database) {
        for (int number = 0; number < mailboxes; ++number)
            m_accounts.push_back(base::AccountId::random());
    }

    /// Envelopes a second; 0 when the store refused one.
    double run() {
        m_timer.start();
        QTimer::singleShot(0, &m_inbox, [this] { appendMore(); });
        QCoreApplication::exec();
        return m_failed ? 0 : double(m_durable) * 1e9 / double(m_elapsedNs);
    }

private:
    void appendMore() {
        while (m_waiting < appendsWaiting && !m_timer.hasExpired(appendMs) && !m_failed)
            appendOne();
        if (m_waiting == 0) {
            m_elapsedNs = m_timer.nsecsElapsed();
            QCoreApplication::quit();
        }
    }

    void appendOne() {
        MailboxEntry entry;
        entry.id = ++m_lastId;
        entry.device = {m_accounts[m_lastId % mailboxes], 1};
        entry.acceptedAtMs = m_clock.wallMs();
        entry.expiresAtMs = entry.acceptedAtMs + 3'600'000;
        entry.sealedHeader = QByteArray(headerBytes, 'h');
        entry.ciphertext = QByteArray(ciphertextBytes, 'c');
        MailboxAppend append;
        append.entries.append(std::move(entry));
        append.mark = SubmissionMark{{m_accounts[(m_lastId + 1) % mailboxes], 1}, m_lastId / mailboxes + 1};
        ++m_waiting;
        m_store.append(std::move(append), {&m_inbox}, [this](const StoreAnswer<bool>& answer) {
            --m_waiting;
            ++m_durable;
            m_failed = m_failed || !answer.committed();
            if (m_waiting < appendsWaiting / 2)
                appendMore();
        });
    }

    base::SystemClock m_clock;
    base::Inbox m_inbox;
    SqliteMailboxStore m_store;
    std::vector<base::AccountId> m_accounts;
    QElapsedTimer m_timer;
    std::uint64_t m_lastId = 0;
    std::uint64_t m_durable = 0;
    qint64 m_elapsedNs = 1;
    int m_waiting = 0;
    bool m_failed = false;
};

int measureAppends(const QString& directory) {
    const base::SystemClock clock;
    RelayDatabaseOptions options;
    options.directory = directory;
    auto database = RelayDatabase::open(options, clock);
    if (!database) {
        complain(database.error().message);
        return exitFailure;
    }
    AppendBench bench(**database);
    const double perSecond = bench.run();
    (*database)->stop();
    if (perSecond == 0) {
        complain(QStringLiteral("the store refused an envelope"));
        return exitFailure;
    }
    say(QStringLiteral("mailbox store: %1 envelopes a second on disk (%2 bytes each, up to %3 waiting)\n")
            .arg(perSecond, 0, 'f', 0)
            .arg(headerBytes + ciphertextBytes)
            .arg(appendsWaiting));
    return exitSuccess;
}

} // namespace

int runBench(const QStringList& words) {
    const auto read = readAdminWords(words, {.options = {}, .subjects = {}});
    if (!read) {
        complain(read.error().message);
        return exitUsage;
    }
    // Beside a running relay as well: everything happens in a directory of its own that goes afterwards. On
    // the disk of the relay's data, because that is the one whose syncs are asked about.
    const QTemporaryDir scratch(
        QDir(existingDirectory(read->config.dataDirectory)).filePath(QStringLiteral("bench-XXXXXX")));
    if (!scratch.isValid()) {
        complain(QStringLiteral("data: ") + scratch.errorString());
        return exitFailure;
    }
    const std::vector<double> samples = measureSyncs(scratch.filePath(QStringLiteral("sync")));
    if (samples.size() < syncs) {
        complain(QStringLiteral("data: the disk refused to write"));
        return exitFailure;
    }
    say(QStringLiteral("disk: a write of %1 bytes and fsync takes %2 ms (median), %3 ms (p95)\n")
            .arg(syncBytes)
            .arg(samples[syncs / 2], 0, 'f', 2)
            .arg(samples[syncs * 95 / 100], 0, 'f', 2));
    return measureAppends(scratch.filePath(QStringLiteral("store")));
}

} // namespace recado::relay
