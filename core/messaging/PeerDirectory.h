#pragma once

#include "messaging/EngineContext.h"
#include "routing/DeviceList.h"

#include <QHash>
#include <QTimer>

#include <functional>
#include <vector>

namespace recado::messaging {

/// Other accounts as the relay names them, believed only as far as their own signatures reach: looks them up,
/// verifies their device lists, and notices when an identity key changed. Engine thread.
class PeerDirectory {
public:
    using Found = std::function<void(base::Result<base::AccountId>)>;

    /// The context is borrowed.
    explicit PeerDirectory(EngineContext& context);

    /// Called after a list or an identity of that account changed, outside any work.
    std::function<void(const base::AccountId&)> peerChanged;

    /// How long a question waits for a connection that is being made.
    static constexpr int linkWaitMs = 5'000;

    /// Asks the relay for a name of its own, as soon as it is there. UnknownRecipient, RateLimited,
    /// RelayUnreachable, CryptoFailed.
    void findByUsername(const QString& username, Found done);
    /// Questions that waited are asked, or fail when there is no hope.
    void wentOnline();
    void wentOffline(bool hopeless);
    /// Asks the relay for the newest list of an account, also of the own one; questions for one account are
    /// asked once.
    void fetch(const base::AccountId& account, Found done);

    /// Inside a work: takes a list in if its signature holds and it is no older than the one known. Another
    /// identity key than the trusted one becomes the contact's pending one; so does the key of an account
    /// that got the address of another one known here. The own account's list must be of the own identity.
    /// `username` may be empty. MalformedFrame, CryptoFailed (signature, account, own identity), StaleDevices
    /// (older, or another of the same version).
    base::Status takeIn(const base::AccountId& account, const wire::SignedDeviceList& list,
                        const QString& username);

    /// The verified list of a contact; NoSession when none is known yet.
    static base::Result<routing::DeviceList> listOf(const ContactRecord& contact);

private:
    void ask(wire::GetAccount question, Found done);
    base::Status takeInOwn(const routing::DeviceList& list, const routing::SignedDeviceList& bytes);
    base::Status replaceList(ContactRecord& contact, const routing::DeviceList& list,
                             const routing::SignedDeviceList& bytes);
    base::Result<std::optional<ContactRecord>> knownHolder(const QString& address,
                                                           const base::AccountId& except);
    base::Status warnOfNewHolder(const ContactRecord& contact, const ContactRecord& before,
                                 const QByteArray& identityKey);
    base::Status noticeIdentity(const ContactRecord& contact, const QByteArray& identityKey);

    struct Waiting {
        QString username;
        Found done;
    };

    EngineContext& m_context;
    QHash<base::AccountId, std::vector<Found>> m_fetching;
    std::vector<Waiting> m_waiting;
    QTimer m_patience;
    bool m_hopeless = false;
};

} // namespace recado::messaging
