#include "crypto/RecordBounds.h"

#include "crypto/RecordFields.h"

namespace recado::crypto {

namespace {

bool isUsableState(QByteArrayView state) {
    const auto fields = readFields(state);
    if (!fields.has_value())
        return false;
    for (const WireField& field : *fields) {
        if (field.number == record_field::senderChain)
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
        if (field.number == record_field::chainMessageKey && excess > 0)
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
        if (field.number != record_field::receiverChain || excess <= 0) {
            result.append(field.whole);
            continue;
        }
        const auto chainFields = readFields(field.payload);
        if (!chainFields.has_value())
            return std::nullopt;
        appendMessage(result, record_field::receiverChain,
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
        if (field.number == record_field::current)
            current = field;
        else if (field.number == record_field::archived && isUsableState(field.payload))
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
        appendMessage(result, record_field::current, *trimmed);
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
        if ((field.number == record_field::current ? 0 : number++) == state)
            appendMessage(isolated.record, record_field::current, field.payload);
        else
            appendMessage(isolated.others, record_field::archived, field.payload);
    }
    return isolated.record.isEmpty() ? IsolatedState{record, {}} : isolated;
}

} // namespace recado::crypto
