#include "FaultyDisk.h"

#include "sql/Engine.h"

#include <QFile>

namespace recado::tests {

namespace {

constexpr qint64 sector = 512;

void applyChange(QByteArray& content, const FaultyDisk::Change& change) {
    if (change.isTruncation) {
        content.resize(qsizetype(change.offset));
        return;
    }
    const qsizetype end = qsizetype(change.offset) + change.bytes.size();
    if (content.size() < end)
        content.append(QByteArray(end - content.size(), '\0'));
    std::copy(change.bytes.begin(), change.bytes.end(), content.begin() + qsizetype(change.offset));
}

/// Some sectors of it.
void applyTorn(QByteArray& content, const FaultyDisk::Change& change, QRandomGenerator& random) {
    for (qint64 done = 0; done < change.bytes.size();) {
        const qint64 offset = change.offset + done;
        const qint64 size = std::min<qint64>(sector - offset % sector, change.bytes.size() - done);
        if (random.bounded(2) == 0)
            applyChange(content, {offset, change.bytes.mid(qsizetype(done), qsizetype(size)), false});
        done += size;
    }
}

} // namespace

struct FaultyDisk::Vfs {
    sqlite3_vfs vfs{};
    sqlite3_vfs* real = nullptr;
};

/// An open file: ours, and behind it in the same memory the real one.
struct FaultyFile {
    sqlite3_file base;
    FaultyDisk* disk;
    QString* path; // null for files that are not on the disk: temporary ones, and what is only read

    sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

struct FaultyDiskCalls {
    static FaultyFile* of(sqlite3_file* file) { return reinterpret_cast<FaultyFile*>(file); }
    static sqlite3_file* real(sqlite3_file* file) { return of(file)->real(); }
    static sqlite3_vfs* real(sqlite3_vfs* vfs) { return disk(vfs)->m_vfs->real; }
    static FaultyDisk* disk(sqlite3_vfs* vfs) { return static_cast<FaultyDisk*>(vfs->pAppData); }

    static int close(sqlite3_file* file) {
        const int code = real(file)->pMethods->xClose(real(file));
        delete of(file)->path;
        return code;
    }
    static int read(sqlite3_file* file, void* to, int size, sqlite3_int64 offset) {
        return real(file)->pMethods->xRead(real(file), to, size, offset);
    }
    static int write(sqlite3_file* file, const void* from, int size, sqlite3_int64 offset) {
        FaultyFile* const own = of(file);
        if (own->path != nullptr) {
            if (const int code = own->disk->beforeCall(false, *own->path); code != SQLITE_OK)
                return code;
            own->disk->written(*own->path, offset, QByteArray(static_cast<const char*>(from), size));
        }
        return real(file)->pMethods->xWrite(real(file), from, size, offset);
    }
    static int truncate(sqlite3_file* file, sqlite3_int64 size) {
        FaultyFile* const own = of(file);
        if (own->path != nullptr) {
            if (const int code = own->disk->beforeCall(false, *own->path); code != SQLITE_OK)
                return code;
            own->disk->truncated(*own->path, size);
        }
        return real(file)->pMethods->xTruncate(real(file), size);
    }
    static int sync(sqlite3_file* file, int flags) {
        FaultyFile* const own = of(file);
        if (own->path == nullptr)
            return real(file)->pMethods->xSync(real(file), flags);
        if (const int code = own->disk->beforeCall(true, *own->path); code != SQLITE_OK)
            return code;
        own->disk->synced(*own->path);
        return SQLITE_OK; // this disk is the one that counts: no need to wait for the real one
    }
    static int fileSize(sqlite3_file* file, sqlite3_int64* size) {
        return real(file)->pMethods->xFileSize(real(file), size);
    }
    static int lock(sqlite3_file* file, int level) { return real(file)->pMethods->xLock(real(file), level); }
    static int unlock(sqlite3_file* file, int level) {
        return real(file)->pMethods->xUnlock(real(file), level);
    }
    static int isReserved(sqlite3_file* file, int* out) {
        return real(file)->pMethods->xCheckReservedLock(real(file), out);
    }
    static int control(sqlite3_file* file, int operation, void* argument) {
        return real(file)->pMethods->xFileControl(real(file), operation, argument);
    }
    static int sectorSize(sqlite3_file* file) { return real(file)->pMethods->xSectorSize(real(file)); }
    static int characteristics(sqlite3_file* file) {
        return real(file)->pMethods->xDeviceCharacteristics(real(file));
    }
    static int shmMap(sqlite3_file* file, int page, int size, int extend, void volatile** out) {
        return real(file)->pMethods->xShmMap(real(file), page, size, extend, out);
    }
    static int shmLock(sqlite3_file* file, int offset, int count, int flags) {
        return real(file)->pMethods->xShmLock(real(file), offset, count, flags);
    }
    static void shmBarrier(sqlite3_file* file) { real(file)->pMethods->xShmBarrier(real(file)); }
    static int shmUnmap(sqlite3_file* file, int remove) {
        return real(file)->pMethods->xShmUnmap(real(file), remove);
    }

    static int open(sqlite3_vfs* vfs, sqlite3_filename name, sqlite3_file* file, int flags, int* outFlags) {
        static const sqlite3_io_methods methods{
            2,        close,      read,    write,      truncate,        sync,   fileSize, lock,
            unlock,   isReserved, control, sectorSize, characteristics, shmMap, shmLock,  shmBarrier,
            shmUnmap, nullptr,    nullptr};
        FaultyFile* const own = of(file);
        own->base.pMethods = nullptr;
        own->disk = disk(vfs);
        own->path = nullptr;
        const int code = real(vfs)->xOpen(real(vfs), name, own->real(), flags, outFlags);
        if (code != SQLITE_OK)
            return code;
        constexpr int kept = SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL;
        if (name != nullptr && (flags & kept) != 0 && (flags & SQLITE_OPEN_READWRITE) != 0) {
            own->path = new QString(QFile::decodeName(name));
            own->disk->opened(*own->path);
        }
        own->base.pMethods = &methods;
        return SQLITE_OK;
    }
    static int remove(sqlite3_vfs* vfs, const char* name, int syncDirectory) {
        disk(vfs)->deleted(QFile::decodeName(name));
        return real(vfs)->xDelete(real(vfs), name, syncDirectory);
    }
};

FaultyDisk::FaultyDisk()
    : m_vfs(std::make_unique<Vfs>()) {
    m_vfs->real = sqlite3_vfs_find(nullptr);
    m_vfs->vfs = *m_vfs->real; // what is not replaced works on names alone
    m_vfs->vfs.pNext = nullptr;
    m_vfs->vfs.zName = "recado-faulty-disk";
    m_vfs->vfs.szOsFile = int(sizeof(FaultyFile)) + m_vfs->real->szOsFile;
    m_vfs->vfs.pAppData = this;
    m_vfs->vfs.xOpen = FaultyDiskCalls::open;
    m_vfs->vfs.xDelete = FaultyDiskCalls::remove;
    // The real one's full names must not see our own pAppData.
    m_vfs->vfs.xFullPathname = [](sqlite3_vfs* vfs, const char* name, int size, char* out) {
        sqlite3_vfs* const real = FaultyDiskCalls::real(vfs);
        return real->xFullPathname(real, name, size, out);
    };
    m_vfs->vfs.xAccess = [](sqlite3_vfs* vfs, const char* name, int flags, int* out) {
        sqlite3_vfs* const real = FaultyDiskCalls::real(vfs);
        return real->xAccess(real, name, flags, out);
    };
    sqlite3_vfs_register(&m_vfs->vfs, 1);
}

FaultyDisk::~FaultyDisk() {
    sqlite3_vfs_unregister(&m_vfs->vfs);
    sqlite3_vfs_register(m_vfs->real, 1);
}

void FaultyDisk::failAfter(int after, Error error, bool once) {
    const std::lock_guard lock(m_mutex);
    m_failAt = m_calls + after + 1;
    m_failOnce = once;
    m_error = error;
}

void FaultyDisk::repair() {
    const std::lock_guard lock(m_mutex);
    m_failAt = 0;
}

int FaultyDisk::calls() const {
    const std::lock_guard lock(m_mutex);
    return m_calls;
}

int FaultyDisk::failures() const {
    const std::lock_guard lock(m_mutex);
    return m_failures;
}

FaultyDisk::State FaultyDisk::state() const {
    const std::lock_guard lock(m_mutex);
    return m_files;
}

int FaultyDisk::beforeCall(bool isSync, const QString& path) {
    if (m_observer)
        m_observer();
    const std::lock_guard lock(m_mutex);
    ++m_calls;
    if (m_failAt == 0 || m_calls < m_failAt || (m_failOnce && m_calls > m_failAt))
        return SQLITE_OK;
    ++m_failures;
    if (isSync) {
        m_files[path].changes.clear();
        return SQLITE_IOERR_FSYNC;
    }
    return m_error == Error::Full ? SQLITE_FULL : SQLITE_IOERR_WRITE;
}

void FaultyDisk::opened(const QString& path) {
    const std::lock_guard lock(m_mutex);
    if (m_files.contains(path))
        return;
    QFile file(path);
    FileState& state = m_files[path];
    if (file.open(QIODevice::ReadOnly))
        state.content = file.readAll();
    state.isSynced = !state.content.isEmpty();
}

void FaultyDisk::written(const QString& path, qint64 offset, const QByteArray& bytes) {
    const std::lock_guard lock(m_mutex);
    m_files[path].changes.push_back({offset, bytes, false});
}

void FaultyDisk::truncated(const QString& path, qint64 size) {
    const std::lock_guard lock(m_mutex);
    m_files[path].changes.push_back({size, {}, true});
}

void FaultyDisk::synced(const QString& path) {
    const std::lock_guard lock(m_mutex);
    FileState& state = m_files[path];
    for (const Change& change : state.changes)
        applyChange(state.content, change);
    state.changes.clear();
    state.isSynced = true;
}

void FaultyDisk::deleted(const QString& path) {
    const std::lock_guard lock(m_mutex);
    m_files.remove(path);
}

FaultyDisk::Image FaultyDisk::afterPowerCut(const State& state, QRandomGenerator& random) {
    Image image;
    for (auto file = state.cbegin(); file != state.cend(); ++file) {
        if (!file->isSynced && random.bounded(2) == 0)
            continue;
        QByteArray content = file->content;
        // Nothing, everything, or a mixture of all kinds.
        const quint32 mood = random.bounded(4);
        for (const Change& change : file->changes) {
            const quint32 fate = mood == 0 ? 0 : mood == 1 ? 1 : random.bounded(3);
            if (fate == 1 || (fate == 2 && change.isTruncation))
                applyChange(content, change);
            else if (fate == 2)
                applyTorn(content, change, random);
        }
        image.insert(file.key(), content);
    }
    return image;
}

} // namespace recado::tests
