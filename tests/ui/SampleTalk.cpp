#include "ui/SampleTalk.h"

#include <QDateTime>

namespace recado::tests {

using messaging::Message;
using messaging::MessageStatus;

namespace {

constexpr qint64 minute = 60'000;
constexpr qint64 day = 24 * 60 * minute;

class Writer {
public:
    Writer(FakeClient& client, base::ConversationId conversation, qint64 fromMs)
        : m_client(client)
        , m_conversation(conversation)
        , m_time(fromMs) {}

    Message& say(bool outgoing, const QString& text, MessageStatus status, qint64 afterMs = minute) {
        m_time += afterMs;
        m_client.addMessage(m_conversation, text, outgoing);
        Message& message = m_client.messageList.last();
        message.timestampMs = m_time;
        message.status = status;
        return message;
    }

    /// Carries the last message over to the conversation's row.
    void finish(int unread = 0) {
        for (messaging::Conversation& each : m_client.conversationList) {
            if (each.id == m_conversation) {
                each.lastMessage = m_client.messageList.last();
                each.lastActivityMs = m_time;
                each.unread = unread;
            }
        }
    }

private:
    FakeClient& m_client;
    base::ConversationId m_conversation;
    qint64 m_time;
};

messaging::Conversation& named(FakeClient& client, base::ConversationId id, const QString& name) {
    for (messaging::Conversation& each : client.conversationList) {
        if (each.id == id) {
            each.title = name;
            each.participants.first().displayName = name;
            return each;
        }
    }
    Q_UNREACHABLE();
}

void fillMain(FakeClient& client, base::ConversationId id, qint64 noon) {
    using S = MessageStatus;
    Writer w(client, id, noon - 2 * day);
    w.say(false, QStringLiteral("Bom dia! Did the parcel with the seeds arrive?"), S::Seen);
    w.say(true, QStringLiteral("It did, this morning. Thank you!"), S::Read);
    w.say(true, QStringLiteral("The tomatoes go into the big pots, the coriander stays by the window."),
          S::Read);
    w.say(false, QStringLiteral("🌱"), S::Seen, 9 * minute);
    w.say(false,
          QStringLiteral(
              "I found the notes from last year: https://garden.example.org/notes/2025 and there is a "
              "photograph of the trellis somewhere as well."),
          S::Seen, day);
    w.say(false,
          QStringLiteral("Look at the second page, the part about watering in August. We lost half the beans "
                         "because nobody was there for a week."),
          S::Seen);
    Message& reply =
        w.say(true, QStringLiteral("Right. This year Miguel is at home in August."), S::Read, 3 * minute);
    reply.quote =
        messaging::Quote{reply.id - 1, client.conversationList.first().participants.first(),
                         QStringLiteral("Look at the second page, the part about watering in August.")};
    reply.reactions = {{client.conversationList.first().participants.first(), QStringLiteral("👍")},
                       {FakeClient::person(QStringLiteral("ana")), QStringLiteral("🎉")}};
    Message& edited = w.say(true, QStringLiteral("I asked him yesterday."), S::Read);
    edited.edited = true;
    Message& gone = w.say(false, QString(), S::Seen, 4 * minute);
    gone.deleted = true;
    Message& gap = w.say(false, QStringLiteral("Then it is settled."), S::Seen, 20 * minute);
    gap.gapBefore = true;
    w.say(true, QStringLiteral("👩‍🌾🍅❤️"), S::Read, 22 * 60 * minute);
    w.say(true, QStringLiteral("Dinner on Saturday?"), S::Delivered, 2 * minute);
    w.say(false, QStringLiteral("Gladly. Shall I bring the bread from the market, the dark one you liked?"),
          S::Received, 12 * minute);
    w.say(false, QStringLiteral("And what time?"), S::Received);
    w.say(true, QStringLiteral("Half past seven, and yes please."), S::Sent, 2 * minute);
    w.say(true, QStringLiteral("Bring Miguel as well if he is free."), S::Pending);
    w.finish();
}

} // namespace

SampleTalk::SampleTalk(FakeClient& client) {
    using S = MessageStatus;
    const qint64 noon = QDateTime(QDate::currentDate(), QTime(12, 4)).toMSecsSinceEpoch();
    main = client.addConversation(QStringLiteral("clara"));
    named(client, main, QStringLiteral("Clara Nogueira")).presence = messaging::Presence{true, {}};
    fillMain(client, main, noon);

    failed = client.addConversation(QStringLiteral("miguel"));
    named(client, failed, QStringLiteral("Miguel Ángel Ibáñez"));
    Writer f(client, failed, noon - 40 * minute);
    f.say(false, QStringLiteral("¿Vienes el sábado?"), S::Seen);
    Message& refused = f.say(true, QStringLiteral("Claro que sí, llevo el postre."), S::Failed);
    refused.failure = base::Reason::QuotaExceeded;
    Message& late = f.say(true, QStringLiteral("¿Has leído esto?"), S::Failed, 10 * minute);
    late.failure = base::Reason::RelayUnreachable;
    f.finish();

    request = client.addConversation(QStringLiteral("rosa.l"), true);
    named(client, request, QStringLiteral("Rosa L."));
    Writer r(client, request, noon - 60 * minute);
    r.say(false, QStringLiteral("Hello! I am the new treasurer of the club, Clara gave me your address."),
          S::Received);
    r.finish(1);

    changed = client.addConversation(QStringLiteral("tomas"));
    named(client, changed, QStringLiteral("Tomás")).identityChanged = true;
    for (const auto* name : {"tomas", "tomas@relay.test"}) {
        messaging::Contact& contact = client.contacts[QString::fromLatin1(name)];
        contact.trust = messaging::Trust::Changed;
        contact.safetyNumber = QStringLiteral("048211902755613009178842610937550218467309915523886014729030");
    }
    Writer c(client, changed, noon - 3 * 60 * minute);
    c.say(true, QStringLiteral("The minutes of the meeting are ready."), S::Read);
    Message& sealed = c.say(false, QString(), S::Seen, 4 * minute);
    sealed.placeholder = true;
    c.finish();

    hebrew = client.addConversation(QStringLiteral("noa"));
    named(client, hebrew, QStringLiteral("נועה לוי")).presence = messaging::Presence{false, noon - day};
    Writer h(client, hebrew, noon - day);
    h.say(false, QStringLiteral("שלום! מה שלומך היום?"), S::Seen);
    h.say(true,
          QStringLiteral("הכול טוב, תודה. נתראה ביום שבת בערב אצל קלרה, אני מביא את הלחם ואת היין האדום."),
          S::Read);
    h.say(false, QStringLiteral("مرحبا، هل وصلت الرسالة؟"), S::Seen);
    h.say(false, QStringLiteral("See you at 7 בערב, okay?"), S::Received);
    h.finish(3);

    longName = client.addConversation(QStringLiteral("long"));
    named(client, longName,
          QStringLiteral("Associação dos Moradores e Amigos do Bairro Alto de São João da Boa Vista"));
    Writer l(client, longName, noon - 9 * day);
    l.say(false, QString(QStringLiteral("Donaudampfschifffahrtsgesellschaftskapitän")).repeated(6), S::Seen);
    l.say(false, QStringLiteral("一二三四五六七八九十。日本語のテキストも正しく折り返されるはずです。"),
          S::Seen);
    l.finish(1204);
}

} // namespace recado::tests
