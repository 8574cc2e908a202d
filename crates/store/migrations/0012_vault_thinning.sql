-- Thinning: what a keeper proposed, who agreed, and what lies in the trash. The plan itself is a file
-- beside the repository; its SHA-256 stands here.
CREATE TABLE vault_thinning (
  id TEXT NOT NULL PRIMARY KEY,
  repository TEXT NOT NULL REFERENCES vault_repository (id),
  credential TEXT NOT NULL REFERENCES vault_credential (id),
  plan_hash TEXT NOT NULL,
  snapshots BIGINT NOT NULL,
  first_at BIGINT,
  last_at BIGINT,
  objects BIGINT NOT NULL,
  bytes BIGINT NOT NULL,
  step TEXT NOT NULL,
  proposed_at BIGINT NOT NULL,
  tenant_account TEXT REFERENCES account (id),
  operator_account TEXT REFERENCES account (id),
  due_at BIGINT,
  moved_at BIGINT,
  over_at BIGINT
);
CREATE INDEX vault_thinning_by_repository ON vault_thinning (repository, proposed_at);

-- What somebody with a key found when everything was looked through.
CREATE TABLE vault_check (
  id TEXT NOT NULL PRIMARY KEY,
  repository TEXT NOT NULL REFERENCES vault_repository (id),
  credential TEXT NOT NULL REFERENCES vault_credential (id),
  snapshots BIGINT NOT NULL,
  read_data BIGINT NOT NULL,
  faults BIGINT NOT NULL,
  checked_at BIGINT NOT NULL
);
CREATE INDEX vault_check_by_repository ON vault_check (repository, checked_at);

-- The thinning that an object went to the trash with.
ALTER TABLE vault_object ADD COLUMN thinning TEXT;

-- How much all servers of a tenant may have together; none: as the configuration says.
CREATE TABLE vault_quota (
  tenant TEXT NOT NULL PRIMARY KEY REFERENCES tenant (id),
  bytes BIGINT NOT NULL,
  set_at BIGINT NOT NULL
);

-- When an account's role or one of its ways in last changed; no row: not since it was made.
CREATE TABLE account_change (
  account TEXT NOT NULL PRIMARY KEY REFERENCES account (id),
  changed_at BIGINT NOT NULL
);
