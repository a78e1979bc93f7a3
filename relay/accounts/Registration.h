#pragma once

#include "base/Clock.h"
#include "protocol/AuthTranscript.h"
#include "queue/TokenBucket.h"
#include "relay/delivery/Directory.h"
#include "relay/delivery/FrameAnswer.h"
#include "relay/delivery/RelayMetrics.h"
#include "relay/delivery/RelayPolicy.h"
#include "relay/delivery/Router.h"
#include "relay/delivery/Submitter.h"

#include <memory>
#include <mutex>

namespace recado::relay {

/// Who may register.
enum class RegistrationMode { Open, Invite, Closed };

/// Opens accounts, and gives back those whose devices are lost. Any thread; remembers nobody, so that
/// repeating a registration whose answer was lost succeeds again (same account, username, device list and
/// key). Held by shared_ptr; pending store operations hold it weakly.
class Registration : public std::enable_shared_from_this<Registration> {
public:
    struct Parts {
        Directory* directory = nullptr;
        Router* router = nullptr;
        Submitter* submitter = nullptr;
        RelayMetrics* metrics = nullptr;
        const base::Clock* clock = nullptr;
    };

    /// Everything is borrowed.
    Registration(const RelayPolicy& policy, RegistrationMode mode, QString relayName, Parts parts);

    /// Answers Registered or an Error: registration_closed, invalid_argument (a name, list or key that is not
    /// well-formed), authentication_failed (the signature is not by the listed device's key), invalid_invite,
    /// username_taken (also for look-alikes and reserved names), already_registered, rate_limited (too many
    /// strangers at once), busy. With a recovery invitation the account is there already, however strangers
    /// are treated: the answer is Registered, or invalid_invite for whatever does not fit, and the account's
    /// old connections end. `transcript` is that of the connection, `requested` the frame as it came.
    void registerAccount(const protocol::AuthTranscript& transcript, const wire::Register& requested,
                         StoreCall call, FrameAnswer answer);

private:
    /// Milliseconds until the relay takes another one; 0 takes it.
    qint64 takeTurn();
    [[nodiscard]] base::Result<NewAccount> read(const protocol::AuthTranscript& transcript,
                                                const wire::Register& requested) const;
    void recover(NewAccount account, const std::string& invite, StoreCall call, FrameAnswer answer);
    [[nodiscard]] wire::RelayFrame recovered(const NewAccount& account,
                                             const StoreAnswer<RecoveryOutcome>& answer) const;
    [[nodiscard]] wire::RelayFrame registered(const NewAccount& account) const;
    [[nodiscard]] wire::RelayFrame toFrame(const NewAccount& wanted,
                                           const StoreAnswer<RegistrationAnswer>& answer) const;

    const RelayPolicy& m_policy;
    const RegistrationMode m_mode;
    const QString m_relayName;
    const Parts m_parts;
    std::mutex m_mutex;
    queue::TokenBucket m_rate;
};

/// What a device signs to register: the transcript, then the SHA-256 of the Register without its signature.
QByteArray registrationMessage(const protocol::AuthTranscript& transcript, const wire::Register& requested);

/// SHA-256 of an invitation's token, as the directory knows it.
QByteArray invitationHash(const std::string& token);

} // namespace recado::relay
