#pragma once

#include "support/RelayCoreFixture.h"

namespace recado::tests {

/// A relay with three people, of whom Anna is connected: where most tests of a submission begin.
struct Talk : RelayCoreFixture {
    const Devices anna = addAccount(QStringLiteral("anna"));
    const Devices bert = addAccount(QStringLiteral("bert"));
    const Devices carl = addAccount(QStringLiteral("carl"));
    const bool connected = anna.front()->connect();
};

inline wire::ClientFrame toOne(quint64 number, const RelayCoreFixture::Devices& receivers) {
    return RelayCoreFixture::submission(number, receivers, "sealed");
}

inline QVector<quint64> refusedNumbers(const FakeRelayDevice& device) {
    QVector<quint64> numbers;
    for (const wire::RelayFrame& frame : device.link->frames) {
        if (frame.has_refused())
            numbers.push_back(frame.refused().submission());
    }
    return numbers;
}

/// What waits for this device, oldest first.
inline QVector<QByteArray> mailOf(const RelayCoreFixture& relay, const FakeRelayDevice& device) {
    QVector<QByteArray> texts;
    for (const MemoryMailboxStore::Row& row : relay.mailboxes.rows.value(device.address))
        texts.push_back(row.entry.ciphertext);
    return texts;
}

} // namespace recado::tests
