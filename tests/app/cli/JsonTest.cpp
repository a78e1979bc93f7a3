#include "app/cli/Json.h"

#include "support/FakeClient.h"
#include "support/Suite.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>

namespace recado::tests {

using namespace messaging;

class JsonTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void timesAreUtcWithMilliseconds() {
        QCOMPARE(cli::isoTime(0), QStringLiteral("1970-01-01T00:00:00.000Z"));
        QCOMPARE(cli::isoTime(1'750'000'000'007), QStringLiteral("2025-06-15T15:06:40.007Z"));
    }

    void aPlainMessageHasExactlyTheContractsMembers() {
        const QJsonObject object = cli::toJson(sample());
        QCOMPARE(object.keys(), (QStringList{QStringLiteral("chatId"), QStringLiteral("content"),
                                             QStringLiteral("id"), QStringLiteral("metadata"),
                                             QStringLiteral("sender"), QStringLiteral("senderId"),
                                             QStringLiteral("status"), QStringLiteral("timestamp")}));
        QCOMPARE(object.value(QLatin1String("id")), QJsonValue(QStringLiteral("42")));
        QCOMPARE(object.value(QLatin1String("sender")), QJsonValue(QStringLiteral("bob@relay.test")));
        QCOMPARE(object.value(QLatin1String("senderId")).toString().size(), 32);
        QCOMPARE(object.value(QLatin1String("metadata")), QJsonValue(QJsonObject()));
        const QJsonObject content{
            {QStringLiteral("type"), QStringLiteral("text")},
            {QStringLiteral("text"), QStringLiteral("olá 👩‍👩‍👧 שלום")}};
        QCOMPARE(object.value(QLatin1String("content")), QJsonValue(content));
    }

    void whatOnlySomeMessagesHaveIsTold() {
        Message message = sample();
        message.edited = true;
        message.deleted = true;
        message.quote = Quote{41, FakeClient::person(QStringLiteral("ana")), QStringLiteral("said")};
        message.reactions = {{FakeClient::person(QStringLiteral("ana")), QStringLiteral("👍")}};
        message.failure = base::Reason::IdentityChanged;
        message.placeholder = true;
        message.gapBefore = true;
        const QJsonObject object = cli::toJson(message);
        QVERIFY(object.value(QLatin1String("edited")).toBool());
        QVERIFY(object.value(QLatin1String("deleted")).toBool());
        QCOMPARE(object.value(QLatin1String("replyTo")), QJsonValue(QStringLiteral("41")));
        const QJsonObject reaction = object.value(QLatin1String("reactions")).toArray().at(0).toObject();
        QCOMPARE(reaction.value(QLatin1String("emoji")).toString(), QStringLiteral("👍"));
        QCOMPARE(reaction.value(QLatin1String("sender")).toString(), QStringLiteral("ana@relay.test"));
        const QJsonObject metadata = object.value(QLatin1String("metadata")).toObject();
        QCOMPARE(metadata.value(QLatin1String("failure")).toString(), QStringLiteral("identity_changed"));
        QVERIFY(metadata.value(QLatin1String("undecryptable")).toBool());
        QVERIFY(metadata.value(QLatin1String("gapBefore")).toBool());
    }

    void aQuoteThatIsNotHereNamesNoMessage() {
        Message message = sample();
        message.quote = Quote{0, {}, {}};
        QVERIFY(!cli::toJson(message).contains(QLatin1String("replyTo")));
    }

    void statusesAreTheContractsWords() {
        const QList<std::pair<MessageStatus, const char*>> words{{MessageStatus::Pending, "pending"},
                                                                 {MessageStatus::Sent, "sent"},
                                                                 {MessageStatus::Delivered, "delivered"},
                                                                 {MessageStatus::Read, "read"},
                                                                 {MessageStatus::Failed, "failed"},
                                                                 {MessageStatus::Received, "received"},
                                                                 {MessageStatus::Seen, "seen"}};
        for (const auto& [status, word] : words)
            QCOMPARE(cli::toJson(status), QLatin1String(word));
    }

    void aChatHasExactlyTheContractsMembers() {
        Conversation conversation;
        conversation.participants = {FakeClient::person(QStringLiteral("bob"))};
        conversation.title = QStringLiteral("Bob");
        conversation.unread = 3;
        conversation.request = true;
        QJsonObject object = cli::toJson(conversation);
        QCOMPARE(object.keys(),
                 (QStringList{QStringLiteral("chatId"), QStringLiteral("lastMessage"),
                              QStringLiteral("participants"), QStringLiteral("request"),
                              QStringLiteral("title"), QStringLiteral("type"), QStringLiteral("unread")}));
        QCOMPARE(object.value(QLatin1String("type")), QJsonValue(QStringLiteral("direct")));
        QCOMPARE(object.value(QLatin1String("participants")),
                 QJsonValue(QJsonArray{QStringLiteral("bob@relay.test")}));
        QVERIFY(object.value(QLatin1String("lastMessage")).isNull());
        conversation.lastMessage = sample();
        object = cli::toJson(conversation);
        QCOMPARE(object.value(QLatin1String("lastMessage")), QJsonValue(cli::toJson(sample())));
    }

    void whoseDisplayNameIsUnknownIsCalledByTheUsernameEverywhere() {
        Person bob = FakeClient::person(QStringLiteral("bob"));
        for (const QString& name : {QString(), QStringLiteral("Bob B.")}) {
            bob.displayName = name;
            const QString expected = name.isEmpty() ? QStringLiteral("bob") : name;
            const QJsonObject contact = cli::toJson(Contact{bob, {}, Trust::Unverified});
            QCOMPARE(contact.value(QLatin1String("displayName")).toString(), expected);
            Conversation conversation;
            conversation.participants = {bob};
            conversation.title = name.isEmpty() ? bob.address : name;
            QCOMPARE(cli::toJson(conversation).value(QLatin1String("title")).toString(), expected);
        }
    }

    void onlyIdsThatWereHandedOutNameMessages() {
        QCOMPARE(cli::messageIdFrom(cli::messageIdText(42)), std::optional<LocalId>(42));
        for (const char* text : {"", "0", "-1", "+1", "01", " 1", "1 ", "1.0", "x", "99999999999999999999"})
            QVERIFY2(!cli::messageIdFrom(QLatin1String(text)), text);
    }

private:
    static Message sample() {
        Message message;
        message.id = 42;
        message.sender = FakeClient::person(QStringLiteral("bob"));
        message.text = QStringLiteral("olá 👩‍👩‍👧 שלום");
        message.status = MessageStatus::Received;
        return message;
    }
};

} // namespace recado::tests

RECADO_TEST(recado::tests::JsonTest)
#include "JsonTest.moc"
