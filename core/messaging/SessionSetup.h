#pragma once

#include "messaging/PeerDirectory.h"

#include <QHash>

namespace recado::messaging {

/// Makes sure that there is a session with every device of an account before anything is sealed for it:
/// verified list, bundles, verified signed prekeys. Of the own account it means every other device. Engine
/// thread.
class SessionSetup {
public:
    using Done = std::function<void(base::Status)>;

    /// Both are borrowed.
    SessionSetup(EngineContext& context, PeerDirectory& directory);

    /// True when sealing for `contact` needs nothing from the relay.
    base::Result<bool> isReady(const ContactRecord& contact);

    /// The same for the own account's other devices; true when there are none.
    base::Result<bool> areOwnDevicesReady();

    /// Fetches what is missing; `refetch` asks for the list even when one is known. Questions for one account
    /// are asked once. IdentityChanged, UnknownRecipient, RelayUnreachable, CryptoFailed, NoSession.
    void prepare(const base::AccountId& account, bool refetch, Done done);

private:
    void fetchBundles(const base::AccountId& account);
    base::Result<QVector<quint32>> devicesWithoutSession(const base::AccountId& account);
    base::Status startSessions(const base::AccountId& account, const wire::Bundles& bundles);
    void finish(const base::AccountId& account, const base::Status& status);

    EngineContext& m_context;
    PeerDirectory& m_directory;
    QHash<base::AccountId, std::vector<Done>> m_waiting;
};

} // namespace recado::messaging
