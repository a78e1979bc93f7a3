#pragma once

#include "base/Ids.h"
#include "base/Result.h"
#include "base/SecretBytes.h"
#include "wire.pb.h"

#include <QByteArray>
#include <QString>

#include <functional>
#include <optional>
#include <vector>

namespace recado::messaging {

/// Whom the link connects to, and as whom.
struct LinkAccount {
    QString url; // ws://host:port or wss://…, with or without the path
    base::AccountId account;
    quint32 device = 0;
    base::SecretBytes authSeed; // base::SigningKey::fromSeed
    QByteArray pinnedRelayKey;  // empty: trust the first key that is shown
};

/// What a relay proved to be when it answered.
struct RelayIdentity {
    QByteArray relayKey; // pin it
    QString relayName;
};

struct RegistrationAnswer {
    RelayIdentity relay;
    wire::Registered registered;
};

/// What a link tells its owner; always on the owner's thread, never from within a call to RelayLink.
class RelayLinkListener {
public:
    virtual ~RelayLinkListener() = default;

    virtual void linkConnecting() = 0;
    /// Authenticated; the relay's key is the pinned one, or its verified successor.
    virtual void linkOnline(const wire::Welcome& welcome, const RelayIdentity& relay) = 0;
    /// Called once when the connection is lost, and again when the reason changes. After RelayKeyChanged,
    /// AuthenticationFailed or UnsupportedVersion the link does not try again until connectTo().
    virtual void linkOffline(std::optional<base::Reason> problem) = 0;
    /// Pushes, and the answers to frames whose id is at least RelayLink::listenerIds, in order; all frames of
    /// one WebSocket message together.
    virtual void linkReceived(std::vector<wire::RelayFrame> frames) = 0;
};

/// The connection to the relay as the engine uses it. All methods return at once and are called on the
/// owner's thread; answers come there too, never from within the call.
class RelayLink {
public:
    using Answer = std::function<void(base::Result<wire::RelayFrame>)>;
    using RegistrationDone = std::function<void(base::Result<RegistrationAnswer>)>;

    /// Request ids from here on are the owner's own: their answers go to linkReceived().
    static constexpr quint64 listenerIds = 1ULL << 62;

    virtual ~RelayLink() = default;

    virtual void setListener(RelayLinkListener* listener) = 0;
    /// Connects, authenticates, and keeps doing so until disconnect(). Replaces an earlier target.
    virtual void connectTo(LinkAccount account) = 0;
    virtual void disconnect() = 0;
    /// One connection of its own. `request` comes without signature, which the link makes. Errors: what the
    /// relay answered, RelayKeyChanged, RelayUnreachable, Timeout.
    virtual void registerAccount(LinkAccount account, wire::Register request, RegistrationDone done) = 0;
    /// Several frames leave in one WebSocket message where they fit. Dropped silently while offline.
    virtual void send(std::vector<wire::ClientFrame> frames) = 0;
    /// One question. Errors: the relay's Error as its reason (with the message), RelayUnreachable when the
    /// connection is not there or lost before the answer, Timeout.
    virtual void request(wire::ClientFrame frame, Answer answer) = 0;
};

} // namespace recado::messaging
