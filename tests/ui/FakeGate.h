#pragma once

#include "support/FakeClient.h"
#include "ui/shell/ProfileGate.h"

namespace recado::tests {

/// A ProfileGate whose profile is as a test says, with a FakeClient behind it.
class FakeGate final : public ui::ProfileGate {
    Q_OBJECT
public:
    using ui::ProfileGate::ProfileGate;

    FakeClient fake;
    State state = State::Open;
    bool keychain = false;
    QString passphrase = QStringLiteral("correct horse");
    std::optional<base::Reason> openFailure;
    std::optional<base::Reason> createFailure;
    /// What create() was asked for.
    QVector<ui::ProtectionChoice> created;
    /// What create() makes and recover() wants; empty: the profile has none.
    QString recoveryCode;
    /// What is still to be shown.
    QString unconfirmedCode;
    QString badPassphraseFile;

    [[nodiscard]] QFuture<base::Result<State>> open() override;
    [[nodiscard]] QFuture<bool> hasKeychain() override;
    [[nodiscard]] QString unusablePassphraseFile() const override { return badPassphraseFile; }
    [[nodiscard]] QFuture<base::Status> create(const ui::ProtectionChoice& choice) override;
    [[nodiscard]] QFuture<base::Status> unlock(const QString& attempt) override;
    [[nodiscard]] bool hasRecoveryCode() const override { return !recoveryCode.isEmpty(); }
    [[nodiscard]] QFuture<base::Status> recover(const QString& code, const QString& newPassphrase) override;
    [[nodiscard]] QString unconfirmedRecoveryCode() const override { return unconfirmedCode; }
    void recoveryCodeKept() override { unconfirmedCode.clear(); }
    [[nodiscard]] messaging::Client* client() override;
};

} // namespace recado::tests
