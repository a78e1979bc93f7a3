#pragma once

#include "base/Clock.h"
#include "relay/delivery/Directory.h"
#include "relay/ops/HomeThread.h"
#include "relay/storage/RelayDatabase.h"
#include "relay/storage/SqliteDirectory.h"
#include "routing/Address.h"
#include "routing/DeviceList.h"
#include "support/WireClient.h"

#include <future>

namespace recado::tests {

/// An account with one device in a relay's database, and that device's socket.
struct OpsDevice {
    base::AccountId account = base::AccountId::random();
    base::SigningKey authKey = base::SigningKey::generate();
    quint32 registrationId = 77;
    WireClient socket;

    [[nodiscard]] bool connectTo(quint16 port) {
        return socket.open(port) && socket.authenticate(account, authKey);
    }

    /// Writes the account as a registration leaves it; no relay runs on the directory meanwhile.
    [[nodiscard]] bool enrol(const QString& directory, const QString& username) const {
        relay::RelayDatabaseOptions options;
        options.directory = directory;
        const base::SystemClock clock;
        relay::HomeThread home;
        const auto database = relay::RelayDatabase::open(std::move(options), clock);
        if (!database)
            return false;
        relay::SqliteDirectory accounts(**database);
        routing::DeviceList list;
        list.account = account;
        list.version = 1;
        list.issuedAtMs = 1'600'000'000'000;
        list.identityKey = QByteArray(33, '\x05');
        list.devices = {{1, registrationId, authKey.publicKey(), QByteArray(32, 'h')}};
        relay::NewAccount created;
        created.account = {account, username, {list.serialise(), QByteArray(64, 's')}};
        created.skeleton = routing::lookAlikeSkeleton(username);
        created.listVersion = 1;
        created.device = {account, 1};
        created.nowMs = 1'750'000'000'000;
        std::promise<bool> done;
        accounts.createAccount(std::move(created), relay::StoreCall{&home.inbox()}, [&](const auto& answer) {
            done.set_value(answer.committed() && answer.value.outcome == relay::RegistrationOutcome::Created);
        });
        const bool made = done.get_future().get();
        (*database)->stop();
        home.stop();
        return made;
    }

    [[nodiscard]] bool send(const wire::ClientFrame& frame) {
        socket.queue(protocol::encode(frame));
        return socket.flush();
    }

    /// One envelope for `receiver`, under this number.
    [[nodiscard]] bool submit(quint64 number, const OpsDevice& receiver, const QByteArray& traceparent = {}) {
        wire::ClientFrame frame;
        wire::Submit* submit = frame.mutable_submit();
        submit->set_submission(number);
        submit->set_traceparent(protocol::fromBytes(traceparent));
        wire::Recipient* recipient = submit->add_recipients();
        recipient->set_account_id(protocol::fromBytes(receiver.account.toBytes()));
        recipient->set_device_list_version(1);
        wire::Envelope* envelope = recipient->add_envelopes();
        envelope->set_device_id(1);
        envelope->set_registration_id(receiver.registrationId);
        envelope->set_sealed_header("header");
        envelope->set_ciphertext("ciphertext");
        return send(frame);
    }

    [[nodiscard]] bool acknowledge(quint64 id) {
        wire::ClientFrame frame;
        auto* range = frame.mutable_acknowledge()->add_ranges();
        range->set_first(id);
        range->set_last(id);
        return send(frame);
    }

    /// Reads on until a frame of that kind comes; nothing when none does.
    std::optional<wire::RelayFrame> await(wire::RelayFrame::BodyCase kind) {
        while (true) {
            while (!m_read.isEmpty()) {
                const wire::RelayFrame frame = m_read.takeFirst();
                if (frame.body_case() == kind)
                    return frame;
            }
            const auto message = socket.readMessage();
            if (!message)
                return std::nullopt;
            for (const wire::RelayFrame& frame : message->frames())
                m_read.append(frame);
        }
    }

private:
    QList<wire::RelayFrame> m_read;
};

} // namespace recado::tests
