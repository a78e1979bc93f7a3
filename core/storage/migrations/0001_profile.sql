-- Times are wall milliseconds since 1970 (UTC). Accounts, conversations and messages are named by 16 bytes.

CREATE TABLE session (
  account BLOB NOT NULL CHECK (length(account) = 16),
  device INTEGER NOT NULL CHECK (device > 0),
  record BLOB NOT NULL,
  PRIMARY KEY (account, device)
) STRICT;

CREATE TABLE pre_key (
  id INTEGER PRIMARY KEY CHECK (id > 0),
  record BLOB NOT NULL
) STRICT;

CREATE TABLE signed_pre_key (
  id INTEGER PRIMARY KEY CHECK (id > 0),
  record BLOB NOT NULL,
  created_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE seen_base_key (
  account BLOB NOT NULL CHECK (length(account) = 16),
  device INTEGER NOT NULL,
  base_key BLOB NOT NULL,
  seen_ms INTEGER NOT NULL,
  PRIMARY KEY (account, device, base_key)
) STRICT, WITHOUT ROWID;

-- This profile's own account and device; one row. Secret keys live here and nowhere else.
CREATE TABLE own_account (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  account BLOB NOT NULL CHECK (length(account) = 16),
  device INTEGER NOT NULL,
  registered INTEGER NOT NULL,
  relay_url TEXT NOT NULL,
  relay_name TEXT NOT NULL,
  username TEXT NOT NULL,
  display_name TEXT NOT NULL,
  invite TEXT NOT NULL,
  registration_id INTEGER NOT NULL,
  identity_public BLOB NOT NULL,
  identity_private BLOB NOT NULL,
  auth_seed BLOB NOT NULL,
  header_public BLOB NOT NULL,
  header_private BLOB NOT NULL
) STRICT;

CREATE TABLE setting (
  name TEXT PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE number_series (
  series INTEGER PRIMARY KEY,
  next INTEGER NOT NULL
) STRICT;

-- holds_address: of the accounts that had an address, the one that got it last.
CREATE TABLE contact (
  account BLOB PRIMARY KEY CHECK (length(account) = 16),
  address TEXT NOT NULL DEFAULT '',
  holds_address INTEGER NOT NULL DEFAULT 0,
  display_name TEXT NOT NULL DEFAULT '',
  accepted INTEGER NOT NULL DEFAULT 0,
  identity_trusted BLOB NOT NULL DEFAULT x'',
  identity_pending BLOB NOT NULL DEFAULT x'',
  trust INTEGER NOT NULL DEFAULT 0,
  list_bytes BLOB NOT NULL DEFAULT x'',
  list_signature BLOB NOT NULL DEFAULT x'',
  list_version INTEGER NOT NULL DEFAULT 0,
  typing_key_id BLOB NOT NULL DEFAULT x'',
  typing_key BLOB NOT NULL DEFAULT x'',
  typing_expires_ms INTEGER NOT NULL DEFAULT 0,
  sent_typing_key_id BLOB NOT NULL DEFAULT x''
) STRICT;

CREATE UNIQUE INDEX contact_by_address ON contact (address) WHERE holds_address = 1;
CREATE INDEX contact_by_typing_key ON contact (typing_key_id) WHERE typing_key_id <> x'';

-- A removed conversation keeps its row, so that its clock and sequence go on where they were.
CREATE TABLE conversation (
  number INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  type INTEGER NOT NULL,
  peer BLOB NOT NULL CHECK (length(peer) = 16),
  request INTEGER NOT NULL,
  clock INTEGER NOT NULL,
  own_sequence INTEGER NOT NULL,
  removed INTEGER NOT NULL DEFAULT 0,
  last_message INTEGER
) STRICT;

-- The marks against showing anything twice. They outlive messages, conversations and contacts.
-- 64 submission numbers share a row: bit n of `bits` stands for number block * 64 + n.
CREATE TABLE seen_submission (
  account BLOB NOT NULL,
  device INTEGER NOT NULL,
  block INTEGER NOT NULL,
  bits INTEGER NOT NULL,
  PRIMARY KEY (account, device, block)
) STRICT, WITHOUT ROWID;

CREATE TABLE seen_message (
  account BLOB NOT NULL,
  message_id BLOB NOT NULL,
  PRIMARY KEY (account, message_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE last_sequence (
  conversation BLOB NOT NULL,
  account BLOB NOT NULL,
  device INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  PRIMARY KEY (conversation, account, device)
) STRICT, WITHOUT ROWID;

CREATE TABLE message (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  conversation INTEGER NOT NULL REFERENCES conversation (number),
  author BLOB NOT NULL CHECK (length(author) = 16),
  message_id BLOB NOT NULL CHECK (length(message_id) = 16),
  device INTEGER NOT NULL,
  outgoing INTEGER NOT NULL,
  placeholder INTEGER NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0,
  status INTEGER NOT NULL,
  failure TEXT,
  type INTEGER NOT NULL,
  timestamp_ms INTEGER NOT NULL,
  clock INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  missing_before INTEGER NOT NULL,
  edit_clock INTEGER NOT NULL DEFAULT 0,
  quoted_author BLOB,
  quoted_id BLOB,
  text TEXT NOT NULL,
  UNIQUE (conversation, author, message_id)
) STRICT;

-- The order in which people read; every page is a range of it.
CREATE INDEX message_timeline ON message (conversation, clock, author, sequence);

-- Status 5 is Received: not seen yet. Counts what is unread and finds what marking as seen changes.
-- Its last two columns are there so that counting needs no other page.
CREATE INDEX message_unseen ON message (conversation, clock, author, sequence, deleted, status) WHERE status = 5;

CREATE INDEX message_with_gap ON message (conversation, author, device, sequence) WHERE missing_before > 0;

-- An empty emoji is a removal, remembered so that an older reaction does not come back.
CREATE TABLE reaction (
  message INTEGER NOT NULL REFERENCES message (id) ON DELETE CASCADE,
  account BLOB NOT NULL CHECK (length(account) = 16),
  emoji TEXT NOT NULL,
  clock INTEGER NOT NULL,
  PRIMARY KEY (message, account)
) STRICT, WITHOUT ROWID;

-- Changes that arrived before their message.
CREATE TABLE early_change (
  id INTEGER PRIMARY KEY,
  conversation BLOB NOT NULL,
  author BLOB NOT NULL,
  message_id BLOB NOT NULL,
  account BLOB NOT NULL,
  content BLOB NOT NULL
) STRICT;

CREATE INDEX early_change_target ON early_change (conversation, author, message_id);

CREATE VIRTUAL TABLE message_search USING fts5 (
  text, content = 'message', content_rowid = 'id', columnsize = 0, tokenize = 'unicode61 remove_diacritics 2');

-- Without this, deleted words would stay readable in the index's own tables.
INSERT INTO message_search (message_search, rank) VALUES ('secure-delete', 1);

CREATE TRIGGER message_inserted AFTER INSERT ON message BEGIN
  INSERT INTO message_search (rowid, text) VALUES (new.id, new.text);
  UPDATE conversation SET last_message = (
    SELECT m.id FROM message AS m WHERE m.conversation = conversation.number
    ORDER BY m.clock DESC, m.author DESC, m.sequence DESC, m.id DESC LIMIT 1)
  WHERE number = new.conversation;
END;

CREATE TRIGGER message_reworded AFTER UPDATE OF text ON message BEGIN
  INSERT INTO message_search (message_search, rowid, text) VALUES ('delete', old.id, old.text);
  INSERT INTO message_search (rowid, text) VALUES (new.id, new.text);
END;

CREATE TRIGGER message_moved AFTER UPDATE OF conversation, clock, author, sequence ON message BEGIN
  UPDATE conversation SET last_message = (
    SELECT m.id FROM message AS m WHERE m.conversation = conversation.number
    ORDER BY m.clock DESC, m.author DESC, m.sequence DESC, m.id DESC LIMIT 1)
  WHERE number IN (old.conversation, new.conversation);
END;

CREATE TRIGGER message_removed AFTER DELETE ON message BEGIN
  INSERT INTO message_search (message_search, rowid, text) VALUES ('delete', old.id, old.text);
  UPDATE conversation SET last_message = (
    SELECT m.id FROM message AS m WHERE m.conversation = conversation.number
    ORDER BY m.clock DESC, m.author DESC, m.sequence DESC, m.id DESC LIMIT 1)
  WHERE number = old.conversation;
END;

-- States: 0 composed, 1 sealed, 2 accepted, 3 delivered, 4 failed.
CREATE TABLE outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  receiver BLOB NOT NULL CHECK (length(receiver) = 16),
  conversation BLOB NOT NULL,
  message_id BLOB NOT NULL,
  message INTEGER NOT NULL,
  state INTEGER NOT NULL,
  submission INTEGER NOT NULL,
  resends INTEGER NOT NULL,
  created_ms INTEGER NOT NULL,
  accepted_ms INTEGER NOT NULL,
  content BLOB NOT NULL,
  sealed BLOB NOT NULL
) STRICT;

CREATE INDEX outbox_by_state ON outbox (state, id);
CREATE INDEX outbox_by_message ON outbox (message) WHERE message > 0;

-- Every number an item was ever submitted under.
CREATE TABLE outbox_submission (
  submission INTEGER PRIMARY KEY,
  outbox INTEGER NOT NULL REFERENCES outbox (id) ON DELETE CASCADE
) STRICT;

CREATE INDEX outbox_submission_by_item ON outbox_submission (outbox);

CREATE TABLE receipt (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  peer BLOB NOT NULL,
  conversation BLOB NOT NULL,
  message_id BLOB NOT NULL,
  kind INTEGER NOT NULL,
  UNIQUE (peer, conversation, message_id)
) STRICT;

CREATE TABLE quarantine (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  cause INTEGER NOT NULL,
  account BLOB NOT NULL CHECK (length(account) = 16),
  device INTEGER NOT NULL,
  submission INTEGER NOT NULL,
  list_version INTEGER NOT NULL,
  prekey_message INTEGER NOT NULL,
  placeholder INTEGER NOT NULL,
  received_ms INTEGER NOT NULL,
  resend_requests INTEGER NOT NULL,
  sealed_header BLOB NOT NULL,
  ciphertext BLOB NOT NULL,
  body BLOB NOT NULL
) STRICT;

CREATE INDEX quarantine_by_sender ON quarantine (account, cause);
CREATE INDEX quarantine_by_submission ON quarantine (account, device, submission);
