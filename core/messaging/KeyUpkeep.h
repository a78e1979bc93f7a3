#pragma once

#include "messaging/DeviceKeys.h"
#include "queue/Backoff.h"

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

    /// What the relay has not confirmed is uploaded again, on each connection and within it, until it has.
    void wentOnline(quint32 prekeysRemaining);
    void wentOffline();
    void prekeysLow(quint32 remaining);
    /// All that waited at the relay is read: what it was sealed with may age. Counts for this connection;
    /// calling it again does nothing.
    void caughtUp();
    /// The relay lost its store: every prekey anew and the device list again; `done` once it has both, or
    /// never when the connection is lost before.
    void replaceEverything(std::function<void()> done);

private:
    void uploadWhatIsMissing();
    void upload(int count, bool replace);
    void answered(const base::Status& status, const wire::PrekeyUpload& sent);
    void uploadList();
    void listAnswered(const base::Status& status);
    void tryAgain(const base::Error& error);
    void expireOldThings();

    EngineContext& m_context;
    DeviceKeys& m_keys;
    QTimer m_hourly;
    QTimer m_retry;
    queue::Backoff m_backoff;
    std::function<void()> m_replaced; // set until the relay has every prekey anew, and the list
    bool m_prekeysReplaced = false;   // of the two, the prekeys are there
    quint32 m_remaining = 0;          // one-time prekeys at the relay, as far as is known
    quint64 m_connection = 0;
    bool m_uploading = false;
    bool m_caughtUp = false;
};

} // namespace recado::messaging
