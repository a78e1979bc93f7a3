#pragma once

#include "bench/relay/LoadJob.h"
#include "bench/relay/LoadLoop.h"
#include "bench/relay/LoadServer.h"

namespace recado::tests::load {

/// A generator in a process of its own, one a server instance: descriptors are limited by process, and
/// connections of all servers of a run stay open while the rounds change between them.
class LoadWorker {
public:
    /// Forks. The server runs already; its driver is made in the new process.
    LoadWorker(const LoadServer& server, int clients, bool tls);
    ~LoadWorker();
    LoadWorker(const LoadWorker&) = delete;
    LoadWorker& operator=(const LoadWorker&) = delete;

    /// Sends the job and waits for its result.
    LoadResult run(const LoadJob& job);

private:
    [[noreturn]] static void serve(LoadLoop& loop, int channel);

    int m_process = -1;
    int m_channel = -1;
};

/// The largest number of clients one generator process has descriptors for.
int mostClients();

} // namespace recado::tests::load
