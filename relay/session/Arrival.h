#pragma once

#include "relay/session/Handshake.h"
#include "relay/session/SessionLink.h"
#include "relay/session/SessionServices.h"

#include <memory>

namespace recado::relay {

/// A connection until it is welcomed: Hello → Challenge → Authenticate → Welcome, or Hello → Challenge →
/// Register → Registered, and nothing more (PROTOCOL.md, "States"). Connection's thread. Held by shared_ptr;
/// pending store operations hold it weakly, so that nothing of it is left once the session is open or gone.
class Arrival : public std::enable_shared_from_this<Arrival> {
public:
    /// The session, as its arrival sees it.
    class Host {
    public:
        virtual ~Host() = default;
        /// A complete frame for the device.
        virtual void answer(const wire::RelayFrame& frame) = 0;
        /// As SessionLink::tlsKeyHash().
        [[nodiscard]] virtual QByteArray tlsKeyHash() const = 0;
        /// The device has proved who it is: from now on the rest of the relay may reach it here.
        virtual void admitted(base::DeviceAddress address, const routing::ListedDevice& device) = 0;
        /// The account's list as it is now. True when the admitted device still stands there as it did.
        [[nodiscard]] virtual bool isStillListed(const routing::DeviceList& list) const = 0;
        /// The last call: `welcome` is sent and the session is open. The arrival may be let go.
        virtual void welcomed(const wire::RelayFrame& welcome) = 0;
        virtual void end(CloseCode code, const char16_t* reason) = 0;
        /// What its address pays for.
        virtual void note(SessionLink::Conduct conduct) = 0;
    };

    /// Everything is borrowed.
    Arrival(Host& host, base::Inbox& inbox, const SessionServices& services);

    /// Any frame that comes before the session is open.
    void handle(const wire::ClientFrame& frame);

    /// The session has ended: what is still pending changes nothing any more.
    void abandon() { m_state = State::Over; }

private:
    enum class State : quint8 {
        Fresh,      // expects Hello
        Challenged, // expects Authenticate or Register
        Working,    // a store is asked; no frame is expected
        Registered, // expects the end
        Over,
    };
    /// What Welcome tells, as the stores answer.
    struct Findings {
        int missing = 0;
        bool failed = false;
        std::optional<AccountRecord> account;
        quint32 prekeys = 0;
        base::SubmissionNumber highestSubmission = 0;
    };

    void hello(const wire::ClientFrame& frame);
    void registerAccount(const wire::ClientFrame& frame);
    void registered(quint64 requestId, wire::RelayFrame answer);
    void authenticate(const wire::ClientFrame& frame);
    void verify(quint64 requestId, const QByteArray& signature,
                const StoreAnswer<std::optional<AccountRecord>>& answer);
    void fail(quint64 requestId);
    void gather(quint64 requestId);
    void found(quint64 requestId);
    [[nodiscard]] wire::RelayFrame welcome(const routing::DeviceList& list) const;

    void complain(quint64 requestId, base::Reason reason, const char16_t* message);
    void end(quint64 requestId, base::Reason reason, const char16_t* message, CloseCode code);
    [[nodiscard]] StoreCall storeCall() const { return StoreCall{&m_inbox}; }

    Host& m_host;
    base::Inbox& m_inbox;
    const SessionServices& m_services;
    Handshake m_handshake;
    State m_state = State::Fresh;
    int m_complaints = 0;   // errors answered
    qint64 m_askedAtMs = 0; // when Authenticate came
    Findings m_findings;
};

} // namespace recado::relay
