#pragma once

#include "messaging/Client.h"

#include <QFuture>
#include <QObject>
#include <QString>

namespace recado::ui {

/// How a new profile shall be guarded.
struct ProtectionChoice {
    bool keychain = false;
    QString passphrase; // when not in the keychain
};

/// The way from a profile's directory to a running client, as the window needs it; the composition root
/// implements it. Lives on the UI thread; nothing blocks there, every future finishes there.
class ProfileGate : public QObject {
    Q_OBJECT
public:
    enum class State {
        Missing,         // a new profile: create() it
        NeedsPassphrase, // unlock() it
        WrongPassphrase, // as NeedsPassphrase; the one in the passphrase file does not open it
        Open,            // client() is there
    };

    using QObject::QObject;

    /// Opens the profile when that needs nobody. The reasons a profile cannot be opened at all are errors.
    [[nodiscard]] virtual QFuture<base::Result<State>> open() = 0;
    /// Whether the system offers a keychain that answers.
    [[nodiscard]] virtual QFuture<bool> hasKeychain() = 0;
    /// After open() failed: the passphrase file that is missing, unreadable or empty; empty when that is not
    /// the reason.
    [[nodiscard]] virtual QString unusablePassphraseFile() const = 0;
    /// Open afterwards, with a recovery code that nobody has seen yet. ProfileInUse, StorageFailed, IoFailed
    /// and Timeout (the disk, or the keychain where that was chosen).
    [[nodiscard]] virtual QFuture<base::Status> create(const ProtectionChoice& choice) = 0;
    /// Open afterwards. WrongKey.
    [[nodiscard]] virtual QFuture<base::Status> unlock(const QString& passphrase) = 0;
    /// After open(): whether recover() has a chance.
    [[nodiscard]] virtual bool hasRecoveryCode() const = 0;
    /// Open afterwards, and from then on guarded by the new passphrase; the code stays valid. WrongKey.
    [[nodiscard]] virtual QFuture<base::Status> recover(const QString& recoveryCode,
                                                        const QString& newPassphrase) = 0;
    /// While open: the recovery code that is to be shown until the person says that it is kept; empty: none.
    /// It is stored nowhere. A start that ends before recoveryCodeKept() is remembered: the next one has a
    /// new code here, and the older one counts no more.
    [[nodiscard]] virtual QString unconfirmedRecoveryCode() const = 0;
    /// The person says that it is kept.
    virtual void recoveryCodeKept() = 0;
    /// Null unless open.
    [[nodiscard]] virtual messaging::Client* client() = 0;
};

} // namespace recado::ui
