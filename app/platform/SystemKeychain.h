#pragma once

#include "storage/Keychain.h"

#include <QObject>

#include <functional>
#include <memory>

namespace QKeychain {
class Job;
}

namespace recado::platform {

/// The desktop's keychain through QtKeychain. The object lives on a thread with an event loop (the UI's),
/// where QtKeychain works; the calls come from other threads and wait at most two seconds each. QtKeychain's
/// unencrypted fallback stays off.
class SystemKeychain final : public QObject, public storage::Keychain {
    Q_OBJECT
public:
    /// The longest a call takes; the answer is Timeout then.
    static constexpr int timeoutMs = 2'000;

    using QObject::QObject;

    [[nodiscard]] QString backend() const override;
    base::Result<std::optional<base::SecretBytes>> read(const QString& entry) override;
    base::Status write(const QString& entry, const base::SecretBytes& secret) override;
    base::Status remove(const QString& entry) override;

    /// Whether a secret can be stored at all: writes one and removes it. Not on the object's thread.
    [[nodiscard]] bool answers();

private:
    struct Outcome;
    using JobMaker = std::function<QKeychain::Job*()>;

    /// Runs the job on the object's thread; nothing when it did not end in time.
    std::shared_ptr<Outcome> run(const JobMaker& make);
};

} // namespace recado::platform
