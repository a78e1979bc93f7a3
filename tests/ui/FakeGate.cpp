#include "ui/FakeGate.h"

#include <QPromise>

namespace recado::tests {

namespace {

template <typename T>
QFuture<T> readyFuture(T value) {
    QPromise<T> promise;
    promise.start();
    promise.addResult(std::move(value));
    promise.finish();
    return promise.future();
}

} // namespace

QFuture<base::Result<ui::ProfileGate::State>> FakeGate::open() {
    using Opened = base::Result<State>;
    if (openFailure)
        return readyFuture(Opened(base::makeError(*openFailure, QStringLiteral("scripted"))));
    return readyFuture(Opened(state));
}

QFuture<bool> FakeGate::hasKeychain() {
    return readyFuture(keychain);
}

QFuture<base::Status> FakeGate::create(const ui::ProtectionChoice& choice) {
    created.append(choice);
    if (createFailure)
        return readyFuture(base::Status(base::makeError(*createFailure, QStringLiteral("scripted"))));
    state = State::Open;
    unconfirmedCode = recoveryCode;
    return readyFuture(base::Status());
}

QFuture<base::Status> FakeGate::recover(const QString& code, const QString& newPassphrase) {
    if (code != recoveryCode)
        return readyFuture(base::Status(base::makeError(base::Reason::WrongKey, QStringLiteral("scripted"))));
    passphrase = newPassphrase;
    state = State::Open;
    return readyFuture(base::Status());
}

QFuture<base::Status> FakeGate::unlock(const QString& attempt) {
    if (attempt != passphrase)
        return readyFuture(base::Status(base::makeError(base::Reason::WrongKey, QStringLiteral("scripted"))));
    state = State::Open;
    return readyFuture(base::Status());
}

messaging::Client* FakeGate::client() {
    return state == State::Open ? &fake : nullptr;
}

} // namespace recado::tests
