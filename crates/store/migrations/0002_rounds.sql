-- Bookkeeping: how the platform's own rounds go (backup, mirror, outward beat...). One row a round.
-- No facts about a town.
CREATE TABLE round (
  name TEXT NOT NULL PRIMARY KEY,
  tried_at BIGINT NOT NULL,
  done_at BIGINT,
  failing_since BIGINT,
  failure TEXT,
  detail TEXT NOT NULL
);
