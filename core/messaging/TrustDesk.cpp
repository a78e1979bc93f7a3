#include "messaging/TrustDesk.h"

#include "crypto/SafetyNumber.h"
#include "messaging/ConversationIds.h"
#include "routing/Address.h"

namespace recado::messaging {

using base::makeError;
using base::Reason;

namespace {

/// After a question about a known address that the relay did not answer.
constexpr qint64 checkAgainMs = 600'000;

bool isDecision(Trust trust) {
    return trust == Trust::Verified || trust == Trust::Unverified;
}

base::Error notADecision() {
    return makeError(Reason::InvalidArgument, QStringLiteral("trust is verified or unverified"));
}

} // namespace

TrustDesk::TrustDesk(EngineContext& context, PeerDirectory& directory)
    : m_context(context)
    , m_directory(directory) {}

void TrustDesk::resolve(const QString& address, Answer<base::AccountId> done) {
    if (!m_context.state.isRegistered())
        return done(makeError(Reason::NotRegistered, QStringLiteral("this profile has no account yet")));
    const OwnAccount& own = *m_context.state.account;
    const auto parsed = routing::Address::parse(address, own.relayName);
    if (!parsed)
        return done(parsed.error());
    if (*parsed == routing::Address{own.username, own.relayName})
        return done(makeError(Reason::InvalidArgument, QStringLiteral("that is this account")));
    if (parsed->relayName != own.relayName)
        return done(makeError(Reason::UnknownRecipient, QStringLiteral("that is another relay's address")));
    const auto known = m_context.stores.contacts.contactByAddress(parsed->toString());
    if (!known)
        return done(known.error());
    const QString full = parsed->toString();
    if (*known && (*known)->deviceListVersion != 0) {
        const qint64 now = m_context.clock.monotonicMs();
        if (!m_context.state.online || now < m_checkAtMs.value(full, now))
            return done((*known)->account);
        return check(full, parsed->username, (*known)->account, std::move(done));
    }
    m_directory.findByUsername(
        parsed->username, [this, full, done = std::move(done)](const base::Result<base::AccountId>& found) {
            if (found)
                m_checkAtMs[full] = m_context.clock.monotonicMs() + m_context.timing.addressFreshMs;
            done(found);
        });
}

void TrustDesk::check(const QString& address, const QString& username, const base::AccountId& known,
                      Answer<base::AccountId> done) {
    // Asked together, answered together: what was asked first may not fall behind.
    auto& waiting = m_checking[address];
    waiting.push_back(std::move(done));
    if (waiting.size() > 1)
        return;
    QTimer::singleShot(m_context.timing.addressCheckMs, &m_timers,
                       [this, address, known] { checked(address, known, checkAgainMs); });
    m_directory.findByUsername(username, [this, address, known](const base::Result<base::AccountId>& found) {
        if (found)
            checked(address, *found, m_context.timing.addressFreshMs);
        else
            checked(address, known, checkAgainMs);
    });
}

void TrustDesk::checked(const QString& address, const base::AccountId& account, qint64 againInMs) {
    const auto waiting = m_checking.take(address);
    if (waiting.empty())
        return; // too late: answered with what was known
    m_checkAtMs[address] = m_context.clock.monotonicMs() + againInMs;
    for (const Answer<base::AccountId>& done : waiting)
        done(account);
}

void TrustDesk::contact(const QString& address, Answer<Contact> done) {
    resolve(address, [this, done = std::move(done)](const base::Result<base::AccountId>& account) {
        if (!account)
            return done(account.error());
        done(contactOf(*account));
    });
}

base::Result<Contact> TrustDesk::contactOf(const base::AccountId& account) {
    if (!m_context.state.isRegistered())
        return makeError(Reason::NotRegistered, QStringLiteral("this profile has no account yet"));
    RECADO_TRY(const std::optional<ContactRecord> record, m_context.stores.contacts.contact(account));
    if (!record || account == m_context.ownAccount())
        return makeError(Reason::UnknownRecipient, QStringLiteral("nobody of that name is known here"));
    Contact contact;
    contact.person = personOf(*record);
    contact.trust = record->identity.trust;
    // The key that is to be compared is the one the other side uses now.
    QByteArray key = record->identity.pending;
    if (key.isEmpty())
        key = record->identity.trusted;
    if (key.isEmpty() && record->deviceListVersion != 0) {
        RECADO_TRY(const routing::DeviceList list, PeerDirectory::listOf(*record));
        key = list.identityKey;
    }
    if (key.isEmpty())
        return contact;
    RECADO_TRY(contact.safetyNumber,
               crypto::safetyNumber(m_context.ownAccount(), m_context.state.account->identity.publicKey,
                                    account, key));
    return contact;
}

void TrustDesk::setTrust(const QString& address, Trust trust, std::function<void(base::Status)> done) {
    if (!isDecision(trust))
        return done(notADecision());
    resolve(address, [this, trust, done = std::move(done)](const base::Result<base::AccountId>& account) {
        if (!account)
            return done(account.error());
        done(setTrustOf(*account, trust, {}));
    });
}

base::Status TrustDesk::setTrustOf(const base::AccountId& account, Trust trust, const QString& shownNumber) {
    if (!isDecision(trust))
        return notADecision();
    RECADO_CHECK(inWork(m_context, [&]() -> base::Status {
        RECADO_TRY(const Contact now, contactOf(account));
        if (!shownNumber.isEmpty() && shownNumber != now.safetyNumber)
            return makeError(Reason::IdentityChanged, QStringLiteral("the key changed once more meanwhile"));
        RECADO_TRY(const std::optional<ContactRecord> contact, m_context.stores.contacts.contact(account));
        return decide(*contact, trust);
    }));
    if (decided)
        decided(account);
    return {};
}

base::Status TrustDesk::decide(const ContactRecord& contact, Trust trust) {
    IdentityRecord identity = contact.identity;
    if (!identity.pending.isEmpty()) {
        identity.trusted = std::exchange(identity.pending, {});
    } else if (identity.trusted.isEmpty()) {
        RECADO_TRY(const routing::DeviceList list, PeerDirectory::listOf(contact));
        identity.trusted = list.identityKey;
    }
    identity.trust = trust;
    m_context.changes.conversationChanged(directConversationId(m_context.ownAccount(), contact.account));
    return m_context.stores.contacts.setIdentity(contact.account, identity);
}

} // namespace recado::messaging
