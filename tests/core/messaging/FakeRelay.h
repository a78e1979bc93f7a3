#pragma once

#include "base/Inbox.h"
#include "messaging/RelayLink.h"
#include "protocol/FrameCodec.h"
#include "routing/DeviceList.h"

#include <QHash>
#include <QTimer>

#include <deque>
#include <functional>
#include <map>
#include <random>
#include <set>

namespace recado::tests {

/// What goes wrong on the way; probabilities from 0 to 1, drawn from the relay's seeded generator.
struct Faults {
    double cutBefore = 0; // the connection breaks before the relay got a message
    double cutAfter = 0;  // it breaks after, so that the answers are lost
    double duplicate = 0; // an envelope is delivered twice
    double reorder = 0;   // answers change places
};

class FakeLink;

/// A relay in memory, as far as the engine can tell: directory, prekeys, FIFO mailboxes, submission marks.
/// One thread.
class FakeRelay {
public:
    explicit FakeRelay(quint32 seed = 1)
        : m_random(seed) {}

    struct Device {
        wire::SignedPrekey signedPrekey;
        std::deque<wire::Prekey> prekeys;
        quint32 registrationId = 0;
        std::deque<wire::Deliver> mailbox;
        std::set<quint64> known; // accepted submissions of this device
        quint64 highest = 0;
        FakeLink* link = nullptr;
        wire::SetPresence presence;
        int submits = 0;
    };
    struct Account {
        QString username;
        wire::SignedDeviceList list;
        routing::DeviceList parsed;
    };

    base::Inbox inbox;
    Faults faults;
    QByteArray incarnation = QByteArray(16, 'a');
    std::map<base::AccountId, Account> accounts;
    std::map<base::DeviceAddress, Device> devices;
    /// Sees every envelope before it is put into a mailbox, and may change it.
    std::function<void(const base::DeviceAddress& to, wire::Deliver&)> tamper;
    /// Refuses a submission for the reason it returns; empty: no.
    std::function<std::string(const wire::Submit&)> refuse;
    /// Refuses a device's look-up for the reason it returns; empty: no.
    std::function<std::string(const base::DeviceAddress& from)> refuseLookUp;
    /// Refuses a device's question for prekey bundles for the reason it returns; empty: no.
    std::function<std::string(const base::DeviceAddress& from)> refuseBundles;
    /// Refuses a device's upload of prekeys for the reason it returns; empty: no.
    std::function<std::string(const base::DeviceAddress& from)> refuseUpload;
    /// Refuses a device's new list for the reason it returns; empty: no.
    std::function<std::string(const base::DeviceAddress& from)> refuseList;
    /// Names every accepted submission twice, as a relay may that was asked twice.
    bool acceptTwice = false;
    /// True: that frame gets no answer, and nothing comes of it.
    std::function<bool(const base::DeviceAddress& from, const wire::ClientFrame&)> swallow;
    /// What it shows when a device connects.
    QByteArray key = QByteArray(32, 'k');

    void putList(const base::AccountId& account, const QString& username,
                 const routing::SignedDeviceList& list);
    void putPrekeys(const base::DeviceAddress& device, const wire::PrekeyUpload& upload);
    Device& device(const base::DeviceAddress& address) { return devices[address]; }
    [[nodiscard]] int totalSubmits(const base::AccountId& account) const;

    void connected(FakeLink& link);
    void disconnected(const base::DeviceAddress& address);
    void receive(FakeLink& link, const std::vector<wire::ClientFrame>& frames);
    base::Result<messaging::RegistrationAnswer> registerAccount(const messaging::LinkAccount& account,
                                                                const wire::Register& request);
    bool draw(double probability);
    void deliverAll(const base::DeviceAddress& address);

private:
    void answer(const base::DeviceAddress& from, const wire::ClientFrame& frame,
                std::vector<wire::RelayFrame>& out);
    void submit(const base::DeviceAddress& from, const wire::ClientFrame& frame,
                std::vector<wire::RelayFrame>& out);
    void tellPresence(const base::DeviceAddress& of);
    bool mismatches(const base::DeviceAddress& from, const wire::Recipient& recipient) const;
    void bundles(const wire::GetBundles& question, wire::Bundles& out);

    std::mt19937 m_random;
    quint64 m_nextDelivery = 1;
};

/// A device's connection to the fake relay.
class FakeLink : public QObject, public messaging::RelayLink {
    Q_OBJECT
public:
    explicit FakeLink(FakeRelay& relay);
    ~FakeLink() override;

    /// While false it cannot connect.
    void setReachable(bool reachable);
    void cut();

    void setListener(messaging::RelayLinkListener* listener) override { m_listener = listener; }
    void connectTo(messaging::LinkAccount account) override;
    void disconnect() override;
    void registerAccount(messaging::LinkAccount account, wire::Register request,
                         RegistrationDone done) override;
    void send(std::vector<wire::ClientFrame> frames) override;
    void request(wire::ClientFrame frame, Answer answer) override;

    /// From the relay.
    void push(std::vector<wire::RelayFrame> frames);
    [[nodiscard]] base::DeviceAddress address() const { return m_address; }

private:
    void tryConnect();
    void post(std::function<void()> step);

    FakeRelay& m_relay;
    messaging::RelayLinkListener* m_listener = nullptr;
    base::DeviceAddress m_address;
    QByteArray m_pinnedKey;
    std::map<quint64, Answer> m_questions;
    std::shared_ptr<int> m_alive = std::make_shared<int>(0);
    QTimer m_retry;
    quint64 m_nextRequest = 1;
    quint64 m_generation = 0;
    bool m_reachable = true;
    bool m_wanted = false;
    bool m_online = false;
};

} // namespace recado::tests
