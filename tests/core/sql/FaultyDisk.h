#pragma once

#include <QByteArray>
#include <QMap>
#include <QRandomGenerator>
#include <QString>

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace recado::tests {

/// A disk that fails, or loses what was not synced when the power is cut. As long as it lives, every database
/// that is opened in this process (for reading and writing, with its log) lies on it; the files are real
/// ones. Databases are closed before it goes. Thread-safe.
///
/// It keeps for each file what has been synced, and the changes since. After a failed sync those changes are
/// gone for good, although reading still shows them: a later sync does not bring them to the disk, as on
/// Linux.
class FaultyDisk {
public:
    enum class Error { Full, Io };

    /// A change of a file: bytes written, or a new size.
    struct Change {
        qint64 offset = 0; // or the size
        QByteArray bytes;
        bool isTruncation = false;
    };
    struct FileState {
        bool isSynced = false; // the file as such: before, it may vanish
        QByteArray content;    // as of the latest sync
        std::vector<Change> changes;
    };
    /// By path.
    using State = QMap<QString, FileState>;
    using Image = QMap<QString, QByteArray>;

    FaultyDisk();
    ~FaultyDisk();
    FaultyDisk(const FaultyDisk&) = delete;
    FaultyDisk& operator=(const FaultyDisk&) = delete;

    /// Lets the call after `after` more ones (writes, syncs and truncations, counted together) fail; all
    /// later ones too, unless it is only `once`.
    void failAfter(int after, Error error, bool once);
    void repair();
    /// Changing calls so far, and how many of them failed.
    [[nodiscard]] int calls() const;
    [[nodiscard]] int failures() const;

    /// Called before every changing call, on the thread that makes it. Set it while nothing is going on.
    void setObserver(std::function<void()> observer) { m_observer = std::move(observer); }

    [[nodiscard]] State state() const;
    /// What a power cut at that moment may leave of the files: all that was synced, and of each change since
    /// all, nothing or some sectors, whatever its age.
    static Image afterPowerCut(const State& state, QRandomGenerator& random);

private:
    friend struct FaultyDiskCalls;
    struct Vfs;

    /// SQLITE_OK, or how the call fails.
    int beforeCall(bool isSync, const QString& path);
    void opened(const QString& path);
    void written(const QString& path, qint64 offset, const QByteArray& bytes);
    void truncated(const QString& path, qint64 size);
    void synced(const QString& path);
    void deleted(const QString& path);

    std::unique_ptr<Vfs> m_vfs;
    mutable std::mutex m_mutex;
    State m_files;
    std::function<void()> m_observer;
    int m_calls = 0;
    int m_failures = 0;
    int m_failAt = 0; // 0: never
    bool m_failOnce = false;
    Error m_error = Error::Io;
};

} // namespace recado::tests
