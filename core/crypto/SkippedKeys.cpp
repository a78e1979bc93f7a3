#include "crypto/SkippedKeys.h"

#include "base/SecretBytes.h"
#include "crypto/RecordFields.h"

#include <algorithm>

namespace recado::crypto {

namespace {

bool isState(const WireField& field) {
    return field.number == record_field::current || field.number == record_field::archived;
}

/// The message with each field that `chosen` picks replaced by what `change` makes of its payload; nothing
/// when the encoding is broken anywhere.
template <typename Chosen, typename Change>
std::optional<QByteArray> withChanged(QByteArrayView message, const Chosen& chosen, const Change& change) {
    const auto fields = readFields(message);
    if (!fields.has_value())
        return std::nullopt;
    QByteArray result;
    result.reserve(message.size());
    for (const WireField& field : *fields) {
        if (!chosen(field)) {
            result.append(field.whole);
            continue;
        }
        std::optional<QByteArray> changed = change(field.payload);
        if (!changed.has_value())
            return std::nullopt;
        appendMessage(result, field.number, *changed);
        base::wipe(*changed);
    }
    return result;
}

bool isReceiverChain(const WireField& field) {
    return field.number == record_field::receiverChain;
}

QByteArrayView ratchetKeyOf(const std::vector<WireField>& chain) {
    const auto key = std::find_if(chain.begin(), chain.end(), [](const WireField& field) {
        return field.number == record_field::chainRatchetKey;
    });
    return key == chain.end() ? QByteArrayView() : key->payload;
}

/// Whether an encoded message key is the one of message `counter`.
bool isKeyOf(QByteArrayView messageKey, std::uint32_t counter) {
    const auto fields = readFields(messageKey);
    return fields.has_value() &&
           std::any_of(fields->begin(), fields->end(), [counter](const WireField& field) {
               return field.number == record_field::messageKeyIndex && field.value == counter;
           });
}

} // namespace

SkippedKeys::~SkippedKeys() {
    for (OfChain& chain : m_chains)
        base::wipe(chain.fields);
}

QByteArray SkippedKeys::takeFrom(const QByteArray& record, const std::optional<Wanted>& wanted) {
    auto slim =
        withChanged(record, isState, [&](QByteArrayView state) { return takeFromState(state, wanted); });
    if (slim.has_value())
        return *std::move(slim);
    m_chains.clear();
    return record;
}

std::optional<QByteArray> SkippedKeys::takeFromState(QByteArrayView state,
                                                     const std::optional<Wanted>& wanted) {
    return withChanged(state, isReceiverChain,
                       [&](QByteArrayView chain) { return takeFromChain(chain, wanted); });
}

std::optional<QByteArray> SkippedKeys::takeFromChain(QByteArrayView chain,
                                                     const std::optional<Wanted>& wanted) {
    const auto fields = readFields(chain);
    if (!fields.has_value())
        return std::nullopt;
    const QByteArrayView ratchetKey = ratchetKeyOf(*fields);
    const bool isWantedChain = wanted.has_value() && wanted->ratchetKey == ratchetKey;
    QByteArray rest;
    OfChain taken{ratchetKey.toByteArray(), {}};
    taken.fields.reserve(chain.size()); // or growing would leave copies behind
    for (const WireField& field : *fields) {
        const bool stays = field.number != record_field::chainMessageKey ||
                           (isWantedChain && isKeyOf(field.payload, wanted->counter));
        (stays ? rest : taken.fields).append(field.whole);
    }
    if (!taken.fields.isEmpty())
        m_chains.push_back(std::move(taken));
    return rest;
}

QByteArray SkippedKeys::backIn(const QByteArray& record) const {
    if (m_chains.empty())
        return record;
    return withChanged(record, isState, [this](QByteArrayView state) { return backInState(state); })
        .value_or(record);
}

std::optional<QByteArray> SkippedKeys::backInState(QByteArrayView state) const {
    return withChanged(state, isReceiverChain, [this](QByteArrayView chain) { return backInChain(chain); });
}

std::optional<QByteArray> SkippedKeys::backInChain(QByteArrayView chain) const {
    const auto fields = readFields(chain);
    if (!fields.has_value())
        return std::nullopt;
    const QByteArrayView ratchetKey = ratchetKeyOf(*fields);
    const auto taken = std::find_if(m_chains.begin(), m_chains.end(), [ratchetKey](const OfChain& one) {
        return QByteArrayView(one.ratchetKey) == ratchetKey;
    });
    QByteArray whole;
    whole.reserve(chain.size() + (taken == m_chains.end() ? 0 : taken->fields.size()));
    for (const WireField& field : *fields) {
        if (field.number != record_field::chainMessageKey)
            whole.append(field.whole);
    }
    if (taken != m_chains.end())
        whole.append(taken->fields);
    for (const WireField& field : *fields) {
        if (field.number == record_field::chainMessageKey)
            whole.append(field.whole);
    }
    return whole;
}

} // namespace recado::crypto
