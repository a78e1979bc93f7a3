#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <cstdint>
#include <optional>
#include <vector>

namespace recado::crypto {

/// The message keys of a session record that belong to messages not yet read. libsignal takes every one of
/// them apart and puts it together again for each message, several times over: two milliseconds beside a full
/// record. It needs one at most, so it gets a record without the others, and they are put back afterwards.
/// Internal to recado_crypto.
class SkippedKeys {
public:
    /// The one that the library shall see: of this sender's ratchet key (33 bytes), for that message.
    struct Wanted {
        QByteArray ratchetKey;
        std::uint32_t counter = 0;
    };

    SkippedKeys() = default;
    SkippedKeys(SkippedKeys&&) = default;
    SkippedKeys& operator=(SkippedKeys&&) = default;
    ~SkippedKeys(); ///< Wipes them.

    /// Takes all keys but the wanted one out of a serialised record and returns what is left of it. A record
    /// that does not parse comes back whole.
    QByteArray takeFrom(const QByteArray& record, const std::optional<Wanted>& wanted);

    /// The record with every key back in its chain, before the keys that are there. Keys whose chain is gone
    /// stay out.
    [[nodiscard]] QByteArray backIn(const QByteArray& record) const;

private:
    struct OfChain {
        QByteArray ratchetKey;
        QByteArray fields; // as they stood in the chain
    };

    std::optional<QByteArray> takeFromState(QByteArrayView state, const std::optional<Wanted>& wanted);
    std::optional<QByteArray> takeFromChain(QByteArrayView chain, const std::optional<Wanted>& wanted);
    [[nodiscard]] std::optional<QByteArray> backInState(QByteArrayView state) const;
    [[nodiscard]] std::optional<QByteArray> backInChain(QByteArrayView chain) const;

    std::vector<OfChain> m_chains;
};

} // namespace recado::crypto
