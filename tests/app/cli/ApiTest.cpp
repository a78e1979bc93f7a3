#include "app/cli/Api.h"

#include "app/cli/Json.h"
#include "support/FakeClient.h"
#include "support/Suite.h"
#include "support/Wait.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>

namespace recado::tests {

using base::Reason;
using cli::Api;
using cli::Outcome;

namespace {

/// JSON with ' for ", so that tables stay readable. CHAT and MESSAGE stand for ids that exist.
QJsonObject parameters(QByteArray json) {
    json.replace('\'', '"');
    QJsonParseError error;
    const QJsonObject object = QJsonDocument::fromJson(json, &error).object();
    if (error.error != QJsonParseError::NoError)
        qFatal("bad test data: %s", json.constData());
    return object;
}

} // namespace

/// Every method of the contract over a client made of plain data.
class ApiTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() {
        m_client = std::make_unique<FakeClient>();
        m_chat = m_client->addConversation(QStringLiteral("bob"));
        m_own = m_client->addMessage(m_chat, QStringLiteral("mine"), true).id;
        m_theirs = m_client->addMessage(m_chat, QStringLiteral("yours"), false).id;
        m_api = std::make_unique<Api>(*m_client);
    }

    void cleanup() { m_api.reset(); }

    void badParameterIsNamed_data() {
        QTest::addColumn<QString>("method");
        QTest::addColumn<QByteArray>("params");
        QTest::addColumn<QString>("param");
        const auto row = [](const char* method, const char* params, const char* param) {
            QTest::addRow("%s %s", method, params)
                << QString::fromLatin1(method) << QByteArray(params) << QString::fromLatin1(param);
        };
        row("register", "{}", "relay");
        row("register", "{'relay':'http://x','username':'ana'}", "relay");
        row("register", "{'relay':'ws://','username':'ana'}", "relay");
        row("register", "{'relay':7,'username':'ana'}", "relay");
        row("register", "{'relay':'ws://me:secret@h','username':'ana'}", "relay");
        row("register", "{'relay':'ws://h/?a=b','username':'ana'}", "relay");
        row("register", "{'relay':'ws://h#a','username':'ana'}", "relay");
        row("register", "{'relay':'ws://h'}", "username");
        row("register", "{'relay':'ws://h','username':'Ana'}", "username");
        row("register", "{'relay':'ws://h','username':'an'}", "username");
        row("register", "{'relay':'ws://h','username':'ana','displayName':1}", "displayName");
        row("register", "{'relay':'ws://h','username':'ana','displayName':'\\ud800'}", "displayName");
        row("register",
            "{'relay':'ws://h','username':'ana','displayName':"
            "'A name of more than sixty-four characters, which others would see cut'}",
            "displayName");
        row("register", "{'relay':'ws://h','username':'ana','invite':[]}", "invite");
        row("setPrivacy", "{'acceptRequests':'never'}", "acceptRequests");
        row("setPrivacy", "{'acceptRequests':true}", "acceptRequests");
        row("setPrivacy", "{'sendReceipts':'yes'}", "sendReceipts");
        row("setPrivacy", "{'sendTyping':1}", "sendTyping");
        row("setPrivacy", "{'showPresence':{}}", "showPresence");
        row("acceptChat", "{}", "chatId");
        row("acceptChat", "{'chatId':1}", "chatId");
        row("createChat", "{}", "type");
        row("createChat", "{'type':'room','participants':['bob']}", "type");
        row("createChat", "{'type':'direct'}", "participants");
        row("createChat", "{'type':'direct','participants':'bob'}", "participants");
        row("createChat", "{'type':'direct','participants':[]}", "participants");
        row("createChat", "{'type':'direct','participants':['Bob']}", "participants");
        row("createChat", "{'type':'direct','participants':[1]}", "participants");
        row("createChat", "{'type':'direct','participants':['bob','eve']}", "participants");
        row("createChat", "{'type':'group','participants':['bob'],'metadata':1}", "metadata");
        row("createChat", "{'type':'group','participants':['bob'],'metadata':{'title':1}}", "metadata.title");
        row("sendMessage", "{}", "chatId");
        row("sendMessage", "{'to':'Bob','content':{'type':'text','text':'x'}}", "to");
        row("sendMessage", "{'to':'bob','chatId':'x','content':{'type':'text','text':'x'}}", "to");
        row("sendMessage", "{'to':'bob'}", "content");
        row("sendMessage", "{'to':'bob','content':'x'}", "content");
        row("sendMessage", "{'to':'bob','content':{}}", "content.type");
        row("sendMessage", "{'to':'bob','content':{'type':'song','text':'x'}}", "content.type");
        row("sendMessage", "{'to':'bob','content':{'type':'text'}}", "content.text");
        row("sendMessage", "{'to':'bob','content':{'type':'text','text':''}}", "content.text");
        row("sendMessage", "{'to':'bob','content':{'type':'text','text':5}}", "content.text");
        row("sendMessage", "{'to':'bob','content':{'type':'image'}}", "content.path");
        row("sendMessage", "{'to':'bob','content':{'type':'text','text':'x'},'replyTo':1}", "replyTo");
        row("getMessages", "{}", "chatId");
        row("getMessages", "{'chatId':''}", "chatId");
        row("getMessages", "{'chatId':'CHAT','limit':0}", "limit");
        row("getMessages", "{'chatId':'CHAT','limit':501}", "limit");
        row("getMessages", "{'chatId':'CHAT','limit':1.5}", "limit");
        row("getMessages", "{'chatId':'CHAT','limit':'5'}", "limit");
        row("getMessages", "{'chatId':'CHAT','limit':1e300}", "limit");
        row("getMessages", "{'chatId':'CHAT','before':5}", "before");
        row("updateStatus", "{'status':'read'}", "messageId");
        row("updateStatus", "{'messageId':'MESSAGE'}", "status");
        row("updateStatus", "{'messageId':'MESSAGE','status':'delivered'}", "status");
        row("deleteMessage", "{}", "messageId");
        row("deleteMessage", "{'messageId':'MESSAGE','forEveryone':1}", "forEveryone");
        row("editMessage", "{'text':'x'}", "messageId");
        row("editMessage", "{'messageId':'MESSAGE'}", "text");
        row("editMessage", "{'messageId':'MESSAGE','text':''}", "text");
        row("react", "{'emoji':'x'}", "messageId");
        row("react", "{'messageId':'MESSAGE'}", "emoji");
        row("setTyping", "{'typing':true}", "chatId");
        row("setTyping", "{'chatId':'CHAT'}", "typing");
        row("setTyping", "{'chatId':'CHAT','typing':'true'}", "typing");
        row("getContact", "{}", "address");
        row("getContact", "{'address':'BOB'}", "address");
        row("getContact", "{'address':'bob@'}", "address");
        row("setTrust", "{'trust':'verified'}", "address");
        row("setTrust", "{'address':'bob'}", "trust");
        row("setTrust", "{'address':'bob','trust':'changed'}", "trust");
        row("searchMessages", "{}", "query");
        row("searchMessages", "{'query':''}", "query");
        row("searchMessages", "{'query':'x','chatId':1}", "chatId");
        row("searchMessages", "{'query':'x','limit':-1}", "limit");
        row("updateGroup", "{}", "chatId");
        row("updateGroup", "{'chatId':'CHAT','title':1}", "title");
        row("updateGroup", "{'chatId':'CHAT','add':['Bob']}", "add");
        row("updateGroup", "{'chatId':'CHAT','remove':'bob'}", "remove");
        row("updateGroup", "{'chatId':'CHAT','promote':{}}", "promote");
        row("updateGroup", "{'chatId':'CHAT','demote':[null]}", "demote");
        row("leaveGroup", "{}", "chatId");
        row("downloadMedia", "{'path':'x'}", "messageId");
        row("downloadMedia", "{'messageId':'MESSAGE'}", "path");
        row("waitIdle", "{'timeoutMs':-1}", "timeoutMs");
        row("waitIdle", "{'timeoutMs':'1'}", "timeoutMs");
    }

    void badParameterIsNamed() {
        QFETCH(QString, method);
        QFETCH(QByteArray, params);
        QFETCH(QString, param);
        const int before = int(m_client->calls.size());
        const cli::RpcError error = callForError(method, params);
        QCOMPARE(error.code, -32602);
        QCOMPARE(error.data.value(QLatin1String("param")).toString(), param);
        QCOMPARE(int(m_client->calls.size()), before); // nothing was begun
    }

    void everythingButRegisterWantsAnAccount_data() {
        QTest::addColumn<QString>("method");
        QTest::addColumn<QByteArray>("params");
        for (const auto& [method, params] : goodCalls()) {
            if (method != QLatin1String("register"))
                QTest::newRow(qPrintable(method)) << method << params;
        }
    }

    void everythingButRegisterWantsAnAccount() {
        QFETCH(QString, method);
        QFETCH(QByteArray, params);
        m_client->account.reset();
        m_api = std::make_unique<Api>(*m_client);
        const cli::RpcError error = callForError(method, params);
        QCOMPARE(reasonOf(error), QStringLiteral("not_registered"));
        QCOMPARE(error.code, 1003);
    }

    void clientErrorsKeepTheirReason_data() {
        QTest::addColumn<QString>("method");
        QTest::addColumn<QByteArray>("params");
        QTest::addColumn<QString>("clientMethod");
        const QHash<QString, QString> clientMethods{
            {QStringLiteral("setPrivacy"), QStringLiteral("setPrivacy")},
            {QStringLiteral("whoami"), QStringLiteral("whoami")},
            {QStringLiteral("acceptChat"), QStringLiteral("acceptConversation")},
            {QStringLiteral("createChat"), QStringLiteral("createDirect")},
            {QStringLiteral("sendMessage"), QStringLiteral("sendText")},
            {QStringLiteral("getMessages"), QStringLiteral("page")},
            {QStringLiteral("getChats"), QStringLiteral("conversations")},
            {QStringLiteral("updateStatus"), QStringLiteral("markRead")},
            {QStringLiteral("deleteMessage"), QStringLiteral("deleteMessage")},
            {QStringLiteral("editMessage"), QStringLiteral("editMessage")},
            {QStringLiteral("react"), QStringLiteral("react")},
            {QStringLiteral("setTyping"), QStringLiteral("setTyping")},
            {QStringLiteral("getContact"), QStringLiteral("contact")},
            {QStringLiteral("setTrust"), QStringLiteral("setTrust")},
            {QStringLiteral("searchMessages"), QStringLiteral("search")},
            {QStringLiteral("waitIdle"), QStringLiteral("waitIdle")}};
        for (const auto& [method, params] : goodCalls()) {
            if (clientMethods.contains(method))
                QTest::newRow(qPrintable(method)) << method << params << clientMethods.value(method);
        }
    }

    void clientErrorsKeepTheirReason() {
        QFETCH(QString, method);
        QFETCH(QByteArray, params);
        QFETCH(QString, clientMethod);
        for (const Reason reason : {Reason::Timeout, Reason::IdentityChanged, Reason::RelayUnreachable,
                                    Reason::NotPermitted, Reason::MessageTooLong, Reason::StorageFailed}) {
            m_client->fail(clientMethod, reason);
            QCOMPARE(reasonOf(callForError(method, params)), QString(base::reasonName(reason)));
        }
    }

    void invalidArgumentsFoundByTheClientAreBadParameters_data() {
        QTest::addColumn<QString>("method");
        QTest::addColumn<QByteArray>("params");
        QTest::addColumn<QString>("clientMethod");
        QTest::addColumn<QString>("param");
        QTest::newRow("oneself as a chat")
            << QStringLiteral("createChat") << QByteArray("{'type':'direct','participants':['bob']}")
            << QStringLiteral("createDirect") << QStringLiteral("participants");
        QTest::newRow("oneself as a destination")
            << QStringLiteral("sendMessage")
            << QByteArray("{'to':'bob','content':{'type':'text','text':'x'}}")
            << QStringLiteral("createDirect") << QStringLiteral("to");
        QTest::newRow("a text of spaces") << QStringLiteral("sendMessage")
                                          << QByteArray("{'to':'bob','content':{'type':'text','text':' '}}")
                                          << QStringLiteral("sendText") << QStringLiteral("content.text");
        QTest::newRow("an edit of spaces")
            << QStringLiteral("editMessage") << QByteArray("{'messageId':'MESSAGE','text':' '}")
            << QStringLiteral("editMessage") << QStringLiteral("text");
    }

    void invalidArgumentsFoundByTheClientAreBadParameters() {
        QFETCH(QString, method);
        QFETCH(QByteArray, params);
        QFETCH(QString, clientMethod);
        QFETCH(QString, param);
        m_client->fail(clientMethod, Reason::InvalidArgument);
        const cli::RpcError error = callForError(method, params);
        QCOMPARE(error.code, -32602);
        QCOMPARE(error.data.value(QLatin1String("param")).toString(), param);
    }

    void unknownIdsAreUnknown_data() {
        QTest::addColumn<QString>("method");
        QTest::addColumn<QByteArray>("params");
        QTest::addColumn<QString>("reason");
        for (const char* chat : {"'chatId':'nonsense'", "'chatId':'00000000000000000000000000000001'"}) {
            const auto row = [chat](const char* method, const char* more) {
                QTest::addRow("%s %s", method, chat)
                    << QString::fromLatin1(method) << QByteArray("{") + chat + more + '}'
                    << QStringLiteral("unknown_chat");
            };
            row("acceptChat", "");
            row("getMessages", "");
            row("setTyping", ",'typing':true");
            row("sendMessage", ",'content':{'type':'text','text':'x'}");
            row("searchMessages", ",'query':'x'");
        }
        for (const char* message : {"'messageId':'nonsense'", "'messageId':'999'", "'messageId':'-1'"}) {
            const auto row = [message](const char* method, const char* more) {
                QTest::addRow("%s %s", method, message)
                    << QString::fromLatin1(method) << QByteArray("{") + message + more + '}'
                    << QStringLiteral("unknown_message");
            };
            row("updateStatus", ",'status':'read'");
            row("deleteMessage", "");
            row("editMessage", ",'text':'x'");
            row("react", ",'emoji':'x'");
        }
        for (const char* id : {"nonsense", "999"}) {
            QTest::addRow("before %s", id)
                << QStringLiteral("getMessages") << QByteArray("{'chatId':'CHAT','before':'") + id + "'}"
                << QStringLiteral("unknown_message");
            QTest::addRow("replyTo %s", id)
                << QStringLiteral("sendMessage")
                << QByteArray("{'chatId':'CHAT','content':{'type':'text','text':'x'},'replyTo':'") + id + "'}"
                << QStringLiteral("unknown_message");
        }
        for (const char* method : {"getContact", "setTrust"})
            QTest::newRow(method) << QString::fromLatin1(method)
                                  << QByteArray("{'address':'nobody','trust':'verified'}")
                                  << QStringLiteral("unknown_recipient");
    }

    void unknownIdsAreUnknown() {
        QFETCH(QString, method);
        QFETCH(QByteArray, params);
        QFETCH(QString, reason);
        QCOMPARE(reasonOf(callForError(method, params)), reason);
    }

    void groupsAndMediaAreUnsupported_data() {
        QTest::addColumn<QString>("method");
        QTest::addColumn<QByteArray>("params");
        QTest::newRow("createChat") << QStringLiteral("createChat")
                                    << QByteArray("{'type':'group','participants':['bob','eve'],"
                                                  "'metadata':{'title':'Us'}}");
        for (const char* type : {"image", "video", "audio", "file"})
            QTest::newRow(type) << QStringLiteral("sendMessage")
                                << QByteArray("{'to':'bob','content':{'path':'/x','type':'") + type + "'}}";
        QTest::newRow("downloadMedia")
            << QStringLiteral("downloadMedia") << QByteArray("{'messageId':'MESSAGE','path':'/x'}");
        QTest::newRow("updateGroup") << QStringLiteral("updateGroup")
                                     << QByteArray("{'chatId':'CHAT','add':['eve'],'title':'x'}");
        QTest::newRow("leaveGroup") << QStringLiteral("leaveGroup") << QByteArray("{'chatId':'CHAT'}");
    }

    void groupsAndMediaAreUnsupported() {
        QFETCH(QString, method);
        QFETCH(QByteArray, params);
        const cli::RpcError error = callForError(method, params);
        QCOMPARE(error.code, 1011);
        QCOMPARE(reasonOf(error), QStringLiteral("unsupported_content"));
    }

    void anUnknownMethodIsNotFound() { QCOMPARE(callForError(QStringLiteral("dance"), "{}").code, -32601); }

    void registerMakesTheAccountAndAcceptsEverybodyFirst() {
        m_client->account.reset();
        m_api = std::make_unique<Api>(*m_client);
        m_client->calls.clear();
        const QJsonObject result = callForResult(
            QStringLiteral("register"),
            "{'relay':'ws://h:1','username':'ana','displayName':'Ana Ã','invite':'code','more':null}");
        QCOMPARE(result.keys(), (QStringList{QStringLiteral("accountId"), QStringLiteral("address"),
                                             QStringLiteral("deviceId")}));
        QCOMPARE(result.value(QLatin1String("address")).toString(), QStringLiteral("ana@relay.test"));
        QCOMPARE(m_client->calls.size(), 2);
        QCOMPARE(m_client->calls[0].method, QStringLiteral("setPrivacy"));
        QCOMPARE(m_client->calls[0].arguments, (QVariantList{true, true, true, true}));
        QCOMPARE(m_client->lastArguments(QStringLiteral("registerAccount")),
                 (QVariantList{QStringLiteral("ws://h:1"), QStringLiteral("ana"), QStringLiteral("Ana Ã"),
                               QStringLiteral("code")}));
        QCOMPARE(reasonOf(callForError(QStringLiteral("register"), "{'relay':'ws://h','username':'ana'}")),
                 QStringLiteral("already_registered"));
    }

    void aRefusedRegistrationKeepsItsReasonAndMayBeTriedAgain() {
        m_client->account.reset();
        m_api = std::make_unique<Api>(*m_client);
        for (const Reason reason : {Reason::UsernameTaken, Reason::RegistrationClosed, Reason::InvalidInvite,
                                    Reason::RelayUnreachable, Reason::RateLimited}) {
            m_client->fail(QStringLiteral("registerAccount"), reason);
            QCOMPARE(
                reasonOf(callForError(QStringLiteral("register"), "{'relay':'ws://h','username':'ana'}")),
                QString(base::reasonName(reason)));
        }
        QVERIFY(callForResult(QStringLiteral("register"), "{'relay':'ws://h','username':'ana'}")
                    .contains(QLatin1String("accountId")));
    }

    void requestsBehindARegistrationWaitForIt() {
        m_client->account.reset();
        m_api = std::make_unique<Api>(*m_client);
        m_client->hold(QStringLiteral("registerAccount"));
        std::optional<Outcome> whoami;
        m_api->call(QStringLiteral("register"), parameters("{'relay':'ws://h','username':'ana'}"),
                    [](const Outcome&) {});
        m_api->call(QStringLiteral("whoami"), {}, [&](const Outcome& outcome) { whoami = outcome; });
        QVERIFY(waitUntil([&] { return m_client->count(QStringLiteral("registerAccount")) == 1; }));
        QVERIFY(!whoami);
        m_client->release(QStringLiteral("registerAccount"));
        QVERIFY(waitUntil([&] { return whoami.has_value(); }));
        QVERIFY(std::holds_alternative<QJsonValue>(*whoami));
    }

    void whoamiAddsTheState() {
        m_client->connectionInfo.state = messaging::ConnectionState::Online;
        const QJsonObject result = callForResult(QStringLiteral("whoami"), "{}");
        QCOMPARE(result.keys(), (QStringList{QStringLiteral("accountId"), QStringLiteral("address"),
                                             QStringLiteral("deviceId"), QStringLiteral("state")}));
        QCOMPARE(result.value(QLatin1String("state")).toString(), QStringLiteral("online"));
        QCOMPARE(result.value(QLatin1String("deviceId")), QJsonValue(1));
    }

    void setPrivacyChangesOnlyWhatIsNamed() {
        m_client->privacySettings = {messaging::AcceptRequests::Ask, false, true, false};
        QCOMPARE(callForResult(QStringLiteral("setPrivacy"), "{'sendTyping':false}"), QJsonObject());
        QCOMPARE(m_client->privacySettings,
                 (messaging::Privacy{messaging::AcceptRequests::Ask, false, false, false}));
        callForResult(QStringLiteral("setPrivacy"), "{'acceptRequests':'auto','showPresence':true}");
        QCOMPARE(m_client->privacySettings,
                 (messaging::Privacy{messaging::AcceptRequests::Automatically, false, false, true}));
    }

    void sendMessageAnswersWithTheCommittedMessage() {
        const QJsonObject result =
            callForResult(QStringLiteral("sendMessage"),
                          "{'chatId':'CHAT','content':{'type':'text','text':'hi'},'replyTo':'MESSAGE'}");
        QCOMPARE(result.keys(), (QStringList{QStringLiteral("chatId"), QStringLiteral("id"),
                                             QStringLiteral("status"), QStringLiteral("timestamp")}));
        QCOMPARE(result.value(QLatin1String("status")).toString(), QStringLiteral("pending"));
        QCOMPARE(m_client->lastArguments(QStringLiteral("sendText")),
                 (QVariantList{m_chat.toHex(), QStringLiteral("hi"), m_own}));
    }

    void messagesAreCommittedInTheOrderAskedForDespiteLookUps() {
        m_client->hold(QStringLiteral("createDirect"));
        int answered = 0;
        for (const char* params : {"{'to':'bob','content':{'type':'text','text':'1'}}",
                                   "{'chatId':'CHAT','content':{'type':'text','text':'2'}}",
                                   "{'to':'nobody','content':{'type':'text','text':'lost'}}",
                                   "{'to':'bob@relay.test','content':{'type':'text','text':'3'}}",
                                   "{'chatId':'CHAT','content':{'type':'text','text':'4'}}"})
            m_api->call(QStringLiteral("sendMessage"), substituted(params),
                        [&](const Outcome&) { ++answered; });
        QVERIFY(waitUntil([&] { return m_client->count(QStringLiteral("createDirect")) == 1; }));
        QCOMPARE(m_client->count(QStringLiteral("sendText")), 0);
        m_client->release(QStringLiteral("createDirect"));
        QVERIFY(waitUntil([&] { return answered == 5; }));
        QStringList texts;
        for (const messaging::Message& message : m_client->messageList.mid(2))
            texts.append(message.text);
        QCOMPARE(texts.join(QLatin1Char(' ')), QStringLiteral("1 2 3 4"));
    }

    void waitIdleWaitsForWhatIsStillLookedUp() {
        m_client->hold(QStringLiteral("createDirect"));
        m_api->call(QStringLiteral("sendMessage"),
                    substituted("{'to':'bob','content':{'type':'text','text':'1'}}"), [](const Outcome&) {});
        bool idle = false;
        m_api->call(QStringLiteral("waitIdle"), {}, [&](const Outcome&) { idle = true; });
        QVERIFY(waitUntil([&] { return m_client->count(QStringLiteral("createDirect")) == 1; }));
        QCOMPARE(m_client->count(QStringLiteral("waitIdle")), 0);
        m_client->release(QStringLiteral("createDirect"));
        QVERIFY(waitUntil([&] { return idle; }));
        QCOMPARE(m_client->calls.constLast().method, QStringLiteral("waitIdle"));
    }

    void getMessagesGoesBackPageByPage() {
        for (int number = 3; number <= 5; ++number)
            m_client->addMessage(m_chat, QString::number(number), false);
        QJsonObject page = callForResult(QStringLiteral("getMessages"), "{'chatId':'CHAT','limit':2}");
        QCOMPARE(idsOf(page), QStringLiteral("5 4"));
        QCOMPARE(page.value(QLatin1String("next")), QJsonValue(QStringLiteral("4")));
        page = callForResult(QStringLiteral("getMessages"), "{'chatId':'CHAT','limit':2,'before':'4'}");
        QCOMPARE(idsOf(page), QStringLiteral("3 2"));
        page = callForResult(QStringLiteral("getMessages"), "{'chatId':'CHAT','limit':2,'before':'2'}");
        QCOMPARE(idsOf(page), QStringLiteral("1"));
        QVERIFY(page.value(QLatin1String("next")).isNull());
    }

    void theRestReachesTheClientAsAsked() {
        QCOMPARE(
            callForResult(QStringLiteral("getChats"), "{}").value(QLatin1String("chats")).toArray().size(),
            1);
        QCOMPARE(callForResult(QStringLiteral("createChat"), "{'type':'direct','participants':['bob']}"),
                 (QJsonObject{{QStringLiteral("chatId"), m_chat.toHex()}}));
        callForResult(QStringLiteral("updateStatus"),
                      "{'messageId':'" + QByteArray::number(m_theirs) + "','status':'read'}");
        QCOMPARE(m_client->conversationList[0].unread, 0);
        callForResult(QStringLiteral("deleteMessage"), "{'messageId':'MESSAGE','forEveryone':true}");
        QCOMPARE(m_client->lastArguments(QStringLiteral("deleteMessage")), (QVariantList{m_own, true}));
        callForResult(QStringLiteral("deleteMessage"), "{'messageId':'MESSAGE'}");
        QCOMPARE(m_client->lastArguments(QStringLiteral("deleteMessage")), (QVariantList{m_own, false}));
        callForResult(QStringLiteral("react"), "{'messageId':'MESSAGE','emoji':''}");
        QCOMPARE(m_client->lastArguments(QStringLiteral("react")), (QVariantList{m_own, QString()}));
        callForResult(QStringLiteral("setTyping"), "{'chatId':'CHAT','typing':true}");
        QCOMPARE(m_client->lastArguments(QStringLiteral("setTyping")), (QVariantList{m_chat.toHex(), true}));
        callForResult(QStringLiteral("searchMessages"), "{'query':'mine','chatId':'CHAT','limit':7}");
        QCOMPARE(m_client->lastArguments(QStringLiteral("search")),
                 (QVariantList{QStringLiteral("mine"), m_chat.toHex(), 7}));
        callForResult(QStringLiteral("waitIdle"), "{'timeoutMs':0}");
        QCOMPARE(m_client->lastArguments(QStringLiteral("waitIdle")), (QVariantList{0}));
    }

    void contactsAreTheContractsObjects() {
        QJsonObject contact = callForResult(QStringLiteral("getContact"), "{'address':'bob@relay.test'}");
        QCOMPARE(contact.keys(), (QStringList{QStringLiteral("accountId"), QStringLiteral("address"),
                                              QStringLiteral("displayName"), QStringLiteral("safetyNumber"),
                                              QStringLiteral("trust")}));
        QCOMPARE(contact.value(QLatin1String("safetyNumber")).toString().size(), 60);
        QCOMPARE(contact.value(QLatin1String("trust")).toString(), QStringLiteral("unverified"));
        callForResult(QStringLiteral("setTrust"), "{'address':'bob','trust':'verified'}");
        contact = callForResult(QStringLiteral("getContact"), "{'address':'bob'}");
        QCOMPARE(contact.value(QLatin1String("trust")).toString(), QStringLiteral("verified"));
    }

private:
    /// A correct call of every method.
    static QList<std::pair<QString, QByteArray>> goodCalls() {
        return {{QStringLiteral("register"), "{'relay':'ws://h','username':'ana'}"},
                {QStringLiteral("setPrivacy"), "{}"},
                {QStringLiteral("acceptChat"), "{'chatId':'CHAT'}"},
                {QStringLiteral("whoami"), "{}"},
                {QStringLiteral("createChat"), "{'type':'direct','participants':['bob']}"},
                {QStringLiteral("sendMessage"), "{'chatId':'CHAT','content':{'type':'text','text':'x'}}"},
                {QStringLiteral("getMessages"), "{'chatId':'CHAT'}"},
                {QStringLiteral("getChats"), "{}"},
                {QStringLiteral("updateStatus"), "{'messageId':'MESSAGE','status':'read'}"},
                {QStringLiteral("deleteMessage"), "{'messageId':'MESSAGE'}"},
                {QStringLiteral("editMessage"), "{'messageId':'MESSAGE','text':'x'}"},
                {QStringLiteral("react"), "{'messageId':'MESSAGE','emoji':'x'}"},
                {QStringLiteral("setTyping"), "{'chatId':'CHAT','typing':true}"},
                {QStringLiteral("getContact"), "{'address':'bob'}"},
                {QStringLiteral("setTrust"), "{'address':'bob','trust':'verified'}"},
                {QStringLiteral("searchMessages"), "{'query':'x'}"},
                {QStringLiteral("updateGroup"), "{'chatId':'CHAT'}"},
                {QStringLiteral("leaveGroup"), "{'chatId':'CHAT'}"},
                {QStringLiteral("downloadMedia"), "{'messageId':'MESSAGE','path':'/x'}"},
                {QStringLiteral("waitIdle"), "{}"}};
    }

    QJsonObject substituted(QByteArray params) const {
        params.replace("CHAT", m_chat.toHex().toLatin1());
        params.replace("MESSAGE", QByteArray::number(m_own));
        return parameters(params);
    }

    Outcome call(const QString& method, const QByteArray& params) {
        std::optional<Outcome> outcome;
        m_api->call(method, substituted(params), [&](const Outcome& got) { outcome = got; });
        if (!waitUntil([&] { return outcome.has_value(); }))
            qFatal("%s was never answered", qPrintable(method));
        return *outcome;
    }

    cli::RpcError callForError(const QString& method, const QByteArray& params) {
        const Outcome outcome = call(method, params);
        if (const cli::RpcError* error = std::get_if<cli::RpcError>(&outcome))
            return *error;
        return {0, QStringLiteral("it succeeded"), {}};
    }

    QJsonObject callForResult(const QString& method, const QByteArray& params) {
        const Outcome outcome = call(method, params);
        if (const cli::RpcError* error = std::get_if<cli::RpcError>(&outcome))
            return {{QStringLiteral("error"), error->message}};
        return std::get<QJsonValue>(outcome).toObject();
    }

    static QString reasonOf(const cli::RpcError& error) {
        return error.data.value(QLatin1String("reason")).toString();
    }

    static QString idsOf(const QJsonObject& page) {
        QStringList ids;
        for (const QJsonValue message : page.value(QLatin1String("messages")).toArray())
            ids.append(message.toObject().value(QLatin1String("id")).toString());
        return ids.join(QLatin1Char(' '));
    }

    std::unique_ptr<FakeClient> m_client;
    std::unique_ptr<Api> m_api;
    base::ConversationId m_chat;
    messaging::LocalId m_own = 0;
    messaging::LocalId m_theirs = 0;
};

} // namespace recado::tests

RECADO_TEST(recado::tests::ApiTest)
#include "ApiTest.moc"
