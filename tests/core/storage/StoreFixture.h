#pragma once

#include "TemporaryProfile.h"
#include "messaging/Stores.h"
#include "storage/ProfileHistory.h"
#include "storage/ProfileStores.h"
#include "support/FakeClock.h"

#include <QTest>

namespace recado::tests {

/// Fails the running test function with the error's sentence.
#define RECADO_OK(expression)                                                                                \
    do {                                                                                                     \
        const auto& recadoDone = (expression);                                                               \
        QVERIFY2(recadoDone.ok(), recadoDone.ok() ? "" : qPrintable(recadoDone.error().message));            \
    } while (false)

/// An open profile with all its stores, and a reader beside it.
class StoreFixture {
public:
    TemporaryProfile temporary;
    FakeClock clock;
    storage::ProfileStores tables{temporary.writer(), clock};
    messaging::Stores stores = tables.stores();
    std::unique_ptr<sql::Database> reader = *temporary.profile().openReader();
    storage::ProfileHistory history{*reader};

    const base::AccountId me = base::AccountId::random();
    const base::AccountId peer = base::AccountId::random();
    const base::ConversationId chat = base::ConversationId::random();

    /// An own account, a contact with an address, and a conversation with it.
    void fill() {
        messaging::OwnAccount account;
        account.account = me;
        account.username = QStringLiteral("ana");
        account.relayName = QStringLiteral("relay.example");
        account.displayName = QStringLiteral("Ana");
        account.identity = {QByteArray(33, 'i'), base::SecretBytes::random(32)};
        account.authSeed = base::SecretBytes::random(32);
        account.headerKeys = {QByteArray(32, 'h'), base::SecretBytes::random(32)};
        account.registrationId = 77;
        must(stores.profile.saveAccount(account));
        messaging::ContactRecord contact;
        contact.account = peer;
        contact.address = QStringLiteral("bia@relay.example");
        contact.displayName = QStringLiteral("Bia");
        must(stores.contacts.saveContact(contact));
        addConversation(chat, peer);
    }
    void addConversation(const base::ConversationId& id, const base::AccountId& with) {
        messaging::ConversationRecord conversation;
        conversation.id = id;
        conversation.peer = with;
        must(stores.conversations.insertConversation(conversation));
    }
    [[nodiscard]] messaging::NewMessage incoming(const QString& text, quint64 clockMs) const {
        messaging::NewMessage message;
        message.key = {chat, peer, base::MessageId::random()};
        message.senderDevice = 1;
        message.text = text;
        message.timestampMs = qint64(clockMs);
        message.clock = clockMs << 16;
        message.sequence = clockMs;
        return message;
    }
    [[nodiscard]] messaging::NewMessage outgoing(const QString& text, quint64 clockMs) const {
        messaging::NewMessage message = incoming(text, clockMs);
        message.key.author = me;
        message.outgoing = true;
        message.status = messaging::MessageStatus::Pending;
        return message;
    }
    /// The new row's id; 0 when it could not be inserted.
    messaging::LocalId add(const messaging::NewMessage& message) {
        const auto added = stores.messages.insert(message);
        return added ? *added : 0;
    }
    [[nodiscard]] messaging::Conversation listed() {
        const auto all = history.conversations();
        return all && !all->isEmpty() ? all->first() : messaging::Conversation();
    }
};

} // namespace recado::tests
