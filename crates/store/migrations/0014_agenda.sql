-- Appointments: service points and what a person said of each in an incident; who comes when, one
-- row a seat; the agendas of the town's own software as they were last pulled.
-- Who comes and what for are sealed.

CREATE TABLE agenda (
  tenant TEXT NOT NULL REFERENCES tenant (id),
  id TEXT NOT NULL,
  service TEXT NOT NULL,
  rank BIGINT NOT NULL,
  rules TEXT NOT NULL,
  word TEXT,
  changed_at BIGINT NOT NULL,
  closed_at BIGINT,
  PRIMARY KEY (tenant, id)
);

CREATE TABLE appointment (
  id TEXT NOT NULL PRIMARY KEY,
  tenant TEXT NOT NULL REFERENCES tenant (id),
  agenda TEXT NOT NULL,
  day TEXT NOT NULL,
  minute BIGINT NOT NULL,
  begins_at BIGINT NOT NULL,
  people BIGINT NOT NULL,
  reference TEXT NOT NULL,
  code_hash TEXT NOT NULL UNIQUE,
  lang TEXT NOT NULL,
  sealed TEXT,
  state TEXT NOT NULL,
  taken_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL
);
CREATE INDEX appointment_by_day ON appointment (tenant, day);

CREATE TABLE appointment_seat (
  tenant TEXT NOT NULL REFERENCES tenant (id),
  agenda TEXT NOT NULL,
  day TEXT NOT NULL,
  minute BIGINT NOT NULL,
  seat BIGINT NOT NULL,
  appointment TEXT NOT NULL REFERENCES appointment (id),
  PRIMARY KEY (tenant, agenda, day, minute, seat)
);
CREATE INDEX appointment_seat_by_appointment ON appointment_seat (appointment);

CREATE TABLE agenda_source (
  tenant TEXT NOT NULL REFERENCES tenant (id),
  id TEXT NOT NULL,
  agenda TEXT NOT NULL,
  place TEXT NOT NULL,
  pulled_at BIGINT,
  events BIGINT NOT NULL,
  made_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, id)
);

-- How the last pull of a source went. Bookkeeping.
CREATE TABLE agenda_pull (
  tenant TEXT NOT NULL REFERENCES tenant (id),
  source TEXT NOT NULL,
  tried_at BIGINT NOT NULL,
  failing_since BIGINT,
  failure TEXT,
  PRIMARY KEY (tenant, source)
);

CREATE TABLE agenda_kept (
  tenant TEXT NOT NULL REFERENCES tenant (id),
  source TEXT NOT NULL,
  day TEXT NOT NULL,
  events BIGINT NOT NULL,
  sealed TEXT NOT NULL,
  PRIMARY KEY (tenant, source, day)
);
