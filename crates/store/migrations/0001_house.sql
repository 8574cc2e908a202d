-- The first schema. One text for SQLite and PostgreSQL: TEXT and BIGINT only, booleans as 0 and 1,
-- instants as milliseconds since the epoch, JSON as TEXT, bytes as base64url TEXT.
-- Key columns say NOT NULL, since SQLite would accept null in them.

CREATE TABLE meta (
  name TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
);

-- One row a tenant: the lock that every write takes first, the end of its chain, its signing key.
CREATE TABLE journal_head (
  tenant TEXT NOT NULL PRIMARY KEY,
  seq BIGINT NOT NULL,
  tail TEXT NOT NULL,
  public_key TEXT NOT NULL,
  sealed_key TEXT NOT NULL
);

CREATE TABLE journal_entry (
  tenant TEXT NOT NULL REFERENCES journal_head (tenant),
  seq BIGINT NOT NULL,
  entry TEXT NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (tenant, seq)
);

-- One row a commit: the signature over the newest entry of that commit.
CREATE TABLE journal_signed (
  tenant TEXT NOT NULL REFERENCES journal_head (tenant),
  seq BIGINT NOT NULL,
  head TEXT NOT NULL,
  sig TEXT NOT NULL,
  PRIMARY KEY (tenant, seq)
);

CREATE TABLE change_head (
  id BIGINT NOT NULL PRIMARY KEY,
  number BIGINT NOT NULL
);
INSERT INTO change_head (id, number) VALUES (1, 0);

CREATE TABLE change (
  number BIGINT NOT NULL PRIMARY KEY,
  tenant TEXT NOT NULL,
  noun TEXT NOT NULL,
  at BIGINT NOT NULL
);

CREATE TABLE tenant (
  id TEXT NOT NULL PRIMARY KEY REFERENCES journal_head (tenant),
  name TEXT NOT NULL,
  department TEXT,
  region TEXT,
  population BIGINT,
  siren TEXT,
  postcodes TEXT NOT NULL,
  epci TEXT,
  opened_at BIGINT NOT NULL,
  closed_at BIGINT
);
CREATE INDEX tenant_by_epci ON tenant (epci);

-- Free text in a person's words: sealed, erasable; everything else names it by id.
CREATE TABLE sealed_text (
  id TEXT NOT NULL PRIMARY KEY,
  tenant TEXT NOT NULL REFERENCES tenant (id),
  body TEXT,
  made_at BIGINT NOT NULL,
  erased_at BIGINT
);

CREATE TABLE service (
  tenant TEXT NOT NULL REFERENCES tenant (id),
  id TEXT NOT NULL,
  rank BIGINT NOT NULL,
  name_fr TEXT,
  name_en TEXT,
  key_group TEXT NOT NULL,
  criticality TEXT NOT NULL,
  max_downtime_minutes BIGINT NOT NULL,
  fallback TEXT NOT NULL,
  fallback_fr TEXT,
  fallback_en TEXT,
  place TEXT,
  hours TEXT,
  phone TEXT,
  needs TEXT NOT NULL,
  override_status TEXT,
  override_reason TEXT REFERENCES sealed_text (id),
  override_author TEXT,
  override_at BIGINT,
  PRIMARY KEY (tenant, id)
);

CREATE TABLE asset (
  id TEXT NOT NULL PRIMARY KEY,
  owner TEXT NOT NULL REFERENCES tenant (id),
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  state TEXT NOT NULL,
  state_reason TEXT REFERENCES sealed_text (id),
  state_at BIGINT NOT NULL,
  exposure TEXT NOT NULL,
  exposure_whose TEXT NOT NULL,
  exposure_reason TEXT REFERENCES sealed_text (id),
  exposure_at BIGINT,
  cut_means TEXT,
  needs TEXT NOT NULL,
  contact TEXT,
  fleet TEXT
);
CREATE INDEX asset_by_owner ON asset (owner);

CREATE TABLE asset_share (
  asset TEXT NOT NULL REFERENCES asset (id),
  tenant TEXT NOT NULL REFERENCES tenant (id),
  PRIMARY KEY (asset, tenant)
);
CREATE INDEX asset_share_by_tenant ON asset_share (tenant);

CREATE TABLE guard (
  id TEXT NOT NULL PRIMARY KEY,
  tenant TEXT NOT NULL REFERENCES tenant (id),
  asset TEXT NOT NULL REFERENCES asset (id),
  public_key TEXT NOT NULL,
  host TEXT NOT NULL,
  level TEXT NOT NULL,
  enrolled_at BIGINT NOT NULL,
  revoked_at BIGINT,
  order_seq BIGINT NOT NULL
);
CREATE INDEX guard_by_tenant ON guard (tenant);

CREATE TABLE enrolment (
  token_hash TEXT NOT NULL PRIMARY KEY,
  tenant TEXT NOT NULL REFERENCES tenant (id),
  asset TEXT NOT NULL REFERENCES asset (id),
  made_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT,
  guard TEXT
);

CREATE TABLE guard_order (
  guard TEXT NOT NULL REFERENCES guard (id),
  seq BIGINT NOT NULL,
  body TEXT NOT NULL,
  ordered_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  signature TEXT NOT NULL,
  ended_at BIGINT,
  outcome TEXT,
  PRIMARY KEY (guard, seq)
);

-- Bookkeeping: the last beat of each guard.
CREATE TABLE guard_beat (
  guard TEXT NOT NULL PRIMARY KEY REFERENCES guard (id),
  received_at BIGINT NOT NULL,
  started_at BIGINT NOT NULL,
  sequence BIGINT NOT NULL,
  beat TEXT NOT NULL
);

CREATE TABLE incident (
  id TEXT NOT NULL PRIMARY KEY,
  owner TEXT NOT NULL REFERENCES tenant (id),
  nature TEXT NOT NULL,
  phase TEXT NOT NULL,
  noticed_at BIGINT NOT NULL,
  declared_at BIGINT NOT NULL,
  declared_by TEXT NOT NULL,
  phase_at BIGINT NOT NULL
);

CREATE TABLE incident_tenant (
  incident TEXT NOT NULL REFERENCES incident (id),
  tenant TEXT NOT NULL REFERENCES tenant (id),
  PRIMARY KEY (incident, tenant)
);
CREATE INDEX incident_tenant_by_tenant ON incident_tenant (tenant);

CREATE TABLE alarm (
  id TEXT NOT NULL PRIMARY KEY,
  tenant TEXT NOT NULL REFERENCES tenant (id),
  kind TEXT NOT NULL,
  guard TEXT REFERENCES guard (id),
  asset TEXT REFERENCES asset (id),
  first_at BIGINT NOT NULL,
  raised_at BIGINT NOT NULL,
  received_at BIGINT NOT NULL,
  repeats BIGINT NOT NULL,
  touched BIGINT NOT NULL,
  stopped_at BIGINT,
  simulated BIGINT NOT NULL,
  detail TEXT NOT NULL,
  state TEXT NOT NULL,
  incident TEXT REFERENCES incident (id)
);
CREATE INDEX alarm_by_tenant ON alarm (tenant, state);

-- Every report that an alarm was made of: the same report twice counts once.
CREATE TABLE alarm_report (
  tenant TEXT NOT NULL REFERENCES tenant (id),
  id TEXT NOT NULL,
  alarm TEXT NOT NULL REFERENCES alarm (id),
  revision BIGINT NOT NULL,
  touched BIGINT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX alarm_report_by_alarm ON alarm_report (alarm);

CREATE TABLE cut (
  id TEXT NOT NULL PRIMARY KEY,
  asset TEXT NOT NULL REFERENCES asset (id),
  means TEXT NOT NULL,
  ordered_at BIGINT NOT NULL,
  confirmed_at BIGINT,
  failed TEXT,
  lifted_at BIGINT
);
CREATE INDEX cut_by_asset ON cut (asset);

CREATE TABLE notice (
  id TEXT NOT NULL PRIMARY KEY,
  tenant TEXT NOT NULL REFERENCES tenant (id),
  incident TEXT REFERENCES incident (id),
  made_at BIGINT NOT NULL,
  ended_at BIGINT
);
CREATE INDEX notice_by_tenant ON notice (tenant);

CREATE TABLE notice_version (
  notice TEXT NOT NULL REFERENCES notice (id),
  number BIGINT NOT NULL,
  fr_title TEXT NOT NULL,
  fr_body TEXT NOT NULL,
  en_title TEXT NOT NULL,
  en_body TEXT NOT NULL,
  published_at BIGINT,
  PRIMARY KEY (notice, number)
);

CREATE TABLE account (
  id TEXT NOT NULL PRIMARY KEY,
  tenant TEXT NOT NULL REFERENCES tenant (id),
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  role TEXT NOT NULL,
  incident TEXT REFERENCES incident (id),
  password_verifier TEXT,
  totp TEXT,
  created_at BIGINT NOT NULL,
  disabled_at BIGINT,
  UNIQUE (tenant, name_key)
);

CREATE TABLE one_time_code (
  account TEXT NOT NULL REFERENCES account (id),
  code_hash TEXT NOT NULL,
  used_at BIGINT,
  PRIMARY KEY (account, code_hash)
);

-- Bookkeeping: log-ins, devices, throttles. No facts about a town.
CREATE TABLE session (
  token_hash TEXT NOT NULL PRIMARY KEY,
  account TEXT NOT NULL REFERENCES account (id),
  made_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  second_factor_at BIGINT,
  device_hash TEXT
);
CREATE INDEX session_by_account ON session (account);

CREATE TABLE device (
  account TEXT NOT NULL REFERENCES account (id),
  device_hash TEXT NOT NULL,
  first_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  PRIMARY KEY (account, device_hash)
);

CREATE TABLE totp_step (
  account TEXT NOT NULL PRIMARY KEY REFERENCES account (id),
  step BIGINT NOT NULL
);

CREATE TABLE throttle (
  key_hash TEXT NOT NULL PRIMARY KEY,
  window_at BIGINT NOT NULL,
  failures BIGINT NOT NULL
);

CREATE TABLE outbox (
  id TEXT NOT NULL PRIMARY KEY,
  tenant TEXT NOT NULL REFERENCES tenant (id),
  kind TEXT NOT NULL,
  body TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  claimed_until BIGINT NOT NULL,
  tries BIGINT NOT NULL,
  done_at BIGINT,
  failed_at BIGINT,
  failure TEXT
);
CREATE INDEX outbox_by_due ON outbox (done_at, due_at);
