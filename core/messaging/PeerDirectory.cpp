#include "messaging/PeerDirectory.h"

#include "crypto/Keys.h"
#include "messaging/ConversationIds.h"
#include "messaging/ProfileValues.h"
#include "protocol/FrameCodec.h"
#include "routing/Address.h"

namespace recado::messaging {

using base::makeError;
using base::Reason;

namespace {

/// More than any relay allows; the relay's own limit is checked where we send.
constexpr quint32 listedDevicesBound = 64;

} // namespace

PeerDirectory::PeerDirectory(EngineContext& context)
    : m_context(context) {
    m_patience.setSingleShot(true);
    QObject::connect(&m_patience, &QTimer::timeout, &m_patience, [this] { wentOffline(true); });
}

void PeerDirectory::wentOnline() {
    m_hopeless = false;
    m_patience.stop();
    for (Waiting& question : std::exchange(m_waiting, {}))
        findByUsername(question.username, std::move(question.done));
}

void PeerDirectory::wentOffline(bool hopeless) {
    m_hopeless = hopeless;
    if (!hopeless)
        return;
    m_patience.stop();
    for (const Waiting& question : std::exchange(m_waiting, {}))
        question.done(makeError(Reason::RelayUnreachable, QStringLiteral("the relay cannot be reached")));
}

void PeerDirectory::findByUsername(const QString& username, Found done) {
    if (!m_context.state.online && !m_hopeless) {
        // Right after the start, or between two connections: it is a matter of a moment.
        m_waiting.push_back({username, std::move(done)});
        if (!m_patience.isActive())
            m_patience.start(linkWaitMs);
        return;
    }
    wire::GetAccount question;
    question.set_username(username.toStdString());
    ask(std::move(question), [this, done = std::move(done)](const base::Result<base::AccountId>& found) {
        if (found && *found == m_context.ownAccount())
            return done(makeError(Reason::InvalidArgument, QStringLiteral("that is this account")));
        done(found);
    });
}

void PeerDirectory::fetch(const base::AccountId& account, Found done) {
    auto& waiting = m_fetching[account];
    waiting.push_back(std::move(done));
    if (waiting.size() > 1)
        return;
    wire::GetAccount question;
    question.set_account_id(protocol::fromBytes(account.toBytes()));
    ask(std::move(question), [this, account](const base::Result<base::AccountId>& answer) {
        base::Result<base::AccountId> result = answer;
        if (answer && *answer != account)
            result = makeError(Reason::CryptoFailed, QStringLiteral("the relay named another account"));
        for (const Found& found : m_fetching.take(account))
            found(result);
    });
}

void PeerDirectory::ask(wire::GetAccount question, Found done) {
    wire::ClientFrame frame;
    *frame.mutable_get_account() = std::move(question);
    m_context.link.request(
        std::move(frame), [this, done = std::move(done)](const base::Result<wire::RelayFrame>& answer) {
            if (!answer)
                return done(answer.error().reason == Reason::Timeout
                                ? makeError(Reason::RelayUnreachable, answer.error().message)
                                : answer.error());
            const wire::Account& found = answer->account();
            const auto account = base::AccountId::fromBytes(protocol::toBytes(found.account_id()));
            if (!account)
                return done(makeError(Reason::MalformedFrame, QStringLiteral("an answer without account")));
            const base::Status taken = inWork(m_context, [&] {
                return takeIn(*account, found.device_list(), QString::fromStdString(found.username()));
            });
            if (!taken)
                return done(taken.error());
            done(*account);
            if (peerChanged)
                peerChanged(*account);
        });
}

base::Status PeerDirectory::takeIn(const base::AccountId& account, const wire::SignedDeviceList& list,
                                   const QString& username) {
    const routing::SignedDeviceList bytes{protocol::toBytes(list.device_list()),
                                          protocol::toBytes(list.signature())};
    RECADO_TRY(const routing::DeviceList parsed, routing::DeviceList::parse(bytes.bytes, listedDevicesBound));
    if (parsed.account != account ||
        !crypto::verify(parsed.identityKey, crypto::label::deviceList, bytes.bytes, bytes.signature))
        return makeError(Reason::CryptoFailed, QStringLiteral("a device list's signature does not hold"));
    const bool own = account == m_context.ownAccount();
    if (own && parsed.identityKey != m_context.state.account->identity.publicKey)
        return makeError(Reason::CryptoFailed, QStringLiteral("the own list is of another identity"));

    RECADO_TRY(std::optional<ContactRecord> known, m_context.stores.contacts.contact(account));
    ContactRecord contact = known.value_or(ContactRecord());
    contact.account = account;
    const quint64 version = contact.deviceListVersion;
    if (parsed.version < version ||
        (parsed.version == version && version != 0 && bytes.bytes != contact.deviceList.bytes))
        return makeError(Reason::StaleDevices, QStringLiteral("the relay offers an older device list"));

    bool changed = false;
    std::optional<ContactRecord> before;
    if (!own && routing::isValidUsername(username)) {
        const QString address = routing::Address{username, m_context.state.account->relayName}.toString();
        changed = std::exchange(contact.address, address) != address;
        if (changed) {
            RECADO_TRY(before, knownHolder(address, account));
            m_context.changes.conversationChanged(directConversationId(m_context.ownAccount(), account));
        }
    }
    if (parsed.version > version) {
        RECADO_CHECK(replaceList(contact, parsed, bytes));
        changed = true;
    }
    if (changed)
        RECADO_CHECK(m_context.stores.contacts.saveContact(contact));
    if (own)
        return takeInOwn(parsed, bytes);
    return before ? warnOfNewHolder(contact, *before, parsed.identityKey)
                  : noticeIdentity(contact, parsed.identityKey);
}

base::Status PeerDirectory::takeInOwn(const routing::DeviceList& list,
                                      const routing::SignedDeviceList& bytes) {
    RECADO_CHECK(m_context.stores.profile.setValue(profile_value::deviceList, bytes.bytes));
    RECADO_CHECK(m_context.stores.profile.setValue(profile_value::deviceListSignature, bytes.signature));
    m_context.state.ownList = list;
    return m_context.stores.contacts.setIdentity(list.account, {list.identityKey, {}, Trust::Verified});
}

base::Result<std::optional<ContactRecord>> PeerDirectory::knownHolder(const QString& address,
                                                                      const base::AccountId& except) {
    RECADO_TRY(std::optional<ContactRecord> holder, m_context.stores.contacts.contactByAddress(address));
    if (!holder || holder->account == except)
        return std::optional<ContactRecord>();
    RECADO_TRY(const std::optional<ConversationRecord> conversation,
               m_context.stores.conversations.conversation(
                   directConversationId(m_context.ownAccount(), holder->account)));
    const bool met = conversation || holder->accepted || !holder->identity.trusted.isEmpty();
    return met ? std::move(holder) : std::nullopt;
}

base::Status PeerDirectory::warnOfNewHolder(const ContactRecord& contact, const ContactRecord& before,
                                            const QByteArray& identityKey) {
    m_context.changes.identityChanged(personOf(contact));
    m_context.changes.conversationChanged(directConversationId(m_context.ownAccount(), before.account));
    if (!contact.identity.trusted.isEmpty())
        return noticeIdentity(contact, identityKey);
    // To the person it is a known name with another key: nothing goes there until they decide.
    m_context.changes.conversationChanged(directConversationId(m_context.ownAccount(), contact.account));
    return m_context.stores.contacts.setIdentity(contact.account, {{}, identityKey, Trust::Changed});
}

base::Status PeerDirectory::replaceList(ContactRecord& contact, const routing::DeviceList& list,
                                        const routing::SignedDeviceList& bytes) {
    if (contact.deviceListVersion != 0) {
        RECADO_TRY(const routing::DeviceList before, listOf(contact));
        for (const routing::ListedDevice& device : before.devices) {
            const routing::ListedDevice* now = list.find(device.deviceId);
            // Gone or installed anew: nothing more may be sealed in the old session.
            if (!now || now->registrationId != device.registrationId)
                RECADO_CHECK(m_context.cipher.resetSession({contact.account, device.deviceId}));
        }
    }
    contact.deviceList = bytes;
    contact.deviceListVersion = list.version;
    return {};
}

base::Status PeerDirectory::noticeIdentity(const ContactRecord& contact, const QByteArray& identityKey) {
    IdentityRecord identity = contact.identity;
    if (identity.trusted.isEmpty() && !identity.pending.isEmpty() && identity.pending != identityKey)
        return m_context.stores.contacts.setIdentity(contact.account, {{}, identityKey, Trust::Changed});
    if (identity.trusted.isEmpty() || identity.pending == identityKey)
        return {};
    if (identity.trusted == identityKey) {
        if (identity.pending.isEmpty())
            return {};
        identity.pending.clear();
        identity.trust = Trust::Unverified;
    } else {
        identity.pending = identityKey;
        identity.trust = Trust::Changed;
        m_context.changes.identityChanged(personOf(contact));
    }
    m_context.changes.conversationChanged(directConversationId(m_context.ownAccount(), contact.account));
    return m_context.stores.contacts.setIdentity(contact.account, identity);
}

base::Result<routing::DeviceList> PeerDirectory::listOf(const ContactRecord& contact) {
    if (contact.deviceListVersion == 0)
        return makeError(Reason::NoSession, QStringLiteral("no device list is known"));
    return routing::DeviceList::parse(contact.deviceList.bytes, listedDevicesBound);
}

} // namespace recado::messaging
