#pragma once

#include "app/host/ProfileHost.h"
#include "app/platform/SystemKeychain.h"
#include "ui/shell/ProfileGate.h"

#include <QVector>

#include <functional>
#include <memory>

class QThread;

namespace recado::desktop {

/// The window's way to a real profile: keys are fetched on a thread of their own, the engine is built when
/// they are there.
class HostGate final : public ui::ProfileGate {
    Q_OBJECT
public:
    HostGate(QString directory, QString passphraseFile, QObject* parent = nullptr);
    ~HostGate() override;

    [[nodiscard]] QFuture<base::Result<State>> open() override;
    [[nodiscard]] QFuture<bool> hasKeychain() override;
    [[nodiscard]] QFuture<base::Status> create(const ui::ProtectionChoice& choice) override;
    [[nodiscard]] QFuture<base::Status> unlock(const QString& passphrase) override;
    [[nodiscard]] messaging::Client* client() override;

private:
    /// Fetches the key on a thread, then builds the engine here.
    QFuture<base::Status> openHost(host::ProfileOptions options);
    host::ProfileOptions optionsWith(const QString& passphrase, bool keychain);
    void work(std::function<void()> task);

    QString m_directory;
    QString m_passphraseFile;
    platform::SystemKeychain m_keychain;
    std::unique_ptr<host::ProfileHost> m_host;
    QVector<QThread*> m_threads;
};

} // namespace recado::desktop
