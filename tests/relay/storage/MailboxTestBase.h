#pragma once

#include "StoreFixture.h"
#include "relay/delivery/MailboxStore.h"

namespace recado::tests {

/// A mailbox store and the calls on it that wait for their answer.
class MailboxTestBase : public QObject {
protected:
    relay::MailboxEntry entry(const base::DeviceAddress& device, quint64 id,
                              qint64 expiresAfterMs = 1'000'000) const {
        return {device,   id,
                1'000,    m_fixture->clock.wallMs() + expiresAfterMs,
                "header", "cipher" + QByteArray::number(id),
                false};
    }
    relay::StoreResult append(relay::MailboxAppend append) {
        return m_fixture
            ->wait<bool>([&](auto done) { m_store->append(append, m_fixture->call(), std::move(done)); })
            .result;
    }
    relay::StoreResult append(const QVector<relay::MailboxEntry>& entries) {
        return append(relay::MailboxAppend{entries, {}, {}});
    }
    relay::MailboxPage peek(relay::MailboxPeek request) {
        return m_fixture
            ->wait<relay::MailboxPage>(
                [&](auto done) { m_store->peek(request, m_fixture->call(), std::move(done)); })
            .value;
    }
    QVector<quint64> waiting(const base::DeviceAddress& device) {
        QVector<quint64> ids;
        const relay::MailboxPage page = peek({device, 0, 10'000, 1 << 30});
        for (const relay::MailboxRow& row : page.rows)
            ids.append(row.id);
        return ids;
    }
    relay::MailboxUsage acknowledge(const base::DeviceAddress& device,
                                    const QVector<relay::DeliveryRange>& ranges) {
        return m_fixture
            ->wait<relay::MailboxUsage>(
                [&](auto done) { m_store->acknowledge(device, ranges, m_fixture->call(), std::move(done)); })
            .value;
    }
    QVector<relay::MailboxUsage> expire(qint64 afterMs) {
        const qint64 nowMs = m_fixture->clock.wallMs() + afterMs;
        return m_fixture
            ->wait<QVector<relay::MailboxUsage>>(
                [&](auto done) { m_store->expire(nowMs, m_fixture->call(), std::move(done)); })
            .value;
    }
    relay::MailboxUsage usage(const base::DeviceAddress& device) {
        const auto answer = m_fixture->wait<QVector<relay::MailboxUsage>>(
            [&](auto done) { m_store->usage({device}, m_fixture->call(), std::move(done)); });
        return answer.value.value(0);
    }
    queue::AckWindow submissions(const base::DeviceAddress& device) {
        return m_fixture
            ->wait<queue::AckWindow>(
                [&](auto done) { m_store->submissions(device, m_fixture->call(), std::move(done)); })
            .value;
    }

    std::unique_ptr<StoreFixture> m_fixture;
    std::unique_ptr<relay::MailboxStore> m_store;
    base::DeviceAddress m_alice{base::AccountId::random(), 1};
    base::DeviceAddress m_bob{base::AccountId::random(), 1};
};

} // namespace recado::tests
