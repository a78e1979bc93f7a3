#include "relay/delivery/Router.h"

#include "routing/DeviceList.h"
#include "wire.pb.h"

#include <utility>

namespace recado::relay {

namespace {

constexpr int deliveryCounterBits = 40;

bool isSameConnection(const std::weak_ptr<ConnectedDevice>& left,
                      const std::weak_ptr<ConnectedDevice>& right) {
    return !left.owner_before(right) && !right.owner_before(left);
}

} // namespace

Router::Router(MailboxStore& mailboxes, quint32 bootEpoch)
    : m_mailboxes(mailboxes)
    , m_lastId(base::DeliveryId(bootEpoch) << deliveryCounterBits) {}

void Router::connect(base::DeviceAddress device, std::weak_ptr<ConnectedDevice> connection,
                     base::Inbox& inbox) {
    const std::lock_guard lock(m_mutex);
    Connection& entry = m_connections[device];
    if (entry.inbox != nullptr)
        displace(entry, Displacement::Replaced);
    entry = Connection{std::move(connection), &inbox};
}

bool Router::disconnect(base::DeviceAddress device, const std::weak_ptr<ConnectedDevice>& connection) {
    const std::lock_guard lock(m_mutex);
    const auto found = m_connections.find(device);
    if (found == m_connections.end() || !isSameConnection(found->device, connection))
        return false;
    m_connections.erase(found);
    return true;
}

void Router::displace(const Connection& connection, Displacement why) {
    connection.inbox->post([device = connection.device, why] {
        if (const auto alive = device.lock())
            alive->displaced(why);
    });
}

void Router::listChanged(const routing::DeviceList& list) {
    const std::lock_guard lock(m_mutex);
    for (auto entry = m_connections.cbegin(); entry != m_connections.cend(); ++entry) {
        if (entry.key().account != list.account)
            continue;
        entry->inbox->post([device = entry->device, list] {
            if (const auto alive = device.lock())
                alive->listChanged(list);
        });
    }
}

void Router::removeAccount(const base::AccountId& account) {
    const std::lock_guard lock(m_mutex);
    m_connections.removeIf([&](const auto& entry) {
        if (entry.key().account != account)
            return false;
        displace(entry.value(), Displacement::Removed);
        return true;
    });
}

bool Router::isConnected(base::DeviceAddress device) const {
    const std::lock_guard lock(m_mutex);
    return m_connections.contains(device);
}

MailboxAppend Router::dispatch(MailboxAppend append, StoreCall call, StoreCallback<bool> done) {
    const std::lock_guard lock(m_mutex);
    for (MailboxEntry& entry : append.entries)
        entry.id = ++m_lastId;
    m_mailboxes.append(append, call, std::move(done));
    for (const MailboxEntry& entry : std::as_const(append.entries)) {
        const auto found = m_connections.constFind(entry.device);
        if (found == m_connections.constEnd())
            continue;
        // Always posted, also to the own thread: a direct call would overtake what other threads posted.
        found->inbox->post(
            [device = found->device,
             envelope = MailboxRow{entry.id, entry.acceptedAtMs, entry.sealedHeader, entry.ciphertext,
                                   entry.hasBody ? append.body : QByteArray()}] {
                if (const auto alive = device.lock())
                    alive->live(envelope);
            });
    }
    return append;
}

template <typename Call>
void Router::onConnection(base::DeviceAddress device, Call call) {
    Connection connection;
    {
        const std::lock_guard lock(m_mutex);
        const auto found = m_connections.constFind(device);
        if (found == m_connections.constEnd())
            return;
        connection = *found;
    }
    connection.inbox->post([weak = connection.device, call = std::move(call)] {
        if (const auto alive = weak.lock())
            call(*alive);
    });
}

void Router::appendedLate(const QVector<MailboxEntry>& entries) {
    for (const MailboxEntry& entry : entries)
        onConnection(entry.device,
                     [id = entry.id](ConnectedDevice& connection) { connection.appendedLate(id); });
}

void Router::accepted(base::DeviceAddress device, base::SubmissionNumber number) {
    onConnection(device, [number](ConnectedDevice& connection) { connection.accepted(number); });
}

void Router::push(base::DeviceAddress device, const wire::RelayFrame& frame, PushKind kind) {
    onConnection(device, [frame, kind](ConnectedDevice& connection) { connection.push(frame, kind); });
}

} // namespace recado::relay
