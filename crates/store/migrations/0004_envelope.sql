-- What the first hour needs on paper: telephone lines, emergency facts, the staff roster, and the
-- record of each cyber envelope that was printed. Names and private numbers are sealed.

CREATE TABLE phone_line (
  tenant TEXT NOT NULL REFERENCES tenant (id),
  id TEXT NOT NULL,
  number TEXT NOT NULL,
  number_key TEXT NOT NULL,
  label TEXT NOT NULL,
  state TEXT NOT NULL,
  state_at BIGINT NOT NULL,
  instead TEXT,
  forward TEXT,
  PRIMARY KEY (tenant, id),
  UNIQUE (tenant, number_key)
);

CREATE TABLE emergency (
  tenant TEXT NOT NULL PRIMARY KEY REFERENCES tenant (id),
  facts TEXT NOT NULL,
  changed_at BIGINT NOT NULL
);

CREATE TABLE roster_entry (
  tenant TEXT NOT NULL REFERENCES tenant (id),
  id TEXT NOT NULL,
  rank BIGINT NOT NULL,
  person TEXT NOT NULL,
  caller TEXT,
  changed_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, id)
);

CREATE TABLE kit (
  id TEXT NOT NULL PRIMARY KEY,
  tenant TEXT NOT NULL REFERENCES tenant (id),
  number BIGINT NOT NULL,
  printed_at BIGINT NOT NULL,
  printed_by TEXT NOT NULL,
  facts_hash TEXT NOT NULL,
  holders TEXT NOT NULL,
  UNIQUE (tenant, number)
);

-- A code that was printed for an envelope: not one of the person's own.
ALTER TABLE one_time_code ADD COLUMN kit TEXT REFERENCES kit (id);
CREATE INDEX one_time_code_by_kit ON one_time_code (kit);
