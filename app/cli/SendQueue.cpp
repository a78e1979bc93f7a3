#include "app/cli/SendQueue.h"

#include "app/cli/Json.h"

#include <utility>

namespace recado::cli {

namespace {

constexpr int nameFreshMs = 5'000;

} // namespace

SendQueue::SendQueue(messaging::Client& client, QObject* parent)
    : QObject(parent)
    , m_client(client) {}

void SendQueue::send(Item item) {
    m_steps.emplace_back(std::move(item));
    advance();
}

void SendQueue::afterward(std::function<void()> action) {
    m_steps.emplace_back(std::move(action));
    advance();
}

void SendQueue::advance() {
    while (!m_lookingUp && !m_steps.empty()) {
        if (Item* item = std::get_if<Item>(&m_steps.front())) {
            if (const QString* name = std::get_if<QString>(&item->destination)) {
                const auto known = resolved(*name);
                if (!known) {
                    lookUp(*name);
                    continue; // an engine that answers at once has finished this step already
                }
                item->destination = *known;
            }
        }
        const Step current = std::move(m_steps.front());
        m_steps.pop_front();
        if (const Item* item = std::get_if<Item>(&current))
            submit(std::get<base::ConversationId>(item->destination), *item);
        else
            std::get<std::function<void()>>(current)();
    }
}

std::optional<base::ConversationId> SendQueue::resolved(const QString& name) const {
    const auto found = m_resolved.constFind(name);
    if (found == m_resolved.cend() || found->fresh.hasExpired())
        return std::nullopt;
    return found->conversation;
}

void SendQueue::lookUp(const QString& name) {
    m_lookingUp = true;
    const auto finish = [this, name](const base::Result<base::ConversationId>& found) {
        m_lookingUp = false;
        const Item item = std::get<Item>(std::move(m_steps.front()));
        m_steps.pop_front();
        if (found.ok()) {
            m_resolved.removeIf([](const auto& known) { return known.value().fresh.hasExpired(); });
            m_resolved.insert(name, {*found, QDeadlineTimer(nameFreshMs)});
            submit(*found, item);
        } else {
            answerWithError(item.answer, found.error(), QLatin1String("to"));
        }
        advance();
    };
    whenDone(m_client.createDirect(name), this, finish);
}

void SendQueue::submit(base::ConversationId conversation, const Item& item) {
    answerWhenDone(m_client.sendText(conversation, item.text, item.replyTo), this, item.answer,
                   QLatin1String("content.text"), [](const messaging::Message& message) {
                       return QJsonObject{{QStringLiteral("id"), messageIdText(message.id)},
                                          {QStringLiteral("chatId"), message.conversation.toHex()},
                                          {QStringLiteral("timestamp"), isoTime(message.timestampMs)},
                                          {QStringLiteral("status"), toJson(message.status)}};
                   });
}

} // namespace recado::cli
