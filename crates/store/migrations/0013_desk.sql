-- The counter online. What residents and clerks write is sealed (age, X25519) before it comes here.

-- A person's own key pair: for whom the keys of groups are sealed.
CREATE TABLE own_key (
  account TEXT NOT NULL PRIMARY KEY REFERENCES account (id),
  recipient TEXT NOT NULL,
  made_at BIGINT NOT NULL
);

-- Its secret half, wrapped once for each way in that may open requests: 'phrase', or the keyed hash
-- of a printed code.
CREATE TABLE own_key_wrap (
  account TEXT NOT NULL REFERENCES account (id),
  way TEXT NOT NULL,
  wrapped TEXT NOT NULL,
  PRIMARY KEY (account, way)
);

-- During a session: the same, wrapped under a key that follows from the cookie's token.
ALTER TABLE session ADD COLUMN own_key TEXT;

-- The counter of a tenant: for whom its keys are sealed besides its people, and since when the
-- recovery sheet was seen to be kept.
CREATE TABLE desk (
  tenant TEXT NOT NULL PRIMARY KEY REFERENCES tenant (id),
  recovery TEXT NOT NULL,
  check_hash TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  proven_at BIGINT
);

-- One key pair for each group of public services; the secret half sealed for the recovery sheet.
CREATE TABLE desk_key (
  tenant TEXT NOT NULL REFERENCES tenant (id),
  key_group TEXT NOT NULL,
  recipient TEXT NOT NULL,
  sealed TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, key_group)
);

-- The secret half sealed for one person, by a colleague who holds it.
CREATE TABLE desk_grant (
  account TEXT NOT NULL REFERENCES account (id),
  tenant TEXT NOT NULL REFERENCES tenant (id),
  key_group TEXT NOT NULL,
  sealed TEXT NOT NULL,
  given_at BIGINT NOT NULL,
  PRIMARY KEY (account, tenant, key_group)
);

-- A form that is not sent yet: wrapped under a key in the resident's cookie, dropped when it expires.
CREATE TABLE desk_draft (
  id TEXT NOT NULL,
  part TEXT NOT NULL,
  body TEXT NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (id, part)
);
CREATE INDEX desk_draft_by_end ON desk_draft (expires_at);

-- A request: codes and times in the clear, what was written sealed for its group.
CREATE TABLE desk_request (
  id TEXT NOT NULL PRIMARY KEY,
  tenant TEXT NOT NULL REFERENCES tenant (id),
  reference TEXT NOT NULL,
  procedure_code TEXT NOT NULL,
  version BIGINT NOT NULL,
  key_group TEXT NOT NULL,
  urgent BIGINT NOT NULL,
  way TEXT NOT NULL,
  lang TEXT NOT NULL,
  copy_code TEXT,
  sent_hash TEXT,
  track_hash TEXT,
  track_recipient TEXT,
  track_wrap TEXT,
  body TEXT NOT NULL,
  asked_at BIGINT NOT NULL,
  received_at BIGINT NOT NULL,
  state TEXT NOT NULL,
  taken_by TEXT REFERENCES account (id),
  answer TEXT,
  answer_for TEXT,
  due_at BIGINT,
  silence TEXT,
  decided_at BIGINT,
  kept_months BIGINT NOT NULL,
  kept_from TEXT NOT NULL,
  visa BIGINT NOT NULL,
  erase_at BIGINT,
  visa_at BIGINT
);
CREATE UNIQUE INDEX desk_request_by_reference ON desk_request (tenant, reference);
CREATE UNIQUE INDEX desk_request_by_sent ON desk_request (sent_hash);
CREATE INDEX desk_request_by_state ON desk_request (tenant, state, asked_at);
CREATE INDEX desk_request_by_copy ON desk_request (tenant, copy_code);
CREATE INDEX desk_request_by_end ON desk_request (erase_at);

-- What came with a request, sealed for its group; its name and kind are inside.
CREATE TABLE desk_file (
  request TEXT NOT NULL REFERENCES desk_request (id),
  number BIGINT NOT NULL,
  bytes BIGINT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (request, number)
);
