#pragma once

#include "messaging/DeviceKeys.h"

#include <QObject>
#include <QTimer>

namespace recado::messaging {

/// Keeps the relay supplied with prekeys, rotates the signed one weekly, and lets old things go. Engine
/// thread.
class KeyUpkeep : public QObject {
    Q_OBJECT
public:
    /// How long signed prekeys, seen base keys and resendable contents outlive the mailbox.
    static constexpr qint64 graceMs = 30LL * 24 * 3'600 * 1'000;

    /// Both are borrowed.
    KeyUpkeep(EngineContext& context, DeviceKeys& keys);

    void wentOnline(quint32 prekeysRemaining);
    void wentOffline();
    void prekeysLow(quint32 remaining);
    /// The relay lost its store: every prekey anew and the device list again; `done` once it has both.
    void replaceEverything(std::function<void()> done);

private:
    void checkDaily();
    void upload(int count, bool replace, std::function<void()> done);
    void expireOldThings();

    EngineContext& m_context;
    DeviceKeys& m_keys;
    QTimer m_daily;
    bool m_uploading = false;
};

} // namespace recado::messaging
