#include "app/platform/SystemKeychain.h"

#include <QThread>
#include <qt6keychain/keychain.h>

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace recado::platform {

namespace {

const QString serviceName = QStringLiteral("Recado");
const QString probeEntry = QStringLiteral("recado-probe");

base::Error keychainError(QKeychain::Error error) {
    return base::makeError(base::Reason::IoFailed,
                           QStringLiteral("the keychain answered with error %1").arg(int(error)));
}

base::Error keychainTimeout() {
    return base::makeError(base::Reason::Timeout, QStringLiteral("the keychain did not answer in time"));
}

} // namespace

/// What a job brought; shared, because the waiting side may have given up before the job ends.
struct SystemKeychain::Outcome {
    std::mutex mutex;
    std::condition_variable ended;
    bool over = false;
    QKeychain::Error error = QKeychain::NoError;
    QByteArray data;

    ~Outcome() { base::wipe(data); }
};

QString SystemKeychain::backend() const {
#if defined(Q_OS_WIN)
    return QStringLiteral("windows-credentials");
#elif defined(Q_OS_MACOS)
    return QStringLiteral("macos-keychain");
#else
    // QtKeychain's own rule: the wallet on Plasma, the secret service elsewhere.
    const QString desktop = qEnvironmentVariable("XDG_CURRENT_DESKTOP");
    return desktop.contains(QLatin1String("KDE")) ? QStringLiteral("kwallet")
                                                  : QStringLiteral("secret-service");
#endif
}

std::shared_ptr<SystemKeychain::Outcome> SystemKeychain::run(const JobMaker& make) {
    Q_ASSERT(QThread::currentThread() != thread());
    auto outcome = std::make_shared<Outcome>();
    QMetaObject::invokeMethod(
        this,
        [this, make, outcome] {
            QKeychain::Job* job = make();
            job->setInsecureFallback(false);
            connect(job, &QKeychain::Job::finished, this, [outcome](QKeychain::Job* done) {
                const std::lock_guard lock(outcome->mutex);
                outcome->error = done->error();
                if (auto* reading = qobject_cast<QKeychain::ReadPasswordJob*>(done))
                    outcome->data = reading->binaryData();
                outcome->over = true;
                outcome->ended.notify_one();
            });
            job->start();
        },
        Qt::QueuedConnection);
    std::unique_lock lock(outcome->mutex);
    const bool over = outcome->ended.wait_for(lock, std::chrono::milliseconds(timeoutMs),
                                              [&outcome] { return outcome->over; });
    return over ? outcome : nullptr;
}

base::Result<std::optional<base::SecretBytes>> SystemKeychain::read(const QString& entry) {
    const auto outcome = run([entry] {
        auto* job = new QKeychain::ReadPasswordJob(serviceName);
        job->setKey(entry);
        return job;
    });
    if (!outcome)
        return keychainTimeout();
    if (outcome->error == QKeychain::EntryNotFound)
        return std::optional<base::SecretBytes>();
    if (outcome->error != QKeychain::NoError)
        return keychainError(outcome->error);
    return std::optional<base::SecretBytes>(base::SecretBytes::copyOf(outcome->data));
}

base::Status SystemKeychain::write(const QString& entry, const base::SecretBytes& secret) {
    const auto outcome = run([entry, copy = secret.view().toByteArray()] {
        auto* job = new QKeychain::WritePasswordJob(serviceName);
        job->setKey(entry);
        job->setBinaryData(copy);
        return job;
    });
    if (!outcome)
        return keychainTimeout();
    if (outcome->error != QKeychain::NoError)
        return keychainError(outcome->error);
    return {};
}

base::Status SystemKeychain::remove(const QString& entry) {
    const auto outcome = run([entry] {
        auto* job = new QKeychain::DeletePasswordJob(serviceName);
        job->setKey(entry);
        return job;
    });
    if (!outcome)
        return keychainTimeout();
    if (outcome->error != QKeychain::NoError && outcome->error != QKeychain::EntryNotFound)
        return keychainError(outcome->error);
    return {};
}

bool SystemKeychain::answers() {
    // Reading proves nothing: a locked keyring without anybody to unlock it says "not found".
    return write(probeEntry, base::SecretBytes::random(16)).ok() && remove(probeEntry).ok();
}

} // namespace recado::platform
