#include "support/ProfileSeeder.h"

#include "base/SigningKey.h"
#include "messaging/ConversationIds.h"
#include "routing/DeviceList.h"
#include "storage/ProfileDatabase.h"
#include "storage/ProfileKey.h"
#include "storage/ProfileStores.h"

#include <QFile>

#include <algorithm>
#include <random>
#include <vector>

namespace recado::tests {

using base::Result;
using base::Status;
using messaging::MessageStatus;

namespace {

constexpr int clockCounterBits = 16;

QStringList madeUpSentences() {
    const QStringList who{QStringLiteral("I"), QStringLiteral("We"), QStringLiteral("Marta and João"),
                          QStringLiteral("The neighbours")};
    const QStringList what{QStringLiteral("will bring bread"), QStringLiteral("fixed the old bicycle"),
                           QStringLiteral("liked the café by the river"),
                           QStringLiteral("are late, the train stands in the rain 🌧️"),
                           QStringLiteral("found your keys under the sofa")};
    const QStringList when{QStringLiteral("tomorrow at seven."), QStringLiteral("again!"),
                           QStringLiteral("— can you believe it?"), QStringLiteral("on Sunday, I think."),
                           QStringLiteral("and that is why I wanted to ask whether you still have the long "
                                          "ladder that we used for painting the kitchen last summer.")};
    QStringList sentences;
    for (const QString& subject : who) {
        for (const QString& verb : what) {
            for (const QString& ending : when)
                sentences.append(subject + QChar(u' ') + verb + QChar(u' ') + ending);
        }
    }
    return sentences;
}

/// One conversation while it grows.
struct Chat {
    base::AccountId peer;
    base::ConversationId id;
    quint64 ownSequence = 0;
    quint64 peerSequence = 0;
    quint64 clock = 0;
};

class Seeder {
public:
    Seeder(sql::Database& database, const base::Clock& clock, const SeedPlan& plan)
        : m_tables(database, clock)
        , m_stores(m_tables.stores())
        , m_plan(plan)
        , m_texts(plan.texts.isEmpty() ? madeUpSentences() : plan.texts)
        , m_random(plan.seed) {}

    Status run() {
        RECADO_TRY(messaging::WorkScope work, messaging::WorkScope::begin(m_stores.work));
        RECADO_CHECK(prepareAccount());
        for (int i = 0; i < m_plan.conversations; ++i)
            RECADO_CHECK(addChat(i));
        for (int i = 0; i < m_plan.messages && !m_chats.empty(); ++i)
            RECADO_CHECK(addMessage(i));
        for (const Chat& chat : m_chats)
            RECADO_CHECK(finishChat(chat));
        return work.commit();
    }

private:
    Status prepareAccount() {
        RECADO_TRY(const std::optional<messaging::OwnAccount> known, m_stores.profile.account());
        if (known) {
            m_own = known->account;
            return {};
        }
        messaging::OwnAccount account;
        account.account = m_own = base::AccountId::random();
        account.registered = true;
        account.relayUrl = QStringLiteral("ws://127.0.0.1:9");
        account.relayName = QStringLiteral("seeded.example");
        account.username = QStringLiteral("me");
        account.displayName = QStringLiteral("Me");
        RECADO_TRY(account.registrationId, crypto::generateRegistrationId());
        RECADO_TRY(account.identity, crypto::generateIdentity());
        account.authSeed = base::SigningKey::generate().seed();
        account.headerKeys = crypto::generateHeaderKeyPair();
        return m_stores.profile.saveAccount(account);
    }

    Status addChat(int number) {
        static const QStringList names{QStringLiteral("Ana"),    QStringLiteral("Bruno"),
                                       QStringLiteral("Chiara"), QStringLiteral("Davi"),
                                       QStringLiteral("Elif"),   QStringLiteral("Farid"),
                                       QStringLiteral("Greta"),  QStringLiteral("Hugo")};
        RECADO_TRY(const crypto::IdentityKeyPair identity, crypto::generateIdentity());
        messaging::ContactRecord contact;
        contact.account = base::AccountId::random();
        contact.displayName = QStringLiteral("%1 %2").arg(names[number % names.size()]).arg(number + 1);
        contact.address = QStringLiteral("person%1@seeded.example").arg(number + 1);
        contact.accepted = true;
        contact.deviceListVersion = 1;
        RECADO_TRY(contact.deviceList, signedList(contact.account, identity));
        RECADO_CHECK(m_stores.contacts.saveContact(contact));
        RECADO_CHECK(m_stores.contacts.setIdentity(contact.account, {identity.publicKey, {}, {}}));
        Chat chat;
        chat.peer = contact.account;
        chat.id = messaging::directConversationId(m_own, chat.peer);
        messaging::ConversationRecord record;
        record.id = chat.id;
        record.peer = chat.peer;
        RECADO_CHECK(m_stores.conversations.insertConversation(record));
        m_chats.push_back(chat);
        return {};
    }

    Result<routing::SignedDeviceList> signedList(const base::AccountId& account,
                                                 const crypto::IdentityKeyPair& identity) const {
        routing::DeviceList list;
        list.account = account;
        list.version = 1;
        list.issuedAtMs = firstMs();
        list.identityKey = identity.publicKey;
        list.devices.append(
            {1, 1, base::SigningKey::generate().publicKey(), crypto::generateHeaderKeyPair().publicKey});
        routing::SignedDeviceList signedList{list.serialise(), {}};
        RECADO_TRY(signedList.signature, crypto::sign(identity, crypto::label::deviceList, signedList.bytes));
        return signedList;
    }

    /// The first messages go round, so that no conversation is empty; then a few get most of them.
    Chat& chatOf(int number) {
        const std::size_t count = m_chats.size();
        if (std::size_t(number) < count)
            return m_chats[std::size_t(number)];
        const double share = std::uniform_real_distribution<>(0, 1)(m_random);
        return m_chats[std::min(count - 1, std::size_t(share * share * double(count)))];
    }

    Status addMessage(int number) {
        Chat& chat = chatOf(number);
        const bool outgoing = m_random() % 2 == 0;
        messaging::NewMessage message;
        message.key = {chat.id, outgoing ? m_own : chat.peer, base::MessageId::random()};
        message.senderDevice = 1;
        message.outgoing = outgoing;
        message.text = m_texts[number % m_texts.size()];
        message.timestampMs = firstMs() + number * m_plan.intervalMs;
        message.clock = chat.clock =
            std::max(chat.clock + 1, quint64(message.timestampMs) << clockCounterBits);
        message.sequence = outgoing ? ++chat.ownSequence : ++chat.peerSequence;
        const bool seen = number < m_plan.messages - m_plan.unseen;
        message.status = outgoing ? MessageStatus::Read
                         : seen   ? MessageStatus::Seen
                                  : MessageStatus::Received;
        RECADO_TRY([[maybe_unused]] const messaging::LocalId local, m_stores.messages.insert(message));
        if (outgoing) {
            RECADO_CHECK(takeSubmission());
            return {};
        }
        RECADO_TRY([[maybe_unused]] const bool newMessage,
                   m_stores.arrivals.markMessage(chat.peer, message.key.id));
        RECADO_TRY([[maybe_unused]] const bool newSubmission,
                   m_stores.arrivals.markSubmission({chat.peer, 1}, message.sequence));
        return {};
    }

    Status takeSubmission() {
        RECADO_TRY([[maybe_unused]] const quint64 taken,
                   m_stores.profile.takeNumbers(messaging::NumberSeries::Submission, 1));
        return {};
    }

    Status finishChat(const Chat& chat) {
        RECADO_CHECK(m_stores.arrivals.setLastSequence(chat.id, {chat.peer, 1}, chat.peerSequence));
        return m_stores.conversations.saveClock(chat.id, chat.clock, chat.ownSequence);
    }

    [[nodiscard]] qint64 firstMs() const { return m_plan.lastMs - (m_plan.messages - 1) * m_plan.intervalMs; }

    storage::ProfileStores m_tables;
    messaging::Stores m_stores;
    const SeedPlan& m_plan;
    QStringList m_texts;
    std::mt19937 m_random;
    base::AccountId m_own;
    std::vector<Chat> m_chats;
};

Result<storage::ProtectionRequest> protectionFor(const QString& passphraseFile) {
    storage::ProtectionRequest request;
    if (passphraseFile.isEmpty())
        return request;
    QFile file(passphraseFile);
    if (!file.open(QIODevice::ReadOnly))
        return base::makeError(base::Reason::IoFailed, file.errorString());
    QByteArray line = file.readLine();
    while (line.endsWith('\n') || line.endsWith('\r'))
        line.chop(1);
    request.protection = storage::KeyProtection::Passphrase;
    request.passphrase = base::SecretBytes::copyOf(line);
    return request;
}

Status seedNewProfile(const QString& directory, const QString& passphraseFile, int messages) {
    RECADO_TRY(const storage::ProtectionRequest request, protectionFor(passphraseFile));
    RECADO_TRY(storage::ProfileDirectory claimed, storage::ProfileDirectory::claim(directory));
    RECADO_TRY(const storage::ProfileKey::Created created, storage::ProfileKey::create(directory, request));
    RECADO_TRY(const std::unique_ptr<storage::ProfileDatabase> profile,
               storage::ProfileDatabase::open(std::move(claimed), created.key, storage::Creation::Allowed));
    const base::SystemClock clock;
    SeedPlan plan;
    plan.messages = messages;
    plan.lastMs = clock.wallMs();
    return seedDatabase(profile->writer(), clock, plan);
}

} // namespace

Status seedDatabase(sql::Database& database, const base::Clock& clock, const SeedPlan& plan) {
    return Seeder(database, clock, plan).run();
}

QString seedProfile(const QString& directory, const QString& passphraseFile, int messages) {
    const Status seeded = seedNewProfile(directory, passphraseFile, messages);
    return seeded ? QString() : seeded.error().message;
}

} // namespace recado::tests
