#include "messaging/ConversationIds.h"

#include <QUuid>

#include <algorithm>

namespace recado::messaging {

base::ConversationId directConversationId(const base::AccountId& one, const base::AccountId& other) {
    static const QUuid recadoNamespace(0x6f1c8a52, 0x9d0b, 0x5e37, 0x8a, 0x44, 0x72, 0xc0, 0xd1, 0xe9, 0xb6,
                                       0xf3);
    const auto [low, high] = std::minmax(one, other);
    const QUuid id = QUuid::createUuidV5(recadoNamespace, low.toBytes() + high.toBytes());
    return *base::ConversationId::fromBytes(id.toRfc4122());
}

} // namespace recado::messaging
