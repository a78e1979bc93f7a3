#pragma once

#include "base/Clock.h"
#include "base/Result.h"
#include "relay/delivery/RelayPolicy.h"
#include "relay/delivery/Router.h"
#include "wire.pb.h"

#include <QHash>
#include <QSet>

#include <mutex>

namespace recado::relay {

/// Who sees whom online. In memory only, never queued, not encrypted (DESIGN section 4).
///
/// Each device says whether it is visible and which accounts may see it. Two accounts see each other while
/// each lists the other and both have a visible device connected; an account that hides sees nobody. An
/// account that leaves and is back within RelayPolicy::presenceGraceMs was never away. Any thread.
class PresenceHub {
public:
    /// Accounts one device may list.
    static constexpr int mostAccounts = 4'096;
    /// Accounts that are away but whose last seen time is remembered.
    static constexpr qsizetype awayKept = 20'000;

    /// Everything is borrowed.
    PresenceHub(const RelayPolicy& policy, Router& router, const base::Clock& clock);

    /// Replaces what the device said before and sends it the state of the accounts it sees from now on.
    /// Errors: InvalidArgument for a malformed or overlong list.
    base::Status set(base::DeviceAddress device, const wire::SetPresence& presence);
    /// The device's connection is gone.
    void disconnected(base::DeviceAddress device);

    /// True when each of the two lists the other, visible or not.
    [[nodiscard]] bool isMutual(const base::AccountId& one, const base::AccountId& other) const;
    /// The connected devices that spoke to this hub.
    [[nodiscard]] QVector<base::DeviceAddress> devices(const base::AccountId& account) const;

    /// Announces who has been away for longer than the grace. Every few hundred milliseconds.
    void tick();

private:
    struct Device {
        bool visible = false;
        QSet<base::AccountId> accounts;
    };
    struct Account {
        QHash<quint32, Device> devices;
        /// Union of what the devices list; what was last said while none is connected.
        QSet<base::AccountId> listed;
        bool online = false; // as announced: the grace included
        /// When the last visible device went (monotonic); nothing while one is there.
        std::optional<qint64> leftAtMs;
        qint64 lastSeenMs = 0; // wall clock; 0 while unknown
    };
    using Audience = QSet<base::AccountId>;

    [[nodiscard]] static bool hasVisibleDevice(const Account& account);
    [[nodiscard]] static bool isAway(const Account& account) {
        return account.devices.isEmpty() && !account.online;
    }
    static void relist(Account& account);
    [[nodiscard]] bool isMutualLocked(const base::AccountId& one, const base::AccountId& other) const;
    [[nodiscard]] Audience audience(const base::AccountId& id) const;
    void announce(const base::AccountId& id, const Audience& before);
    void tell(const base::AccountId& viewer, const base::AccountId& id, bool online, qint64 lastSeenMs);
    void describePeers(base::DeviceAddress viewer);
    void forgetOldest();

    const RelayPolicy& m_policy;
    Router& m_router;
    const base::Clock& m_clock;
    mutable std::mutex m_mutex; // taken before the Router's
    QHash<base::AccountId, Account> m_accounts;
    /// Accounts in their grace.
    QSet<base::AccountId> m_leaving;
    qsizetype m_away = 0; // entries that are only remembered
};

} // namespace recado::relay
