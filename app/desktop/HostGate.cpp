#include "app/desktop/HostGate.h"

#include "storage/ProfileKey.h"

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
    QThread* thread = QThread::create([this, task = std::move(task), then = std::move(then)] {
        task();
        m_inbox.post(then);
    });
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
    openHost(std::move(options), [promise, convert](const base::Result<QString>& result) {
        promise->addResult(convert(result));
        promise->finish();
    });
    return promise->future();
}

host::ProfileOptions HostGate::optionsWith(const QString& passphrase, bool keychain) {
    host::ProfileOptions options;
    options.directory = m_directory;
    if (!passphrase.isEmpty())
        options.passphrase = secretOf(passphrase);
    else if (!keychain)
        options.passphraseFile = m_passphraseFile;
    options.keychain = keychain ? &m_keychain : nullptr;
    return options;
}

QFuture<base::Result<ui::ProfileGate::State>> HostGate::open() {
    using Answer = base::Result<State>;
    // One small file: not worth a thread.
    const auto info = storage::ProfileKey::protection(m_directory);
    if (!info.ok())
        return finishedFuture(Answer(info.error()));
    m_hasRecoveryCode = info.value() && info.value()->hasRecoveryCode;
    const bool byHand = m_passphraseFile.isEmpty();
    if (!info.value() && byHand)
        return finishedFuture(Answer(State::Missing));
    if (info.value() && info.value()->protection == storage::KeyProtection::Passphrase && byHand)
        return finishedFuture(Answer(State::NeedsPassphrase));
    const bool keychain = info.value() && info.value()->protection == storage::KeyProtection::Keychain;
    return opened<Answer>(optionsWith({}, keychain), [](const base::Result<QString>& result) {
        return result.ok() ? Answer(State::Open) : Answer(result.error());
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

QFuture<base::Result<QString>> HostGate::create(const ui::ProtectionChoice& choice) {
    host::ProfileOptions options = optionsWith(choice.passphrase, choice.keychain);
    options.withRecoveryCode = true;
    return opened<base::Result<QString>>(std::move(options), [](const auto& result) { return result; });
}

QFuture<base::Status> HostGate::unlock(const QString& passphrase) {
    return openedExisting(optionsWith(passphrase, false));
}

QFuture<base::Status> HostGate::recover(const QString& recoveryCode, const QString& newPassphrase) {
    host::ProfileOptions options = optionsWith(newPassphrase, false);
    options.recoveryCode = recoveryCode;
    return openedExisting(std::move(options));
}

QFuture<base::Status> HostGate::openedExisting(host::ProfileOptions options) {
    return opened<base::Status>(std::move(options), [](const base::Result<QString>& result) {
        return result.ok() ? base::Status() : base::Status(result.error());
    });
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

base::Result<QString> HostGate::takeProfile(const base::Status& status) {
    const auto opening = std::move(m_opening);
    if (!status.ok())
        return status.error();
    m_host = opening->finish();
    return opening->recoveryCode();
}

} // namespace recado::desktop
