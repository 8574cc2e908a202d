-- Print posts: computers beside a town's printer, each with a key of its own that the appointments of
-- its groups are sealed for besides the groups' keys, so that day sheets are printed with nobody
-- logged in.

CREATE TABLE print_post (
  id TEXT NOT NULL PRIMARY KEY,
  tenant TEXT NOT NULL REFERENCES tenant (id),
  name TEXT NOT NULL,
  lang TEXT NOT NULL,
  evening BIGINT NOT NULL,
  token_hash TEXT NOT NULL UNIQUE,
  expires_at BIGINT NOT NULL,
  made_at BIGINT NOT NULL,
  public_key TEXT,
  recipient TEXT,
  hostname TEXT,
  enrolled_at BIGINT,
  revoked_at BIGINT
);
CREATE INDEX print_post_by_tenant ON print_post (tenant);

-- The groups whose sheets it prints, and since when a person who holds the group's key agrees.
CREATE TABLE print_post_group (
  post TEXT NOT NULL REFERENCES print_post (id),
  key_group TEXT NOT NULL,
  confirmed_at BIGINT,
  PRIMARY KEY (post, key_group)
);

-- When it was last heard, and since when it cannot print. Bookkeeping.
CREATE TABLE print_post_heard (
  post TEXT NOT NULL PRIMARY KEY REFERENCES print_post (id),
  heard_at BIGINT NOT NULL,
  failing_since BIGINT
);

-- A sheet that a person asked for.
CREATE TABLE print_wish (
  id TEXT NOT NULL PRIMARY KEY,
  post TEXT NOT NULL REFERENCES print_post (id),
  agenda TEXT NOT NULL,
  day TEXT NOT NULL,
  asked_at BIGINT NOT NULL,
  done_at BIGINT
);
CREATE INDEX print_wish_by_post ON print_wish (post, asked_at);

-- Sheets that were printed: counts, and how many times.
CREATE TABLE print_sheet (
  post TEXT NOT NULL REFERENCES print_post (id),
  agenda TEXT NOT NULL,
  day TEXT NOT NULL,
  printed_at BIGINT NOT NULL,
  lines BIGINT NOT NULL,
  locked BIGINT NOT NULL,
  times BIGINT NOT NULL,
  PRIMARY KEY (post, agenda, day)
);
