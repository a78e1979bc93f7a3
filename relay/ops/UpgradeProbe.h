#pragma once

#include "relay/ops/Findings.h"

#include <QObject>
#include <QSslError>
#include <QTimer>
#include <QUrl>
#include <QWebSocket>

#include <functional>

namespace recado::relay {

/// Goes the way a client goes: name, certificate, WebSocket upgrade, Hello and Challenge; and finds out
/// whether the relay at its end is this one. On the thread of an event loop.
class UpgradeProbe : public QObject {
    Q_OBJECT
public:
    /// `url` without a path gets the usual one; `relayKey` is this relay's public key. `done` is called once.
    UpgradeProbe(QUrl url, QByteArray relayKey, std::function<void(const Finding&)> done);
    ~UpgradeProbe() override;

    void start();

private:
    void sendHello();
    void readChallenge(const QByteArray& message);
    void failed();
    /// How clients see the certificate, when all else is well.
    [[nodiscard]] Finding judgeCertificate() const;
    void finish(const Finding& finding);

    QUrl m_url;
    const QByteArray m_relayKey;
    QByteArray m_nonce;
    QByteArray m_account;
    QList<QSslError> m_certificateErrors;
    QWebSocket m_socket;
    QTimer m_patience;
    std::function<void(const Finding&)> m_done;
};

} // namespace recado::relay
