#include "app/desktop/HostGate.h"

#include "storage/ProfileKey.h"

#include <QPromise>
#include <QThread>

namespace recado::desktop {

using host::UnlockedProfile;

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

void HostGate::work(std::function<void()> task) {
    QThread* thread = QThread::create(std::move(task));
    m_threads.append(thread);
    connect(thread, &QThread::finished, this, [this, thread] {
        m_threads.removeOne(thread);
        thread->deleteLater();
    });
    thread->start();
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
    using Opened = base::Result<State>;
    // One small file: not worth a thread.
    const auto info = storage::ProfileKey::protection(m_directory);
    if (!info.ok())
        return finishedFuture(Opened(info.error()));
    const bool byHand = m_passphraseFile.isEmpty();
    if (!info.value() && byHand)
        return finishedFuture(Opened(State::Missing));
    if (info.value() && info.value()->protection == storage::KeyProtection::Passphrase && byHand)
        return finishedFuture(Opened(State::NeedsPassphrase));
    const bool keychain = info.value() && info.value()->protection == storage::KeyProtection::Keychain;
    return openHost(optionsWith({}, keychain)).then(this, [](const base::Status& status) {
        return status.ok() ? Opened(State::Open) : Opened(status.error());
    });
}

QFuture<bool> HostGate::hasKeychain() {
    auto promise = std::make_shared<QPromise<bool>>();
    promise->start();
    work([this, promise] {
        promise->addResult(m_keychain.answers());
        promise->finish();
    });
    // Over to this thread.
    return promise->future().then(this, [](bool there) { return there; });
}

QFuture<base::Status> HostGate::create(const ui::ProtectionChoice& choice) {
    return openHost(optionsWith(choice.passphrase, choice.keychain));
}

QFuture<base::Status> HostGate::unlock(const QString& passphrase) {
    return openHost(optionsWith(passphrase, false));
}

QFuture<base::Status> HostGate::openHost(host::ProfileOptions options) {
    // Shared, because neither the options nor an unlocked profile can be copied.
    auto brought = std::make_shared<host::ProfileOptions>(std::move(options));
    auto got = std::make_shared<std::optional<base::Result<UnlockedProfile>>>();
    auto promise = std::make_shared<QPromise<void>>();
    promise->start();
    work([brought, got, promise] {
        got->emplace(UnlockedProfile::unlock(std::move(*brought)));
        promise->finish();
    });
    return promise->future().then(this, [this, got]() -> base::Status {
        RECADO_TRY(UnlockedProfile profile, std::move(**got));
        RECADO_TRY(m_host, host::ProfileHost::open(std::move(profile)));
        return {};
    });
}

} // namespace recado::desktop
