#pragma once

#include "base/Inbox.h"
#include "relay/delivery/ConnectedDevice.h"
#include "relay/delivery/ConnectionPost.h"
#include "relay/delivery/MailboxStore.h"

#include <QHash>

#include <memory>
#include <mutex>

namespace recado::relay {

/// Knows which device is connected where, numbers envelopes, and hands each to the mailbox and to its
/// receiver at the same time. Any thread.
///
/// One mutex makes one order of everything: delivery ids grow in the order in which appends are called on the
/// store and in which envelopes are posted to a receiver's thread. Since a connection enters the table before
/// its first peek, an envelope is either seen by that peek or posted to the connection, or both.
class Router {
public:
    /// `bootEpoch` below 2^24 becomes the upper part of every delivery id. The store is borrowed.
    Router(MailboxStore& mailboxes, quint32 bootEpoch);

    /// From now on this connection is the device's; an older one is displaced. `inbox` is the connection's.
    void connect(base::DeviceAddress device, std::weak_ptr<ConnectedDevice> connection, base::Inbox& inbox);
    /// The connection has gone; nothing happens when another has taken its place. True when it was the
    /// device's connection until now.
    bool disconnect(base::DeviceAddress device, const std::weak_ptr<ConnectedDevice>& connection);
    /// Tells every connection of the list's account about it.
    void listChanged(const routing::DeviceList& list);
    /// Throws out every connection of an account that is gone.
    void removeAccount(const base::AccountId& account);
    [[nodiscard]] bool isConnected(base::DeviceAddress device) const;

    /// Gives every entry its delivery id, calls append on the store and posts the envelopes to the receivers
    /// that are connected. Returns the append as it was called, for a repetition after Unknown.
    MailboxAppend dispatch(MailboxAppend append, StoreCall call, StoreCallback<bool> done);

    /// Tells the receivers' connections that entries dispatched before were stored at a later attempt.
    void appendedLate(const QVector<MailboxEntry>& entries);

    /// Tells the device's connection, if it has one, that a submission was accepted.
    void accepted(base::DeviceAddress device, base::SubmissionNumber number);
    /// Sends the device's connection a frame, if it has one.
    void push(base::DeviceAddress device, const wire::RelayFrame& frame, PushKind kind);

private:
    struct Connection {
        std::weak_ptr<ConnectedDevice> device;
        std::shared_ptr<ConnectionPost> post; // of its thread

        void put(ConnectionPost::Item item) const { post->put(device, std::move(item)); }
    };

    static void displace(const Connection& connection, Displacement why);
    void put(base::DeviceAddress device, ConnectionPost::Item item);

    MailboxStore& m_mailboxes;
    mutable std::mutex m_mutex;
    QHash<base::DeviceAddress, Connection> m_connections;
    QHash<base::Inbox*, std::shared_ptr<ConnectionPost>> m_posts; // one for each thread
    base::DeliveryId m_lastId;
};

} // namespace recado::relay
