#pragma once

#include "messaging/PeerDirectory.h"

namespace recado::messaging {

/// People by their address, and what this person decides about their keys. Engine thread.
class TrustDesk {
public:
    template <typename T>
    using Answer = std::function<void(base::Result<T>)>;
    using Decided = std::function<void(const base::AccountId&)>;

    /// Both are borrowed.
    TrustDesk(EngineContext& context, PeerDirectory& directory);

    /// Called after a decision was committed.
    Decided decided;

    /// The account behind an address or a username of the own relay; asked at the relay unless met before.
    /// Once in a while the relay is asked about a known one too, as it may have become somebody else's; when
    /// it does not answer soon, what is known counts. NotRegistered, InvalidArgument, UnknownRecipient,
    /// RelayUnreachable, RateLimited.
    void resolve(const QString& address, Answer<base::AccountId> done);
    void contact(const QString& address, Answer<Contact> done);
    void setTrust(const QString& address, Trust trust, std::function<void(base::Status)> done);

    /// The same for an account that this profile knows, whoever has its address now. UnknownRecipient.
    base::Result<Contact> contactOf(const base::AccountId& account);
    /// IdentityChanged unless `shownNumber` is still the safety number; empty: whatever it is.
    base::Status setTrustOf(const base::AccountId& account, Trust trust, const QString& shownNumber);

private:
    void check(const QString& address, const QString& username, const base::AccountId& known,
               Answer<base::AccountId> done);
    void checked(const QString& address, const base::AccountId& account, qint64 againInMs);
    base::Status decide(const ContactRecord& contact, Trust trust);

    EngineContext& m_context;
    PeerDirectory& m_directory;
    QHash<QString, qint64> m_checkAtMs; // when the relay is to be asked about an address again
    QHash<QString, std::vector<Answer<base::AccountId>>> m_checking;
    QObject m_timers;
};

} // namespace recado::messaging
