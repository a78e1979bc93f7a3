#include "crypto/RecordBounds.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace recado::crypto {

namespace {

// Field numbers of LocalStorageProtocol.proto.
constexpr std::uint32_t recordCurrentField = 1;
constexpr std::uint32_t recordArchivedField = 2;
constexpr std::uint32_t stateSenderChainField = 6;
constexpr std::uint32_t stateReceiverChainField = 7;
constexpr std::uint32_t chainMessageKeyField = 4;

/// One field of a protobuf message; `whole` is tag, length and payload together.
struct WireField {
    std::uint32_t number = 0;
    QByteArrayView payload;
    QByteArrayView whole;
};

std::optional<std::uint64_t> readVarint(QByteArrayView bytes, qsizetype& position) {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64 && position < bytes.size(); shift += 7) {
        const auto byte = std::uint8_t(bytes[position++]);
        value |= std::uint64_t(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0)
            return value;
    }
    return std::nullopt;
}

/// The fields in order; nothing when the encoding is broken. Only the wire types of that file are known.
std::optional<std::vector<WireField>> readFields(QByteArrayView message) {
    std::vector<WireField> fields;
    qsizetype position = 0;
    while (position < message.size()) {
        const qsizetype start = position;
        const auto tag = readVarint(message, position);
        if (!tag.has_value())
            return std::nullopt;
        const auto wireType = *tag & 7;
        std::uint64_t length = 0;
        if (wireType == 2) {
            const auto announced = readVarint(message, position);
            if (!announced.has_value())
                return std::nullopt;
            length = *announced;
        } else if (wireType != 0 || !readVarint(message, position).has_value()) {
            return std::nullopt;
        }
        if (length > std::uint64_t(message.size() - position))
            return std::nullopt;
        const QByteArrayView payload = message.sliced(position, qsizetype(length));
        position += qsizetype(length);
        fields.push_back({std::uint32_t(*tag >> 3), payload, message.sliced(start, position - start)});
    }
    return fields;
}

void appendMessage(QByteArray& target, std::uint32_t number, QByteArrayView payload) {
    const auto appendVarint = [&target](std::uint64_t value) {
        for (; value >= 0x80; value >>= 7)
            target.append(char(value | 0x80));
        target.append(char(value));
    };
    appendVarint(std::uint64_t(number) << 3 | 2);
    appendVarint(std::uint64_t(payload.size()));
    target.append(payload);
}

bool isUsableState(QByteArrayView state) {
    const auto fields = readFields(state);
    if (!fields.has_value())
        return false;
    for (const WireField& field : *fields) {
        if (field.number == stateSenderChainField)
            return true;
    }
    return false;
}

/// The chain without its oldest message keys, until `excess` bytes are gone or there are none left.
QByteArray chainWithoutOldestKeys(QByteArrayView chain, const std::vector<WireField>& fields,
                                  qsizetype& excess) {
    QByteArray result;
    result.reserve(chain.size());
    for (const WireField& field : fields) {
        if (field.number == chainMessageKeyField && excess > 0)
            excess -= field.whole.size();
        else
            result.append(field.whole);
    }
    return result;
}

/// The state without at least `excess` bytes of skipped message keys, those of the oldest chains first.
std::optional<QByteArray> stateWithoutOldestKeys(QByteArrayView state, qsizetype excess) {
    const auto fields = readFields(state);
    if (!fields.has_value())
        return std::nullopt;
    QByteArray result;
    result.reserve(state.size());
    for (const WireField& field : *fields) {
        if (field.number != stateReceiverChainField || excess <= 0) {
            result.append(field.whole);
            continue;
        }
        const auto chainFields = readFields(field.payload);
        if (!chainFields.has_value())
            return std::nullopt;
        appendMessage(result, stateReceiverChainField,
                      chainWithoutOldestKeys(field.payload, *chainFields, excess));
    }
    return result;
}

} // namespace

QByteArray boundedRecord(const QByteArray& record, qsizetype maximumSize, int maximumArchived) {
    const auto fields = readFields(record);
    if (!fields.has_value())
        return record;
    std::optional<WireField> current;
    std::vector<WireField> archived; // newest first
    for (const WireField& field : *fields) {
        if (field.number == recordCurrentField)
            current = field;
        else if (field.number == recordArchivedField && isUsableState(field.payload))
            archived.push_back(field);
    }
    qsizetype size = current.has_value() ? current->whole.size() : 0;
    QByteArray kept;
    int count = 0;
    for (const WireField& state : archived) {
        if (count == maximumArchived || size + kept.size() + state.whole.size() > maximumSize)
            break;
        kept.append(state.whole);
        ++count;
    }
    QByteArray result;
    result.reserve(record.size());
    if (current.has_value() && size > maximumSize) {
        const auto trimmed = stateWithoutOldestKeys(current->payload, size - maximumSize);
        if (!trimmed.has_value())
            return record;
        appendMessage(result, recordCurrentField, *trimmed);
    } else if (current.has_value()) {
        result.append(current->whole);
    }
    return result + kept;
}

IsolatedState isolatedState(const QByteArray& record, int state) {
    const auto fields = readFields(record);
    if (!fields.has_value())
        return {record, {}};
    IsolatedState isolated;
    int number = 1;
    for (const WireField& field : *fields) {
        if ((field.number == recordCurrentField ? 0 : number++) == state)
            appendMessage(isolated.record, recordCurrentField, field.payload);
        else
            appendMessage(isolated.others, recordArchivedField, field.payload);
    }
    return isolated.record.isEmpty() ? IsolatedState{record, {}} : isolated;
}

} // namespace recado::crypto
