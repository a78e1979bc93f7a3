#include "relay/storage/Schema.h"

#include "queue/QueueTable.h"

namespace recado::relay {

namespace {

constexpr char relayTablesV1[] = R"sql(
CREATE TABLE meta (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    incarnation BLOB NOT NULL,
    boot_epoch INTEGER NOT NULL,
    public_name TEXT) STRICT;

CREATE TABLE account (
    id BLOB NOT NULL UNIQUE,
    username TEXT NOT NULL UNIQUE,
    skeleton TEXT NOT NULL UNIQUE,
    list_version INTEGER NOT NULL,
    list BLOB NOT NULL,
    list_signature BLOB NOT NULL) STRICT;

-- Names whose account was erased; nobody else gets them, or a look-alike, for a while.
CREATE TABLE freed_username (
    username TEXT NOT NULL,
    skeleton TEXT NOT NULL,
    freed_at INTEGER NOT NULL) STRICT;
CREATE INDEX freed_username_skeleton ON freed_username (skeleton);

CREATE TABLE invitation (
    token_hash BLOB PRIMARY KEY,
    uses INTEGER NOT NULL,
    expires_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE signed_prekey (
    account BLOB NOT NULL,
    device INTEGER NOT NULL,
    id INTEGER NOT NULL,
    key BLOB NOT NULL,
    signature BLOB NOT NULL,
    PRIMARY KEY (account, device)) STRICT, WITHOUT ROWID;

CREATE TABLE one_time_prekey (
    account BLOB NOT NULL,
    device INTEGER NOT NULL,
    id INTEGER NOT NULL,
    key BLOB NOT NULL,
    PRIMARY KEY (account, device, id)) STRICT, WITHOUT ROWID;

-- Gives each device's mailbox a number, which is its queue in the table of envelopes, and sums it up.
CREATE TABLE mailbox (
    id INTEGER PRIMARY KEY,
    account BLOB NOT NULL,
    device INTEGER NOT NULL,
    envelopes INTEGER NOT NULL DEFAULT 0,
    bytes INTEGER NOT NULL DEFAULT 0,
    UNIQUE (account, device)) STRICT;

-- Bodies that envelopes share. Their use is counted apart from the content, so that counting never rewrites it.
CREATE TABLE body (
    id INTEGER PRIMARY KEY,
    users INTEGER NOT NULL) STRICT;
CREATE TABLE body_content (
    id INTEGER PRIMARY KEY REFERENCES body (id) ON DELETE CASCADE,
    content BLOB NOT NULL) STRICT;

CREATE TABLE submission_window (
    account BLOB NOT NULL,
    device INTEGER NOT NULL,
    highest INTEGER NOT NULL,
    bits BLOB NOT NULL,
    PRIMARY KEY (account, device)) STRICT, WITHOUT ROWID;
)sql";

// When an account was registered (wall clock, milliseconds; 0 for those from before this version). Names are
// compared in lower case from now on, and keys of accounts that are no more go.
constexpr char relayTablesV2[] = R"sql(
ALTER TABLE account ADD COLUMN created_at INTEGER NOT NULL DEFAULT 0;
UPDATE meta SET public_name = lower(public_name);
DELETE FROM signed_prekey WHERE account NOT IN (SELECT id FROM account);
DELETE FROM one_time_prekey WHERE account NOT IN (SELECT id FROM account);
)sql";

// How high an account's device numbers have gone, since none is given twice; and whether its list came out of
// a backup, so that a newer one is taken as it is. Names of erased accounts are kept as keyed hashes of their
// look-alike skeletons only; no version before this one could erase, so that the old table is empty. At most
// one recovery invitation an account.
constexpr char relayTablesV3[] = R"sql(
ALTER TABLE account ADD COLUMN highest_device INTEGER NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN list_restored INTEGER NOT NULL DEFAULT 0;
DROP TABLE freed_username;
CREATE TABLE freed_name (
    hash BLOB PRIMARY KEY,
    freed_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX freed_name_age ON freed_name (freed_at);
CREATE TABLE recovery (
    account BLOB PRIMARY KEY,
    secret_hash BLOB NOT NULL,
    expires_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
)sql";

// What counted against an hourly limit, so that a restart gives nobody a new hour. The key is a hash.
constexpr char relayTablesV4[] = R"sql(
CREATE TABLE limit_event (
    key BLOB NOT NULL,
    at INTEGER NOT NULL) STRICT;
CREATE INDEX limit_event_age ON limit_event (at);
)sql";

// What happened to the mailboxes lately, a row a commit (MailboxLog.h). Since this version an envelope waits
// in here first and moves to the table `envelope` when the log has grown; `mailbox` sums up that table alone,
// and a `submission_window` is as of the last move.
constexpr char relayTablesMailboxLog[] = R"sql(
CREATE TABLE mailbox_log (
    id INTEGER PRIMARY KEY,
    records BLOB NOT NULL) STRICT;
)sql";

} // namespace

std::vector<QByteArray> relayMigrations() {
    return {QByteArray(relayTablesV1) + queue::QueueTable::schema(envelopeTable), relayTablesV2,
            relayTablesV3, relayTablesV4, relayTablesMailboxLog};
}

} // namespace recado::relay
