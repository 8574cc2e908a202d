-- Packs: lists of the town's own software, printed beforehand. What stands in one is sealed (age)
-- before it comes here, and goes when the list is destroyed or a newer one lies printed; a list about
-- health never comes: its row has no content from the start.

CREATE TABLE pack (
  tenant TEXT NOT NULL REFERENCES tenant (id),
  kind TEXT NOT NULL,
  number BIGINT NOT NULL,
  key_group TEXT NOT NULL,
  row_count BIGINT NOT NULL,
  sealed TEXT,
  made_at BIGINT NOT NULL,
  opened_at BIGINT,
  printed_at BIGINT,
  destroyed_at BIGINT,
  PRIMARY KEY (tenant, kind, number)
);

-- Which heading of the town's own file is which field: sealed, since a file without headings has a
-- person in their place.
CREATE TABLE pack_mapping (
  tenant TEXT NOT NULL REFERENCES tenant (id),
  kind TEXT NOT NULL,
  mapping TEXT NOT NULL,
  saved_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, kind)
);
