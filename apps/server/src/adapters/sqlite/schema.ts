/** Sealed files. Their bytes are elsewhere; a row that is `gone` waits for them to go. */
const BLOBS = `
CREATE TABLE blobs (
  blob BLOB PRIMARY KEY,
  room BLOB NOT NULL,
  owner BLOB NOT NULL,
  size INTEGER NOT NULL,
  created INTEGER NOT NULL,
  whole INTEGER NOT NULL,
  named INTEGER NOT NULL,
  gone INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX blobs_by_owner ON blobs (owner, size) WHERE gone = 0;
CREATE INDEX blobs_by_age ON blobs (created) WHERE gone = 0;
CREATE INDEX blobs_unnamed ON blobs (created) WHERE gone = 0 AND named = 0;
CREATE INDEX blobs_gone ON blobs (blob) WHERE gone = 1;
`;

/**
 * The tables. `entries` are clustered by room and seq, so that a page is one stretch of the disk; the index for
 * idempotency starts with the message id, which is time-ordered, so that new rows go to its end and not all over it.
 * A member's `inviter` is whoever made the membership, until the member's own session joins.
 */
export const SCHEMA_VERSION = 4;

export const SCHEMA = `
CREATE TABLE meta (
  name TEXT PRIMARY KEY,
  value ANY NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE rooms (
  number INTEGER PRIMARY KEY,
  room BLOB NOT NULL UNIQUE,
  kind INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  at INTEGER NOT NULL
) STRICT;

CREATE TABLE entries (
  room INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  sender BLOB NOT NULL,
  id BLOB NOT NULL,
  epoch INTEGER NOT NULL,
  at INTEGER NOT NULL,
  frame BLOB NOT NULL,
  PRIMARY KEY (room, seq)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX entries_by_id ON entries (id, sender);
CREATE INDEX handshakes ON entries (room, seq) WHERE kind <> 0;

CREATE TABLE identities (
  identity BLOB PRIMARY KEY,
  nickname TEXT NOT NULL,
  folded TEXT NOT NULL UNIQUE,
  as_written TEXT NOT NULL UNIQUE,
  seen INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX identities_by_seen ON identities (seen);

CREATE TABLE devices (
  device BLOB PRIMARY KEY,
  identity BLOB NOT NULL,
  credential BLOB NOT NULL,
  spoke INTEGER NOT NULL
) STRICT;
CREATE INDEX devices_by_identity ON devices (identity);

CREATE TABLE members (
  number INTEGER PRIMARY KEY,
  identity BLOB NOT NULL,
  room BLOB NOT NULL,
  admin INTEGER NOT NULL,
  inviter BLOB,
  UNIQUE (identity, room)
) STRICT;
CREATE INDEX members_by_room ON members (room, number);
CREATE INDEX invitations ON members (identity, inviter, number) WHERE inviter IS NOT NULL;

CREATE TABLE key_packages (
  number INTEGER PRIMARY KEY,
  device BLOB NOT NULL,
  last_resort INTEGER NOT NULL,
  package BLOB NOT NULL
) STRICT;
CREATE INDEX key_packages_by_device ON key_packages (device, last_resort, number);

CREATE TABLE knocks (
  number INTEGER PRIMARY KEY,
  room BLOB NOT NULL,
  device BLOB NOT NULL,
  at INTEGER NOT NULL,
  frame BLOB NOT NULL,
  UNIQUE (room, device)
) STRICT;
CREATE INDEX knocks_by_device ON knocks (device);

CREATE TABLE deliveries (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  device BLOB NOT NULL,
  id BLOB NOT NULL,
  room BLOB NOT NULL,
  sender BLOB NOT NULL,
  at INTEGER NOT NULL,
  frame BLOB NOT NULL
) STRICT;
CREATE INDEX deliveries_by_device ON deliveries (device);

CREATE TABLE registers (
  room BLOB NOT NULL,
  kind INTEGER NOT NULL,
  sender BLOB NOT NULL,
  at INTEGER NOT NULL,
  frame BLOB NOT NULL,
  PRIMARY KEY (room, kind, sender)
) STRICT, WITHOUT ROWID;
CREATE INDEX registers_by_sender ON registers (sender);
${BLOBS}
PRAGMA user_version = ${SCHEMA_VERSION};
`;

/** What makes a database of the format before into one of this: there were no files then. */
export const UPGRADE = `
BEGIN EXCLUSIVE;${BLOBS}
PRAGMA user_version = ${SCHEMA_VERSION};
COMMIT;
`;
