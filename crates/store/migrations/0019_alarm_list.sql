-- What a guard lists of the files touched under an alarm, piece by piece.
CREATE TABLE alarm_list (
  tenant TEXT NOT NULL REFERENCES tenant (id),
  report TEXT NOT NULL,
  before BIGINT NOT NULL,
  files BIGINT NOT NULL,
  body TEXT NOT NULL REFERENCES sealed_text (id),
  PRIMARY KEY (tenant, report, before)
);
