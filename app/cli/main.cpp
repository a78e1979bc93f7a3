#include "app/cli/CommandLine.h"
#include "app/cli/OneShot.h"
#include "app/cli/PlainText.h"
#include "app/cli/RpcSession.h"
#include "app/host/CoreDumps.h"
#include "app/host/ProfileHost.h"
#include "app/host/TerminationSignals.h"
#include "app/host/WorkerThread.h"
#include "app/platform/SystemKeychain.h"
#include "base/Log.h"

#include <QCoreApplication>
#include <QThread>
#include <QTimer>

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <tuple>

namespace {

using namespace recado;

using Host = base::Result<std::unique_ptr<host::ProfileHost>>;
using Unlocked = base::Result<host::UnlockedProfile>;

/// A program started with a standard descriptor closed would get the next file it opens in its place, and
/// print its lines into a database.
void keepStandardDescriptorsTaken() {
    for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(descriptor, F_GETFD) == -1)
            std::ignore = ::open("/dev/null", O_RDWR);
    }
}

int say(const cli::Farewell& farewell) {
    std::fputs(farewell.text.toUtf8().constData(), farewell.exitCode == 0 ? stdout : stderr);
    std::fputs(farewell.json.constData(), stdout);
    return farewell.exitCode;
}

/// The keychain works on this thread, whose loop therefore turns while another one waits for it.
Unlocked unlockWithKeychain(host::ProfileOptions options) {
    platform::SystemKeychain keychain;
    options.keychain = &keychain;
    options.keychainUse = host::KeychainUse::IfItWorks;
    std::optional<Unlocked> unlocked;
    const std::unique_ptr<QThread> worker =
        host::threadFor([&] { unlocked.emplace(host::UnlockedProfile::unlock(std::move(options))); });
    QObject::connect(worker.get(), &QThread::finished, QCoreApplication::instance(),
                     [] { QCoreApplication::exit(); });
    worker->start();
    QCoreApplication::exec();
    worker->wait();
    return std::move(*unlocked);
}

Host openHost(host::ProfileOptions options) {
    if (!host::UnlockedProfile::asksKeychain(options))
        return host::ProfileHost::open(std::move(options));
    RECADO_TRY(host::UnlockedProfile profile, unlockWithKeychain(std::move(options)));
    return host::ProfileHost::open(std::move(profile));
}

Host openProfile(const cli::Invocation& invocation) {
    host::ProfileOptions options;
    options.directory = invocation.profile;
    options.passphraseFile = invocation.passphraseFile;
    Host opened = openHost(std::move(options));
    if (!opened.ok()) {
        const cli::RpcError error = cli::applicationError(opened.error());
        std::fputs(cli::failureText(error).toUtf8().constData(), stderr);
        if (invocation.json && invocation.command != QLatin1String("rpc"))
            std::fputs(cli::jsonLine(cli::failureJson(error)).constData(), stdout);
    } else if ((*opened)->protection() == storage::KeyProtection::KeyFile) {
        std::fputs("recado-cli: warning: this profile's key is kept in a file that only its owner may read; "
                   "a passphrase (--passphrase-file) protects a new profile better\n",
                   stderr);
    }
    return opened;
}

/// Runs a session or command until it has finished, or a signal ends it.
template <typename Task>
int runUntilFinished(Task& task) {
    const host::TerminationSignals signals;
    QObject::connect(&signals, &host::TerminationSignals::arrived, &task, &Task::stop);
    QObject::connect(&task, &Task::finished, QCoreApplication::instance(), &QCoreApplication::exit,
                     Qt::QueuedConnection);
    return QCoreApplication::exec();
}

int serveRpc(const Host& opened) {
    if (!opened.ok()) {
        cli::RpcSession session(opened.error(), STDIN_FILENO, STDOUT_FILENO);
        return runUntilFinished(session);
    }
    cli::RpcSession session((*opened)->client(), STDIN_FILENO, STDOUT_FILENO);
    (*opened)->client().start();
    return runUntilFinished(session);
}

int runCommand(const Host& opened, const cli::Invocation& invocation) {
    if (!opened.ok())
        return 1;
    cli::OneShot command((*opened)->client(), invocation, STDOUT_FILENO);
    (*opened)->client().start();
    QTimer::singleShot(0, &command, &cli::OneShot::run);
    return runUntilFinished(command);
}

} // namespace

int main(int argc, char** argv) {
    // A reader that has gone is an error of write(), not the end of a program with a profile open.
    std::signal(SIGPIPE, SIG_IGN);
    host::forbidCoreDumps();
    keepStandardDescriptorsTaken();
    base::installLogging();
    const QCoreApplication application(argc, argv);
    const auto read = cli::readCommandLine(QCoreApplication::arguments());
    if (const auto* farewell = std::get_if<cli::Farewell>(&read))
        return say(*farewell);
    const auto& invocation = std::get<cli::Invocation>(read);
    const Host opened = openProfile(invocation);
    return invocation.command == QLatin1String("rpc") ? serveRpc(opened) : runCommand(opened, invocation);
}
