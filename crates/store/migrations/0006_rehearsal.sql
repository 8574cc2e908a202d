-- Rehearsals of a tenant: when, which role, how it went. No names.
CREATE TABLE rehearsal (
  id TEXT NOT NULL PRIMARY KEY,
  tenant TEXT NOT NULL REFERENCES tenant (id),
  ended_at BIGINT NOT NULL,
  role TEXT NOT NULL,
  in_time BIGINT NOT NULL,
  steps BIGINT NOT NULL,
  minutes BIGINT NOT NULL
);
CREATE INDEX rehearsal_by_tenant ON rehearsal (tenant, ended_at);
