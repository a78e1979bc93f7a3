#include "StoreFixture.h"

#include <QDir>
#include <QFile>
#include <QTest>

#include <cstdio>

namespace recado::tests {

/// A profile of every schema there ever was must open in this version. tests/fixtures holds one encrypted
/// database for each, made when the schema was new by
/// `storage_snapshot_test --make tests/fixtures/profile-schema-<n>.db` and never made again.
class SnapshotTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everySchemaHasASnapshot();
    void snapshotsOpenAndMigrate_data();
    void snapshotsOpenAndMigrate();
};

namespace {

/// No secret: it protects nothing but these fixtures.
base::SecretBytes snapshotKey() {
    return base::SecretBytes::copyOf(QByteArray("recado snapshot key, 32 bytes ..", 32));
}

QString snapshotPath(int schema) {
    return QStringLiteral(RECADO_FIXTURES "/profile-schema-%1.db").arg(schema);
}

constexpr char snapshotAccount[] = "account-snapshot";
constexpr char snapshotPeer[] = "peer----snapshot";
constexpr char snapshotChat[] = "chat----snapshot";

base::Status fillSnapshot(storage::ProfileStores& tables) {
    const messaging::Stores stores = tables.stores();
    const auto own = *base::AccountId::fromBytes(snapshotAccount);
    const auto peer = *base::AccountId::fromBytes(snapshotPeer);
    const auto chat = *base::ConversationId::fromBytes(snapshotChat);
    messaging::OwnAccount account;
    account.account = own;
    account.registered = true;
    account.username = QStringLiteral("ana");
    account.relayName = QStringLiteral("relay.example");
    account.identity = {QByteArray(33, 'i'), base::SecretBytes::copyOf(QByteArray(32, 'p'))};
    account.authSeed = base::SecretBytes::copyOf(QByteArray(32, 's'));
    account.headerKeys = {QByteArray(32, 'h'), base::SecretBytes::copyOf(QByteArray(32, 'k'))};
    RECADO_CHECK(stores.profile.saveAccount(account));
    messaging::ContactRecord contact;
    contact.account = peer;
    contact.address = QStringLiteral("bia@relay.example");
    contact.displayName = QStringLiteral("Bia");
    contact.accepted = true;
    RECADO_CHECK(stores.contacts.saveContact(contact));
    RECADO_CHECK(stores.identities.saveIdentity(peer, QByteArray(33, 't')));
    RECADO_CHECK(stores.sessions.storeSession({peer, 1}, "session record"));
    RECADO_CHECK(stores.conversations.insertConversation(
        {chat, messaging::ConversationType::Direct, peer, false, 3ull << 16, 1}));
    for (int i = 1; i <= 3; ++i) {
        messaging::NewMessage message;
        message.outgoing = i == 2;
        message.key = {chat, message.outgoing ? own : peer, base::MessageId::random()};
        message.text = QStringLiteral("Olá número %1").arg(i);
        message.timestampMs = i;
        message.clock = quint64(i) << 16;
        message.sequence = quint64(i);
        message.status =
            message.outgoing ? messaging::MessageStatus::Delivered : messaging::MessageStatus::Received;
        RECADO_TRY(const messaging::LocalId local, stores.messages.insert(message));
        if (i == 1) {
            RECADO_TRY([[maybe_unused]] const bool shown,
                       stores.changes.react(local, own, QStringLiteral("👍"), 9));
        }
    }
    messaging::OutboxItem item;
    item.receiver = peer;
    item.conversation = chat;
    item.state = messaging::OutboxState::Sealed;
    item.submission = 1;
    item.content = "content";
    item.sealed = "sealed bytes";
    RECADO_TRY([[maybe_unused]] const qint64 added, stores.outbox.append(item));
    RECADO_TRY([[maybe_unused]] const bool marked, stores.arrivals.markSubmission({peer, 1}, 5));
    return {};
}

base::Status makeSnapshot(const QString& file) {
    const QTemporaryDir directory;
    {
        RECADO_TRY(storage::ProfileDirectory claimed, storage::ProfileDirectory::claim(directory.path()));
        RECADO_TRY(const auto profile, storage::ProfileDatabase::open(std::move(claimed), snapshotKey(),
                                                                      storage::Creation::Allowed));
        const FakeClock clock;
        storage::ProfileStores tables(profile->writer(), clock);
        RECADO_CHECK(fillSnapshot(tables));
    }
    if (!QFile::copy(directory.filePath(QStringLiteral("profile.db")), file))
        return base::makeError(base::Reason::IoFailed, QStringLiteral("there is such a snapshot already"));
    return {};
}

} // namespace

void SnapshotTest::everySchemaHasASnapshot() {
    for (int schema = 1; schema <= storage::ProfileDatabase::schemaVersion(); ++schema) {
        const QFileInfo snapshot(snapshotPath(schema));
        QVERIFY2(snapshot.size() > 0, qPrintable(snapshot.fileName()));
        QVERIFY2(snapshot.size() < 300 * 1024, qPrintable(snapshot.fileName()));
    }
}

void SnapshotTest::snapshotsOpenAndMigrate_data() {
    QTest::addColumn<int>("schema");
    for (int schema = 1; schema <= storage::ProfileDatabase::schemaVersion(); ++schema)
        QTest::addRow("%d", schema) << schema;
}

void SnapshotTest::snapshotsOpenAndMigrate() {
    QFETCH(int, schema);
    const QTemporaryDir directory;
    const QString file = directory.filePath(QStringLiteral("profile.db"));
    QVERIFY(QFile::copy(snapshotPath(schema), file));
    QVERIFY(QFile::setPermissions(file, QFile::ReadOwner | QFile::WriteOwner));
    auto opened =
        storage::ProfileDatabase::open(*storage::ProfileDirectory::claim(directory.path()), snapshotKey());
    RECADO_OK(opened);
    sql::Database& writer = (*opened)->writer();
    RECADO_OK(writer.checkIntegrity());
    const FakeClock clock;
    storage::ProfileStores tables(writer, clock);
    const messaging::Stores stores = tables.stores();
    const auto peer = *base::AccountId::fromBytes(snapshotPeer);
    QCOMPARE((*stores.profile.account())->username, QStringLiteral("ana"));
    QCOMPARE((*stores.contacts.contact(peer))->identity.trusted, QByteArray(33, 't'));
    QCOMPARE(*stores.sessions.loadSession({peer, 1}), QByteArray("session record"));
    QCOMPARE((*stores.outbox.bySubmission(1))->sealed, QByteArray("sealed bytes"));
    QCOMPARE(*stores.arrivals.knowsSubmission({peer, 1}, 5), true);
    storage::ProfileHistory history(writer);
    const auto list = *history.conversations();
    QCOMPARE(list.size(), 1);
    QCOMPARE(list.first().title, QStringLiteral("Bia"));
    QCOMPARE(list.first().unread, 2);
    QCOMPARE(list.first().lastMessage->text, QStringLiteral("Olá número 3"));
    const auto page = *history.page({list.first().id});
    QCOMPARE(page.messages.size(), 3);
    QCOMPARE(page.messages.first().reactions.size(), 1);
    QCOMPARE(history.search({QStringLiteral("numero"), {}, 5})->size(), 3);
}

} // namespace recado::tests

int main(int argc, char** argv) {
    if (argc == 3 && qstrcmp(argv[1], "--make") == 0) {
        const recado::base::Status made = recado::tests::makeSnapshot(QString::fromLocal8Bit(argv[2]));
        if (!made)
            std::fprintf(stderr, "%s\n", qPrintable(made.error().message));
        return made ? 0 : 1;
    }
    recado::tests::SnapshotTest test;
    return QTest::qExec(&test, argc, argv);
}

#include "SnapshotTest.moc"
