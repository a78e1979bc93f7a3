#pragma once

#include "app/host/ProfileHost.h"
#include "app/platform/SystemKeychain.h"
#include "base/Inbox.h"
#include "ui/shell/ProfileGate.h"

#include <QVector>

#include <functional>
#include <memory>
#include <optional>

class QThread;

namespace recado::desktop {

/// The window's way to a real profile. Keys, database and engine are made ready on threads of their own: the
/// window paints meanwhile.
class HostGate final : public ui::ProfileGate {
    Q_OBJECT
public:
    HostGate(QString directory, QString passphraseFile, QObject* parent = nullptr);
    ~HostGate() override;

    [[nodiscard]] QFuture<base::Result<State>> open() override;
    [[nodiscard]] QFuture<bool> hasKeychain() override;
    [[nodiscard]] QString unusablePassphraseFile() const override { return m_unusablePassphraseFile; }
    [[nodiscard]] QFuture<base::Status> create(const ui::ProtectionChoice& choice) override;
    [[nodiscard]] QFuture<base::Status> unlock(const QString& passphrase) override;
    [[nodiscard]] bool hasRecoveryCode() const override { return m_hasRecoveryCode; }
    [[nodiscard]] QFuture<base::Status> recover(const QString& recoveryCode,
                                                const QString& newPassphrase) override;
    [[nodiscard]] QString unconfirmedRecoveryCode() const override { return m_recoveryCode; }
    void recoveryCodeKept() override;
    [[nodiscard]] messaging::Client* client() override;

private:
    /// Success, or why there is no client.
    using Opened = std::function<void(const base::Status&)>;

    /// Fetches the key and opens the database on a thread; the client appears here.
    void openHost(host::ProfileOptions options, const Opened& opened);
    /// What follows on this thread: the client of a profile that has opened, or the claim of one that waits
    /// for another passphrase. Returns `status`.
    base::Status takeProfile(const base::Status& status);
    /// As openHost(), whose status becomes, by `convert`, the answer of a future.
    template <typename Answer, typename Convert>
    QFuture<Answer> opened(host::ProfileOptions options, Convert convert);
    QFuture<base::Status> opened(host::ProfileOptions options);
    /// Takes the profile for this program before anybody is asked for its passphrase, and keeps it while they
    /// type. ProfileInUse, IoFailed.
    base::Status claim();
    host::ProfileOptions optionsWith(const QString& passphrase, bool keychain);
    /// Runs `task` on a thread of its own and `then` here, unless this object is gone by then.
    void work(std::function<void()> task, base::Inbox::Task then);

    QString m_directory;
    QString m_passphraseFile;
    platform::SystemKeychain m_keychain;
    std::unique_ptr<host::ProfileOpening> m_opening;
    std::unique_ptr<host::ProfileHost> m_host;
    std::optional<storage::ProfileDirectory> m_claim; // while a passphrase is awaited
    QString m_recoveryCode;
    QString m_unusablePassphraseFile;
    bool m_hasRecoveryCode = false;
    QVector<QThread*> m_threads;
    base::Inbox m_inbox;
};

} // namespace recado::desktop
