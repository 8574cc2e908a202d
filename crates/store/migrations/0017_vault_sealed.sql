-- The password of a repository, sealed for the recovery sheet of its town; and for which one.
ALTER TABLE vault_repository ADD COLUMN sealed_password TEXT;
ALTER TABLE vault_repository ADD COLUMN sealed_for TEXT;
