#include "messaging/PresenceWatcher.h"

#include "protocol/FrameCodec.h"

namespace recado::messaging {

void PresenceWatcher::wentOnline() {
    m_told = false;
    refresh();
}

void PresenceWatcher::wentOffline() {
    for (const Person& person : std::exchange(m_online, {}))
        m_context.changes.presenceChanged(person, {.online = false, .lastSeenMs = m_context.nowMs()});
    m_context.changes.publish();
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
    if (!visible)
        wentOffline();
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
    const Person person = personOf(**contact);
    if (value.online)
        m_online.insert(*account, person);
    else
        m_online.remove(*account);
    m_context.changes.presenceChanged(person, value);
    m_context.changes.publish();
}

} // namespace recado::messaging
