#pragma once

#include "app/cli/HeldNotifications.h"
#include "app/cli/StandardOutput.h"
#include "messaging/Client.h"

#include <QObject>

#include <functional>

namespace recado::cli {

/// A client's notifications at the pace of the output's reader. While it is behind they wait here, and the
/// client takes nothing more in, so that what has not arrived yet waits at the relay: neither is memory
/// filled nor anything lost. Main thread.
class PacedNotifications : public QObject {
    Q_OBJECT
public:
    using Say = std::function<void(const QString& method, const QJsonObject& params)>;

    /// Borrows both. `say` writes one notification to the output.
    PacedNotifications(messaging::Client& client, StandardOutput& output, Say say, QObject* parent = nullptr);

    /// Says what waits, however far behind the reader is: for the end.
    void sayAll();

private:
    void forward(const QString& method, const QJsonObject& params);
    void fellBehind();
    void caughtUp();

    messaging::Client& m_client;
    StandardOutput& m_output;
    Say m_say;
    HeldNotifications m_held;
    bool m_holdsIncoming = false;
};

} // namespace recado::cli
