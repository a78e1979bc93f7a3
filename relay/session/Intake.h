#pragma once

#include "base/Ids.h"
#include "base/Inbox.h"
#include "protocol/FrameMemory.h"
#include "relay/session/SessionLink.h"
#include "relay/session/SessionServices.h"
#include "relay/session/WorkPrice.h"

#include <QByteArray>

#include <deque>
#include <memory>

namespace recado::relay {

/// What one connection sends, taken in at a pace that leaves the others their turn: after
/// RelayPolicy::workPerPass units, or less when many are busy, the rest waits for the next pass of the loop,
/// and when the account has used up its WorkBudget, until it has earned more. Meanwhile the connection is not
/// read, so that a fast sender waits in its own system: nothing is refused and nothing piles up here.
/// Connection's thread.
class Intake {
public:
    /// The session, as its intake sees it. Its end (stop()) may come within any call.
    class Host {
    public:
        virtual ~Host() = default;
        virtual void take(const wire::ClientFrame& frame) = 0;
        /// The message is none of this protocol's.
        virtual void refuse(const base::Error& error) = 0;
        /// Calls endPass() in the next turn of this thread's loop, …
        virtual void nextPass() = 0;
        /// … or endPause() after so long; neither once the session is over.
        virtual void later(qint64 delayMs) = 0;
    };

    /// Everything is borrowed.
    Intake(Host& host, SessionLink& link, protocol::FrameMemory& frames, const SessionServices& services);

    /// One message.
    void add(const QByteArray& message);
    void endPass();
    void endPause();
    /// From now on this account pays.
    void setPayer(base::AccountId account) { m_payer = account; }
    /// The session is over: what waits is dropped.
    void stop();

private:
    /// A message that is not worked off yet.
    struct Waiting {
        QByteArray message;
        qsizetype offset = 0;
    };

    enum class Pause : quint8 {
        None,
        Pass, // this pass has had enough of this connection
        Debt, // the account is in debt
    };

    [[nodiscard]] bool checkShape(const QByteArray& message);
    /// Frames of the message until it is used up (true), or the pass or the budget is (false).
    bool work(Waiting& message);
    /// Accounts for a frame; pauses when that was the last for now.
    void pay(const WorkPrice& price);
    void resume();

    Host& m_host;
    SessionLink& m_link;
    protocol::FrameMemory& m_frames;
    const SessionServices& m_services;
    base::AccountId m_payer;
    qint64 m_credit = 0; // units paid for in advance
    qint64 m_passUnits = 0;
    quint64 m_pass = 0; // the thread's pass in which its end was asked for
    bool m_stopped = false;
    bool m_passEndAsked = false;
    Pause m_pause = Pause::None;
    std::unique_ptr<std::deque<Waiting>> m_waiting; // only while something does
    qint64 m_waitingBytes = 0;
};

} // namespace recado::relay
