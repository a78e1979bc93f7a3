#include "relay/gateway/ConnectionRoom.h"

#include <QtGlobal>

#ifdef Q_OS_UNIX
#include <sys/resource.h>
#endif

#include <algorithm>

namespace recado::relay {

#ifdef Q_OS_UNIX

int connectionsThatFit(int wanted) {
    // What the rest of the process (stores, inboxes, control socket) may need besides connections.
    constexpr rlim_t otherDescriptors = 64;
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return wanted;
    const rlim_t kept = std::min(otherDescriptors, limit.rlim_cur / 2);
    return int(std::min<rlim_t>(rlim_t(wanted), limit.rlim_cur - kept));
}

#else

int connectionsThatFit(int wanted) {
    return wanted; // sockets are no files there, and the system has no limit that could be asked for
}

#endif

} // namespace recado::relay
