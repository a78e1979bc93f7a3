#include "relay/ops/ProcessUsage.h"

#include <QFile>
#include <QList>

#include <dirent.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace recado::relay {

namespace {

constexpr double microsecondsASecond = 1e6;
constexpr int residentField = 1; // of statm, in pages
constexpr int threadsField = 17; // of stat behind the name, which may hold blanks itself

double secondsOf(const timeval& time) {
    return double(time.tv_sec) + double(time.tv_usec) / microsecondsASecond;
}

QByteArray firstLine(const char* path) {
    QFile file(QString::fromLatin1(path));
    return file.open(QIODevice::ReadOnly) ? file.readLine() : QByteArray();
}

/// Linux tells the number of descriptors as the directory's size, but only since 6.2.
qint64 countDescriptors() {
    struct stat status {};
    if (stat("/proc/self/fd", &status) == 0 && status.st_size > 0)
        return status.st_size;
    DIR* directory = opendir("/proc/self/fd");
    if (directory == nullptr)
        return 0;
    qint64 count = 0;
    while (readdir(directory) != nullptr)
        ++count;
    closedir(directory);
    return count - 3; // itself, "." and ".."
}

} // namespace

ProcessUsage ProcessUsage::now() {
    ProcessUsage usage;
    const QList<QByteArray> memory = firstLine("/proc/self/statm").split(' ');
    usage.residentBytes = memory.value(residentField).toLongLong() * sysconf(_SC_PAGESIZE);
    const QByteArray state = firstLine("/proc/self/stat");
    usage.threads = state.mid(state.lastIndexOf(')') + 2).split(' ').value(threadsField).toLongLong();
    usage.openDescriptors = countDescriptors();
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
        usage.mostDescriptors = qint64(limit.rlim_cur);
    rusage resources{};
    if (getrusage(RUSAGE_SELF, &resources) == 0)
        usage.cpuSeconds = secondsOf(resources.ru_utime) + secondsOf(resources.ru_stime);
    return usage;
}

} // namespace recado::relay
