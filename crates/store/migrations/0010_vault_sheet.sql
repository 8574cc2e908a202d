-- The recovery sheet of a repository: a hash of its check code, when it came, and when somebody typed
-- the code back. Never the code, never the password.
ALTER TABLE vault_repository ADD COLUMN sheet_proof TEXT;
ALTER TABLE vault_repository ADD COLUMN sheet_at BIGINT;
ALTER TABLE vault_repository ADD COLUMN sheet_proven_at BIGINT;
