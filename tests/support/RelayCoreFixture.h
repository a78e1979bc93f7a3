#pragma once

#include "support/FakeClock.h"
#include "support/FakeRelayDevice.h"
#include "support/MemoryLimitStore.h"
#include "support/MemoryRelayStores.h"

#include <QAbstractEventDispatcher>

namespace recado::tests {

/// A RelayCore over memory stores on the test's own thread, and the devices that talk to it.
class RelayCoreFixture {
public:
    using Devices = std::vector<std::unique_ptr<FakeRelayDevice>>;

    explicit RelayCoreFixture(relay::RelayPolicy policy = {},
                              relay::RegistrationMode mode = relay::RegistrationMode::Open) {
        start(std::move(policy), mode);
    }

    FakeClock clock;
    base::Inbox inbox;
    MemoryMailboxStore mailboxes;
    MemoryDirectory directory;
    MemoryLimitStore limits;
    QByteArray incarnation = QByteArray(16, 'i');
    std::unique_ptr<relay::RelayCore> core;

    /// Runs the event loop until nothing is left to do.
    static void settle() {
        while (QAbstractEventDispatcher::instance()->processEvents(QEventLoop::AllEvents)) {
        }
    }
    void advance(qint64 ms) {
        clock.advance(ms);
        core->tick();
        settle();
    }

    /// An account in the directory with that many devices (numbered from 1), none of them connected.
    Devices addAccount(const QString& username, quint32 devices = 1) {
        const auto account = base::AccountId::random();
        Devices made;
        for (quint32 device = 1; device <= devices; ++device)
            made.push_back(makeDevice({account, device}));
        storeAccount(username, listOf(made, 1));
        return made;
    }
    std::unique_ptr<FakeRelayDevice> makeDevice(base::DeviceAddress address) {
        return std::make_unique<FakeRelayDevice>(
            core, inbox, [] { settle(); }, address, 1'000 + address.device);
    }

    static routing::DeviceList listOf(const Devices& devices, quint64 version) {
        routing::DeviceList list;
        list.account = devices.front()->address.account;
        list.version = version;
        list.issuedAtMs = 1;
        list.identityKey = QByteArray(1, 0x05) + QByteArray(32, 'k');
        for (const auto& device : devices)
            list.devices.push_back(device->listed());
        return list;
    }
    static routing::SignedDeviceList sign(const routing::DeviceList& list) {
        return {list.serialise(), QByteArray(64, 's')};
    }
    static wire::ClientFrame setDeviceList(const routing::DeviceList& list) {
        wire::ClientFrame frame;
        frame.set_request_id(7);
        auto* out = frame.mutable_set_device_list()->mutable_device_list();
        out->set_device_list(protocol::fromBytes(list.serialise()));
        out->set_signature(std::string(64, 's'));
        return frame;
    }
    static QByteArray prekey(char fill = 'p') { return QByteArray(1, 0x05) + QByteArray(32, fill); }
    static wire::PrekeyUpload upload(quint32 firstId, quint32 count) {
        wire::PrekeyUpload upload;
        auto* signedPrekey = upload.mutable_signed_prekey();
        signedPrekey->set_id(1);
        signedPrekey->set_key(protocol::fromBytes(prekey('s')));
        signedPrekey->set_signature(std::string(64, 'x'));
        for (quint32 id = firstId; id < firstId + count; ++id) {
            wire::Prekey* key = upload.add_prekeys();
            key->set_id(id);
            key->set_key(protocol::fromBytes(prekey()));
        }
        return upload;
    }

    /// A submission to every device of these, sealed for list version 1.
    static wire::ClientFrame submission(quint64 number, const Devices& receivers, const QByteArray& text) {
        wire::ClientFrame frame;
        wire::Submit* submit = frame.mutable_submit();
        submit->set_submission(number);
        addRecipient(*submit, receivers, text);
        return frame;
    }
    static wire::Recipient* addRecipient(wire::Submit& submit, const Devices& receivers,
                                         const QByteArray& text, quint32 without = 0) {
        wire::Recipient* recipient = submit.add_recipients();
        recipient->set_account_id(protocol::fromBytes(receivers.front()->address.account.toBytes()));
        recipient->set_device_list_version(1);
        for (const auto& device : receivers) {
            if (device->address.device == without)
                continue;
            wire::Envelope* envelope = recipient->add_envelopes();
            envelope->set_device_id(device->address.device);
            envelope->set_registration_id(device->registrationId);
            envelope->set_sealed_header("header");
            envelope->set_ciphertext(protocol::fromBytes(text));
        }
        return recipient;
    }

    /// A new process over the same stores.
    void restart(quint32 epoch, relay::RelayPolicy policy = {}) {
        start(std::move(policy), relay::RegistrationMode::Open, epoch);
    }

private:
    void start(relay::RelayPolicy policy, relay::RegistrationMode mode, quint32 epoch = 1) {
        policy.failureMs = 0; // the fake clock does not turn the real timers
        relay::RelayCoreConfig config{.policy = policy,
                                      .registration = mode,
                                      .relayName = QStringLiteral("relay.test"),
                                      .relayKey = base::SigningKey::generate(),
                                      .successions = {},
                                      .storeIncarnation = incarnation,
                                      .bootEpoch = epoch};
        core = relay::RelayCore::create(std::move(config), {&mailboxes, &directory, &directory, &limits},
                                        clock, inbox);
    }
    void storeAccount(const QString& username, const routing::DeviceList& list) {
        directory.accounts.insert(list.account, {list.account, username, sign(list)});
        directory.versions.insert(list.account, list.version);
    }
};

} // namespace recado::tests
