#include "bench/relay/LoadWorker.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <type_traits>

namespace recado::tests::load {

namespace {

static_assert(std::is_trivially_copyable_v<LoadJob> && std::is_trivially_copyable_v<LoadResult>,
              "jobs and results travel as they are");

/// Epoll, channel, standard streams, and what the libraries keep open.
constexpr int spareDescriptors = 100;

LoadResult broken(const std::string& text) {
    LoadResult result;
    result.setTrouble(text);
    return result;
}

} // namespace

int mostClients() {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    return int(limit.rlim_cur) - spareDescriptors;
}

LoadWorker::LoadWorker(const LoadServer& server, int clients, bool tls) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        return;
    const pid_t parent = getpid();
    m_process = fork();
    if (m_process > 0) {
        close(ends[1]);
        m_channel = ends[0];
        return;
    }
    // The generator's process: ends with its parent, whatever ends that.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    close(ends[0]);
    std::signal(SIGPIPE, SIG_IGN);
    LoadTarget target{server.port(), clients, tls, {}};
    for (const qint64 process : server.processIds())
        target.serverProcesses.push_back(int(process));
    LoadLoop loop(server.protocol(), std::move(target));
    serve(loop, ends[1]);
}

void LoadWorker::serve(LoadLoop& loop, int channel) {
    for (;;) {
        loop.serveUntilReadable(channel);
        LoadJob job;
        if (recv(channel, &job, sizeof job, 0) != ssize_t(sizeof job) || job.kind == LoadJob::Kind::Quit)
            _exit(0);
        const LoadResult result = loop.run(job);
        if (send(channel, &result, sizeof result, MSG_NOSIGNAL) != ssize_t(sizeof result))
            _exit(1);
    }
}

LoadWorker::~LoadWorker() {
    if (m_process <= 0)
        return;
    kill(m_process, SIGKILL); // it has nothing to tidy up
    close(m_channel);
    waitpid(m_process, nullptr, 0);
}

LoadResult LoadWorker::run(const LoadJob& job) {
    LoadResult result;
    if (send(m_channel, &job, sizeof job, MSG_NOSIGNAL) != ssize_t(sizeof job) ||
        recv(m_channel, &result, sizeof result, 0) != ssize_t(sizeof result))
        return broken("the generator's process ended");
    return result;
}

} // namespace recado::tests::load
