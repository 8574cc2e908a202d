-- What a tenant signed beforehand: which assets are cut, in which order, with nobody there.
CREATE TABLE cut_rule (
  tenant TEXT NOT NULL PRIMARY KEY REFERENCES tenant (id),
  assets TEXT NOT NULL,
  pause_minutes BIGINT NOT NULL,
  signed_at BIGINT NOT NULL,
  cut_at BIGINT
);
