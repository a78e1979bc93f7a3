#pragma once

#include "messaging/PeerDirectory.h"
#include "queue/Backoff.h"

#include <QObject>

namespace recado::messaging {

/// Senders whose envelopes wait in quarantine because the relay could not be asked about them: asks again,
/// more and more patiently, on every new connection and after a restart, until there is an answer. Engine
/// thread.
class SenderLookUps : public QObject {
    Q_OBJECT
public:
    /// Asked about at the same time, so that many strangers do not use up what the relay allows.
    static constexpr int atOnce = 8;
    static constexpr qint64 longestWaitMs = 300'000;

    /// Both are borrowed.
    SenderLookUps(EngineContext& context, PeerDirectory& directory);

    /// The relay has said who the account is, or that there is none. Outside any work.
    std::function<void(const base::AccountId&)> answered;

    /// Whether asking again would change nothing.
    static bool isFinal(const base::Result<base::AccountId>& answer);

    void wentOnline();
    void wentOffline();
    /// An envelope of this account was put aside: asks, but not within `atLeastMs`.
    void add(const base::AccountId& account, qint64 atLeastMs);
    /// Nothing of it is left.
    void remove(const base::AccountId& account);
    [[nodiscard]] bool contains(const base::AccountId& account) const { return m_senders.contains(account); }

private:
    struct Sender {
        queue::Backoff backoff;
        qint64 dueAtMs = 0;
        bool asking = false;
    };

    void askDue();
    void take(const base::AccountId& account, const base::Result<base::AccountId>& answer);

    EngineContext& m_context;
    PeerDirectory& m_directory;
    QHash<base::AccountId, Sender> m_senders;
    QTimer m_timer;
    quint64 m_connection = 0;
};

} // namespace recado::messaging
