-- Who is woken, and what became of it.

-- Name and addresses are sealed; erased when the contact is removed, while the row stays: the
-- journal names it.
CREATE TABLE contact (
  id TEXT NOT NULL PRIMARY KEY,
  tenant TEXT NOT NULL REFERENCES tenant (id),
  rank BIGINT NOT NULL,
  sealed TEXT,
  lang TEXT NOT NULL,
  for_operator BIGINT NOT NULL,
  watch TEXT NOT NULL,
  holidays TEXT NOT NULL,
  quiet TEXT,
  escalate_ms BIGINT NOT NULL,
  paused BIGINT NOT NULL,
  made_at BIGINT NOT NULL,
  removed_at BIGINT
);
CREATE INDEX contact_by_tenant ON contact (tenant, rank);
CREATE INDEX contact_by_operator ON contact (for_operator, removed_at);

-- When a tenant's list is tested; no row: Tuesday, ten o'clock.
CREATE TABLE weekly_test (
  tenant TEXT NOT NULL PRIMARY KEY REFERENCES tenant (id),
  weekday BIGINT NOT NULL,
  minute BIGINT NOT NULL,
  off BIGINT NOT NULL,
  off_reason TEXT REFERENCES sealed_text (id),
  set_at BIGINT NOT NULL
);

CREATE TABLE call (
  id TEXT NOT NULL PRIMARY KEY,
  tenant TEXT NOT NULL REFERENCES tenant (id),
  kind TEXT NOT NULL,
  told TEXT,
  urgency TEXT NOT NULL,
  since_at BIGINT NOT NULL,
  simulated BIGINT NOT NULL,
  opened_at BIGINT NOT NULL,
  state TEXT NOT NULL,
  state_at BIGINT NOT NULL,
  round BIGINT NOT NULL,
  acknowledged_at BIGINT,
  acknowledged_by TEXT,
  ended_at BIGINT
);
CREATE INDEX call_by_tenant ON call (tenant, kind, opened_at);
CREATE INDEX call_by_state ON call (state, opened_at);

CREATE TABLE call_alarm (
  call TEXT NOT NULL REFERENCES call (id),
  alarm TEXT NOT NULL REFERENCES alarm (id),
  PRIMARY KEY (call, alarm)
);
CREATE INDEX call_alarm_by_alarm ON call_alarm (alarm);

-- One row a message. Of its code only a keyed hash is kept.
CREATE TABLE call_try (
  id TEXT NOT NULL PRIMARY KEY,
  call TEXT NOT NULL REFERENCES call (id),
  seq BIGINT NOT NULL,
  contact TEXT NOT NULL REFERENCES contact (id),
  round BIGINT NOT NULL,
  way BIGINT NOT NULL,
  channel TEXT NOT NULL,
  code_hash TEXT NOT NULL,
  rung_at BIGINT NOT NULL,
  receipt_at BIGINT,
  failed_at BIGINT,
  failure TEXT,
  UNIQUE (call, seq)
);
CREATE INDEX call_try_by_code ON call_try (code_hash);
