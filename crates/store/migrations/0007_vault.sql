-- The vault: one repository for each server, its credentials, and the receipt of every object that
-- was taken in. The objects themselves are files.

CREATE TABLE vault_repository (
  id TEXT NOT NULL PRIMARY KEY,
  tenant TEXT NOT NULL REFERENCES tenant (id),
  server TEXT NOT NULL,
  asset TEXT REFERENCES asset (id),
  made_at BIGINT NOT NULL,
  quota_bytes BIGINT,
  silent_after_hours BIGINT,
  told_until BIGINT NOT NULL,
  UNIQUE (tenant, server)
);

-- SHA-256 of the token, never the token.
CREATE TABLE vault_credential (
  id TEXT NOT NULL PRIMARY KEY,
  repository TEXT NOT NULL REFERENCES vault_repository (id),
  token_hash TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  revoked_at BIGINT
);
CREATE INDEX vault_credential_by_repository ON vault_credential (repository);

CREATE TABLE vault_object (
  repository TEXT NOT NULL REFERENCES vault_repository (id),
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  bytes BIGINT NOT NULL,
  received_at BIGINT NOT NULL,
  credential TEXT,
  damaged_at BIGINT,
  PRIMARY KEY (repository, kind, name)
);
CREATE INDEX vault_object_by_receipt ON vault_object (repository, kind, received_at);

CREATE TABLE vault_use (
  repository TEXT NOT NULL PRIMARY KEY REFERENCES vault_repository (id),
  objects BIGINT NOT NULL,
  bytes BIGINT NOT NULL,
  received_at BIGINT NOT NULL
);
