#include "messaging/PresenceWatcher.h"

#include "protocol/FrameCodec.h"

namespace recado::messaging {

void PresenceWatcher::wentOnline() {
    m_told = false;
    refresh();
}

void PresenceWatcher::wentOffline() {
    takeAway([](const base::AccountId&) { return true; }, {.online = false, .lastSeenMs = m_context.nowMs()});
}

void PresenceWatcher::takeAway(std::function<bool(const base::AccountId&)> gone, const Presence& presence) {
    for (const Known& known : m_known.values()) {
        if (known.presence.online && gone(known.person.account))
            tell(known.person, presence);
    }
    m_context.changes.publish();
}

void PresenceWatcher::tell(const Person& person, const Presence& presence) {
    const auto known = m_known.constFind(person.account);
    if (known != m_known.constEnd() && known->presence == presence && known->person.address == person.address)
        return;
    m_known.insert(person.account, {person, presence});
    m_context.changes.presenceChanged(person, presence);
}

void PresenceWatcher::refresh() {
    if (!m_context.state.online)
        return;
    const bool visible = m_context.state.privacy.showPresence;
    QSet<base::AccountId> named;
    if (visible) { // who hides does not look either
        const auto accepted = m_context.stores.contacts.acceptedContacts();
        if (!accepted)
            return m_context.storageFailed(accepted.error());
        named = QSet<base::AccountId>(accepted->begin(), accepted->end());
    }
    if (m_told && visible == m_visible && named == m_named)
        return;
    m_told = true;
    m_visible = visible;
    m_named = named;
    wire::ClientFrame frame;
    frame.mutable_set_presence()->set_visible(visible);
    for (const base::AccountId& account : std::as_const(named))
        frame.mutable_set_presence()->add_accounts(protocol::fromBytes(account.toBytes()));
    m_context.link.send({std::move(frame)});
    // The relay says nothing more of those who are not named any longer.
    takeAway([this](const base::AccountId& account) { return !m_named.contains(account); }, {});
}

void PresenceWatcher::received(const wire::Presence& presence) {
    const auto account = base::AccountId::fromBytes(protocol::toBytes(presence.account_id()));
    if (!account || !m_named.contains(*account))
        return;
    const auto contact = m_context.stores.contacts.contact(*account);
    if (!contact)
        return m_context.storageFailed(contact.error());
    if (!*contact)
        return;
    Presence value;
    value.online = presence.online();
    if (presence.last_seen_ms() != 0)
        value.lastSeenMs = qint64(presence.last_seen_ms());
    tell(personOf(**contact), value);
    m_context.changes.publish();
}

} // namespace recado::messaging
