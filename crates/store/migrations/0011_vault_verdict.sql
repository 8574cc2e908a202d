-- What a credential is for, what is said of each backup and by whom, and which came back in a test.
ALTER TABLE vault_credential ADD COLUMN kind TEXT NOT NULL DEFAULT 'server';

-- Without a credential: a person said it. Reasons are codes and numbers.
CREATE TABLE vault_verdict (
  repository TEXT NOT NULL REFERENCES vault_repository (id),
  snapshot TEXT NOT NULL,
  verdict TEXT NOT NULL,
  reasons TEXT NOT NULL,
  credential TEXT REFERENCES vault_credential (id),
  judged_at BIGINT NOT NULL,
  PRIMARY KEY (repository, snapshot)
);

CREATE TABLE vault_proof (
  id TEXT NOT NULL PRIMARY KEY,
  repository TEXT NOT NULL REFERENCES vault_repository (id),
  snapshot TEXT NOT NULL,
  kind TEXT NOT NULL,
  files BIGINT NOT NULL,
  bytes BIGINT NOT NULL,
  bytes_a_second BIGINT NOT NULL,
  whole_bytes BIGINT NOT NULL,
  credential TEXT REFERENCES vault_credential (id),
  proven_at BIGINT NOT NULL
);
CREATE INDEX vault_proof_by_repository ON vault_proof (repository, proven_at);
