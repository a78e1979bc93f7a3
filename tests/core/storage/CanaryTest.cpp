#include "StoreFixture.h"
#include "support/CanaryScan.h"
#include "support/Suite.h"

#include <QTemporaryDir>
#include <QTest>

namespace recado::tests {

/// Nothing that a person wrote, nor any key, may be readable in a profile's files or in temporary ones.
class CanaryTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void nothingIsReadableOnTheDisk();
    void erasedWordsLeaveTheSearchIndex();
};

void CanaryTest::nothingIsReadableOnTheDisk() {
    QTemporaryDir temporaryFiles;
    qputenv("TMPDIR", temporaryFiles.path().toUtf8());
    qputenv("SQLITE_TMPDIR", temporaryFiles.path().toUtf8());
    StoreFixture f;
    f.fill();
    CanaryScan scan;
    const QByteArray text("canary-of-a-text"), name("canary-of-a-name"), key("canary-of-a-key!"),
        session("canary-of-a-session"), content("canary-of-an-outbox"), reaction("canary-of-an-emoji");
    for (const QByteArray& canary : {text, name, key, session, content, reaction})
        scan.add(QString::fromLatin1(canary), canary);
    scan.add(QStringLiteral("the database key"), f.temporary.key().view().toByteArray());

    messaging::OwnAccount account = *std::move(*f.stores.profile.account());
    account.authSeed = base::SecretBytes::copyOf(key);
    RECADO_OK(f.stores.profile.saveAccount(account));
    messaging::ContactRecord contact = **f.stores.contacts.contact(f.peer);
    contact.displayName = QString::fromLatin1(name);
    RECADO_OK(f.stores.contacts.saveContact(contact));
    RECADO_OK(f.stores.sessions.storeSession({f.peer, 1}, session));
    messaging::OutboxItem item;
    item.receiver = f.peer;
    item.content = content;
    RECADO_OK(f.stores.outbox.append(item));
    RECADO_OK(f.stores.work.begin());
    for (quint64 i = 0; i < 2000; ++i)
        RECADO_OK(f.stores.messages.insert(f.incoming(QString::fromLatin1(text).repeated(10), i)));
    RECADO_OK(f.stores.changes.react(1, f.peer, QString::fromLatin1(reaction), 1));
    RECADO_OK(f.stores.work.commit());

    // A sort larger than any cache wants to spill.
    auto sorted = f.reader->query("SELECT text FROM message ORDER BY text || random()");
    QVERIFY(*sorted->step());
    QCOMPARE(scan.scanDirectory(f.temporary.path()), QStringList());
    QCOMPARE(scan.scanDirectory(temporaryFiles.path()), QStringList());
    sorted->reset();
    RECADO_OK(f.temporary.writer().checkpoint());
    QCOMPARE(scan.scanDirectory(f.temporary.path()), QStringList());

    // The scan itself sees what is there.
    QFile leak(f.temporary.path() + QStringLiteral("/leak"));
    QVERIFY(leak.open(QIODevice::WriteOnly) && leak.write(text) == text.size());
    leak.close();
    QCOMPARE(scan.scanDirectory(f.temporary.path()).size(), 1);
}

void CanaryTest::erasedWordsLeaveTheSearchIndex() {
    StoreFixture f;
    f.fill();
    const auto traces = [&f] {
        // Words share their beginnings in the index, so the end of one is what to look for.
        auto row = f.temporary.writer().query(
            "SELECT (SELECT count(*) FROM message_search_data WHERE instr(block, CAST('qxwvz' AS BLOB))) + "
            "(SELECT count(*) FROM message WHERE instr(text, 'qxwvz'))");
        return row && *row->step() ? row->integer(0) : -1;
    };
    f.add(f.incoming(QStringLiteral("something else"), 1));
    const messaging::LocalId erased = f.add(f.incoming(QStringLiteral("tell nobody: zebraqxwvz"), 2));
    const messaging::LocalId edited = f.add(f.incoming(QStringLiteral("oops yaleqxwvz"), 3));
    const messaging::LocalId removed = f.add(f.incoming(QStringLiteral("also xylemqxwvz"), 4));
    QVERIFY(traces() > 3);
    RECADO_OK(f.stores.changes.erase(erased));
    RECADO_OK(f.stores.changes.edit(edited, QStringLiteral("nothing"), 9));
    RECADO_OK(f.stores.changes.remove(removed));
    QCOMPARE(traces(), 0);
    RECADO_OK(f.temporary.writer().execute(
        "INSERT INTO message_search (message_search, rank) VALUES ('integrity-check', 1)"));
}

} // namespace recado::tests

RECADO_TEST(recado::tests::CanaryTest)
#include "CanaryTest.moc"
