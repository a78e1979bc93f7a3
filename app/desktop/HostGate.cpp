#include "app/desktop/HostGate.h"

#include "app/host/UnconfirmedCode.h"
#include "app/host/WorkerThread.h"
#include "storage/ProfileKey.h"

#include <QFileInfo>
#include <QPromise>
#include <QThread>

namespace recado::desktop {

namespace {

template <typename T>
QFuture<T> finishedFuture(T value) {
    QPromise<T> promise;
    promise.start();
    promise.addResult(std::move(value));
    promise.finish();
    return promise.future();
}

base::SecretBytes secretOf(const QString& passphrase) {
    QByteArray bytes = passphrase.toUtf8();
    base::SecretBytes secret = base::SecretBytes::copyOf(bytes);
    base::wipe(bytes);
    return secret;
}

} // namespace

HostGate::HostGate(QString directory, QString passphraseFile, QObject* parent)
    : ProfileGate(parent)
    , m_directory(std::move(directory))
    , m_passphraseFile(std::move(passphraseFile)) {}

HostGate::~HostGate() {
    // They borrow the keychain. Each ends by itself: a key is derived in about a second, a keychain has two.
    for (QThread* thread : std::as_const(m_threads)) {
        thread->wait();
        delete thread;
    }
}

messaging::Client* HostGate::client() {
    return m_host ? &m_host->client() : nullptr;
}

void HostGate::work(std::function<void()> task, base::Inbox::Task then) {
    QThread* thread = host::threadFor([this, task = std::move(task), then = std::move(then)] {
                          task();
                          m_inbox.post(then);
                      }).release();
    m_threads.append(thread);
    connect(thread, &QThread::finished, this, [this, thread] {
        m_threads.removeOne(thread);
        thread->deleteLater();
    });
    thread->start();
}

template <typename Answer, typename Convert>
QFuture<Answer> HostGate::opened(host::ProfileOptions options, Convert convert) {
    auto promise = std::make_shared<QPromise<Answer>>();
    promise->start();
    openHost(std::move(options), [promise, convert](const base::Status& status) {
        promise->addResult(convert(status));
        promise->finish();
    });
    return promise->future();
}

QFuture<base::Status> HostGate::opened(host::ProfileOptions options) {
    return opened<base::Status>(std::move(options), [](const base::Status& status) { return status; });
}

host::ProfileOptions HostGate::optionsWith(const QString& passphrase, bool keychain) {
    host::ProfileOptions options;
    options.directory = m_directory;
    if (!passphrase.isEmpty())
        options.passphrase = secretOf(passphrase);
    else if (!keychain)
        options.passphraseFile = m_passphraseFile;
    options.keychain = keychain ? &m_keychain : nullptr;
    options.withRecoveryCode = true;
    options.claimed = std::move(m_claim);
    m_claim.reset();
    return options;
}

base::Status HostGate::claim() {
    if (m_claim)
        return {};
    RECADO_TRY(m_claim, storage::ProfileDirectory::claim(m_directory));
    return {};
}

QFuture<base::Result<ui::ProfileGate::State>> HostGate::open() {
    using Answer = base::Result<State>;
    m_unusablePassphraseFile.clear();
    if (const QFileInfo place(m_directory); place.exists() && !place.isDir())
        return finishedFuture(
            Answer(base::makeError(base::Reason::IoFailed, QStringLiteral("the profile is no directory"))));
    // One small file: not worth a thread.
    const auto info = storage::ProfileKey::protection(m_directory);
    if (!info.ok())
        return finishedFuture(Answer(info.error()));
    m_hasRecoveryCode = info.value() && info.value()->hasRecoveryCode;
    const bool byHand = m_passphraseFile.isEmpty();
    if (!info.value() && byHand)
        return finishedFuture(Answer(State::Missing));
    const bool hasPassphrase = info.value() && storage::hasPassphrase(info.value()->protection);
    const bool hasKeychain = info.value() && storage::hasKeychain(info.value()->protection);
    if (hasPassphrase && !hasKeychain && byHand) {
        const base::Status claimed = claim();
        return finishedFuture(claimed.ok() ? Answer(State::NeedsPassphrase) : Answer(claimed.error()));
    }
    // With both, the passphrase file that was given is the one to use.
    host::ProfileOptions options = optionsWith({}, hasKeychain && (byHand || !hasPassphrase));
    options.withRecoveryCode = info.value().has_value(); // a script that makes a profile reads no window
    return opened<Answer>(std::move(options), [hasPassphrase, byHand](const base::Status& status) {
        if (status.ok())
            return Answer(State::Open);
        const base::Reason reason = status.error().reason;
        if (hasPassphrase && (reason == base::Reason::WrongKey || reason == base::Reason::ProfileLocked))
            return Answer(byHand ? State::NeedsPassphrase : State::WrongPassphrase);
        return Answer(status.error());
    });
}

QFuture<bool> HostGate::hasKeychain() {
    auto promise = std::make_shared<QPromise<bool>>();
    promise->start();
    auto answers = std::make_shared<bool>(false);
    work([this, answers] { *answers = m_keychain.answers(); },
         [promise, answers] {
             promise->addResult(*answers);
             promise->finish();
         });
    return promise->future();
}

QFuture<base::Status> HostGate::create(const ui::ProtectionChoice& choice) {
    return opened(optionsWith(choice.passphrase, choice.keychain));
}

QFuture<base::Status> HostGate::unlock(const QString& passphrase) {
    return opened(optionsWith(passphrase, false));
}

QFuture<base::Status> HostGate::recover(const QString& recoveryCode, const QString& newPassphrase) {
    host::ProfileOptions options = optionsWith(newPassphrase, false);
    options.recoveryCode = recoveryCode;
    return opened(std::move(options));
}

void HostGate::recoveryCodeKept() {
    m_recoveryCode.clear();
    if (const base::Status cleared = host::unconfirmedcode::clear(m_directory); !cleared)
        qWarning("%s", qPrintable(cleared.error().message));
}

void HostGate::openHost(host::ProfileOptions options, const Opened& opened) {
    if (m_opening || m_host) {
        opened(base::makeError(base::Reason::ProfileInUse, QStringLiteral("the profile is open already")));
        return;
    }
    // Ours, not the task's: it ends on this thread, which the client inside belongs to.
    m_opening = std::make_unique<host::ProfileOpening>();
    // Shared, because neither can be copied.
    auto brought = std::make_shared<host::ProfileOptions>(std::move(options));
    auto got = std::make_shared<base::Status>();
    work([opening = m_opening.get(), brought, got] { *got = opening->run(std::move(*brought)); },
         [this, got, opened] { opened(takeProfile(*got)); });
}

base::Status HostGate::takeProfile(const base::Status& status) {
    const auto opening = std::move(m_opening);
    if (!status.ok()) {
        qWarning("the profile does not open: %s", qPrintable(status.error().message));
        if (opening->passphraseFileFailed())
            m_unusablePassphraseFile = m_passphraseFile;
        // Ours until the next attempt; somebody quicker is told of then.
        if (status.error().reason == base::Reason::WrongKey ||
            status.error().reason == base::Reason::ProfileLocked)
            static_cast<void>(claim());
        return status;
    }
    m_host = opening->finish();
    m_recoveryCode = opening->recoveryCode();
    return {};
}

} // namespace recado::desktop
