-- Which folders of a server hold what another asset needs.
CREATE TABLE asset_folder (
  tenant TEXT NOT NULL REFERENCES tenant (id),
  server TEXT NOT NULL REFERENCES asset (id),
  path TEXT NOT NULL,
  asset TEXT NOT NULL REFERENCES asset (id),
  PRIMARY KEY (tenant, server, path)
);
