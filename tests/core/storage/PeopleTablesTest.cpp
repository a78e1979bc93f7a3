#include "StoreFixture.h"
#include "support/Suite.h"

#include <QTest>

namespace recado::tests {

using base::Reason;
using messaging::ContactRecord;

class PeopleTablesTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void theAccountIsReadAsItWasSaved();
    void settingsAreReplaced();
    void contactsAreReadAsTheyWereSaved();
    void savingAContactLeavesItsIdentityAlone();
    void anAddressBelongsToTheAccountThatGotItLast();
    void savingAnOlderHolderAgainDoesNotTakeTheAddressBack();
    void aTypingKeyFindsItsContact();
    void onlyAcceptedContactsWithoutADoubtAreListed();
    void conversationsAreReadAsTheyWereSaved();
    void aConversationIsInsertedOnce();
    void changingAnUnknownConversationFails();
    void aRemovedConversationLeavesOnlyItsNumbers();
};

void PeopleTablesTest::theAccountIsReadAsItWasSaved() {
    StoreFixture f;
    QVERIFY(!f.stores.profile.account()->has_value());
    messaging::OwnAccount account;
    account.account = f.me;
    account.device = 3;
    account.registered = true;
    account.relayUrl = QStringLiteral("ws://127.0.0.1:1");
    account.relayName = QStringLiteral("relay.example");
    account.username = QStringLiteral("ana");
    account.displayName = QStringLiteral("Ána");
    account.invite = QStringLiteral("invitation");
    account.registrationId = 16380;
    account.identity = {QByteArray(33, 'p'), base::SecretBytes::copyOf(QByteArray(32, 'q'))};
    account.authSeed = base::SecretBytes::copyOf(QByteArray(32, 's'));
    account.headerKeys = {QByteArray(32, 'h'), base::SecretBytes::copyOf(QByteArray(32, 'k'))};
    RECADO_OK(f.stores.profile.saveAccount(account));
    account.invite.clear();
    RECADO_OK(f.stores.profile.saveAccount(account));
    const auto read = f.stores.profile.account();
    RECADO_OK(read);
    const messaging::OwnAccount& found = **read;
    QCOMPARE(found.account, account.account);
    QCOMPARE(found.device, 3u);
    QCOMPARE(found.registered, true);
    QCOMPARE(found.relayUrl, account.relayUrl);
    QCOMPARE(found.relayName, account.relayName);
    QCOMPARE(found.username, account.username);
    QCOMPARE(found.displayName, account.displayName);
    QCOMPARE(found.invite, QString());
    QCOMPARE(found.registrationId, 16380u);
    QCOMPARE(found.identity.publicKey, QByteArray(33, 'p'));
    QCOMPARE(found.identity.privateKey.view(), QByteArray(32, 'q'));
    QCOMPARE(found.authSeed.view(), QByteArray(32, 's'));
    QCOMPARE(found.headerKeys.publicKey, QByteArray(32, 'h'));
    QCOMPARE(found.headerKeys.privateKey.view(), QByteArray(32, 'k'));
}

void PeopleTablesTest::settingsAreReplaced() {
    StoreFixture f;
    const QLatin1String name("privacy");
    QCOMPARE(*f.stores.profile.value(name), std::nullopt);
    RECADO_OK(f.stores.profile.setValue(name, "one"));
    RECADO_OK(f.stores.profile.setValue(name, QByteArray()));
    QCOMPARE(*f.stores.profile.value(name), QByteArray(""));
}

void PeopleTablesTest::contactsAreReadAsTheyWereSaved() {
    StoreFixture f;
    QVERIFY(!f.stores.contacts.contact(f.peer)->has_value());
    ContactRecord contact;
    contact.account = f.peer;
    contact.address = QStringLiteral("bia@relay.example");
    contact.displayName = QStringLiteral("Bia 🙂");
    contact.accepted = true;
    contact.deviceList = {"list", "signature"};
    contact.deviceListVersion = 4;
    contact.typingKey = {"12345678", QByteArray(32, 't'), 99};
    contact.sentTypingKeyId = "87654321";
    RECADO_OK(f.stores.contacts.saveContact(contact));
    const auto read = f.stores.contacts.contact(f.peer);
    RECADO_OK(read);
    const ContactRecord& found = **read;
    QCOMPARE(found.account, contact.account);
    QCOMPARE(found.address, contact.address);
    QCOMPARE(found.displayName, contact.displayName);
    QCOMPARE(found.accepted, true);
    QCOMPARE(found.deviceList, contact.deviceList);
    QCOMPARE(found.deviceListVersion, 4u);
    QCOMPARE(found.typingKey, contact.typingKey);
    QCOMPARE(found.sentTypingKeyId, contact.sentTypingKeyId);
    QCOMPARE(found.identity, messaging::IdentityRecord());
}

void PeopleTablesTest::savingAContactLeavesItsIdentityAlone() {
    StoreFixture f;
    const messaging::IdentityRecord identity{"trusted", "pending", messaging::Trust::Changed};
    RECADO_OK(f.stores.contacts.setIdentity(f.peer, identity));
    ContactRecord contact;
    contact.account = f.peer;
    contact.identity.trusted = "must not be written";
    RECADO_OK(f.stores.contacts.saveContact(contact));
    QCOMPARE((*f.stores.contacts.contact(f.peer))->identity, identity);
}

void PeopleTablesTest::anAddressBelongsToTheAccountThatGotItLast() {
    StoreFixture f;
    f.fill();
    const QString address = QStringLiteral("bia@relay.example");
    QCOMPARE((*f.stores.contacts.contactByAddress(address))->account, f.peer);
    ContactRecord heir;
    heir.account = base::AccountId::random();
    heir.address = address;
    RECADO_OK(f.stores.contacts.saveContact(heir));
    QCOMPARE((*f.stores.contacts.contactByAddress(address))->account, heir.account);
    QCOMPARE((*f.stores.contacts.contact(f.peer))->address, address);
    heir.address = QStringLiteral("bianca@relay.example");
    RECADO_OK(f.stores.contacts.saveContact(heir));
    QVERIFY(!f.stores.contacts.contactByAddress(address)->has_value());
    QVERIFY(!f.stores.contacts.contactByAddress(QString())->has_value());
}

void PeopleTablesTest::savingAnOlderHolderAgainDoesNotTakeTheAddressBack() {
    StoreFixture f;
    f.fill();
    ContactRecord heir;
    heir.account = base::AccountId::random();
    heir.address = QStringLiteral("bia@relay.example");
    RECADO_OK(f.stores.contacts.saveContact(heir));
    ContactRecord older = **f.stores.contacts.contact(f.peer);
    older.displayName = QStringLiteral("renamed");
    RECADO_OK(f.stores.contacts.saveContact(older));
    QCOMPARE((*f.stores.contacts.contactByAddress(heir.address))->account, heir.account);
}

void PeopleTablesTest::aTypingKeyFindsItsContact() {
    StoreFixture f;
    f.fill();
    QVERIFY(!f.stores.contacts.contactByTypingKey(QByteArray())->has_value());
    ContactRecord contact = **f.stores.contacts.contact(f.peer);
    contact.typingKey = {"12345678", QByteArray(32, 't'), 99};
    RECADO_OK(f.stores.contacts.saveContact(contact));
    QCOMPARE((*f.stores.contacts.contactByTypingKey("12345678"))->account, f.peer);
    QVERIFY(!f.stores.contacts.contactByTypingKey("87654321")->has_value());
}

void PeopleTablesTest::onlyAcceptedContactsWithoutADoubtAreListed() {
    StoreFixture f;
    f.fill();
    QVERIFY(f.stores.contacts.acceptedContacts()->isEmpty());
    ContactRecord contact = **f.stores.contacts.contact(f.peer);
    contact.accepted = true;
    RECADO_OK(f.stores.contacts.saveContact(contact));
    QCOMPARE(*f.stores.contacts.acceptedContacts(), QVector{f.peer});
    RECADO_OK(f.stores.contacts.setIdentity(f.peer, {"one", "two", messaging::Trust::Changed}));
    QVERIFY(f.stores.contacts.acceptedContacts()->isEmpty());
}

void PeopleTablesTest::conversationsAreReadAsTheyWereSaved() {
    StoreFixture f;
    QVERIFY(!f.stores.conversations.conversation(f.chat)->has_value());
    messaging::ConversationRecord record{f.chat, messaging::ConversationType::Direct, f.peer, true, 7, 8};
    RECADO_OK(f.stores.conversations.insertConversation(record));
    RECADO_OK(f.stores.conversations.setRequest(f.chat, false));
    RECADO_OK(f.stores.conversations.saveClock(f.chat, 1'750'000'000'000ull << 16, 9));
    const auto read = f.stores.conversations.conversation(f.chat);
    RECADO_OK(read);
    QCOMPARE((*read)->id, f.chat);
    QCOMPARE((*read)->peer, f.peer);
    QCOMPARE((*read)->request, false);
    QCOMPARE((*read)->clock, 1'750'000'000'000ull << 16);
    QCOMPARE((*read)->ownSequence, 9u);
}

void PeopleTablesTest::aConversationIsInsertedOnce() {
    StoreFixture f;
    f.fill();
    messaging::ConversationRecord again;
    again.id = f.chat;
    QCOMPARE(f.stores.conversations.insertConversation(again).error().reason, Reason::StorageFailed);
}

void PeopleTablesTest::changingAnUnknownConversationFails() {
    StoreFixture f;
    QCOMPARE(f.stores.conversations.setRequest(f.chat, true).error().reason, Reason::UnknownChat);
    QCOMPARE(f.stores.conversations.saveClock(f.chat, 1, 1).error().reason, Reason::UnknownChat);
    QCOMPARE(f.stores.conversations.removeConversation(f.chat).error().reason, Reason::UnknownChat);
}

void PeopleTablesTest::aRemovedConversationLeavesOnlyItsNumbers() {
    StoreFixture f;
    f.fill();
    RECADO_OK(f.stores.conversations.saveClock(f.chat, 500, 6));
    messaging::NewMessage placeholder = f.incoming(QString(), 1);
    placeholder.placeholder = true;
    const messaging::LocalId local = f.add(placeholder);
    messaging::QuarantinedEnvelope envelope;
    envelope.sender = {f.peer, 1};
    envelope.submission = 4;
    envelope.placeholder = local;
    RECADO_OK(f.stores.quarantine.add(envelope));
    const messaging::NewMessage message = f.incoming(QStringLiteral("secret word"), 2);
    RECADO_OK(f.stores.changes.react(f.add(message), f.peer, QStringLiteral("👍"), 1));
    const messaging::MessageKey early{f.chat, f.peer, base::MessageId::random()};
    RECADO_OK(f.stores.changes.addEarly({early, f.peer, "edit"}));
    QCOMPARE(*f.stores.arrivals.markMessage(f.peer, message.key.id), true);

    RECADO_OK(f.stores.conversations.removeConversation(f.chat));
    QVERIFY(f.history.conversations()->isEmpty());
    QVERIFY(!f.stores.conversations.conversation(f.chat)->has_value());
    QVERIFY(!f.stores.messages.find(message.key)->has_value());
    QVERIFY(!f.stores.quarantine.find({f.peer, 1}, 4)->has_value());
    QVERIFY(f.stores.changes.takeEarly(early)->isEmpty());
    QVERIFY(f.history.search({QStringLiteral("secret"), {}, 50})->isEmpty());
    QCOMPARE(f.stores.messages.insert(message).error().reason, Reason::UnknownChat);
    QCOMPARE(f.history.page({f.chat}).error().reason, Reason::UnknownChat);

    messaging::ConversationRecord again;
    again.id = f.chat;
    again.peer = f.peer;
    again.request = true;
    RECADO_OK(f.stores.conversations.insertConversation(again));
    const auto back = *f.stores.conversations.conversation(f.chat);
    QCOMPARE(back->clock, 500u);
    QCOMPARE(back->ownSequence, 6u);
    QCOMPARE(back->request, true);
    QVERIFY(f.history.page({f.chat})->messages.isEmpty());
    QVERIFY(!f.listed().lastMessage);
    QCOMPARE(*f.stores.arrivals.markMessage(f.peer, message.key.id), false);
}

} // namespace recado::tests

RECADO_TEST(recado::tests::PeopleTablesTest)
#include "PeopleTablesTest.moc"
