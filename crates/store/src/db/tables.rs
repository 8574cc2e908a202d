//! What tables there are, asked of the database itself, and any of them read out or filled: for
//! the backup of everything, which must not forget a table that came later.
//!
//! Rules: the only place where a statement is put together while the program runs; its names come
//! from the database's own list and are plain words; its values are arguments as everywhere.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::TryStreamExt as _;
use sqlx::AssertSqlSafe;

use super::{Arg, Conn, Live, Row, bound_to};
use crate::{Error, Result};

/// Columns of every table of this program, in order: table, column, type, place in the key.
const LITE_COLUMNS: &str =
    "SELECT m.name AS tab, c.name AS col, c.type AS kind, CAST(c.pk AS BIGINT) AS place
    FROM sqlite_schema m JOIN pragma_table_info(m.name) c
    WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY m.name, c.cid";
const PG_COLUMNS: &str =
    "SELECT c.relname::text AS tab, a.attname::text AS col, upper(format_type(a.atttypid, a.atttypmod)) AS kind,
        COALESCE(array_position(i.indkey::int2[], a.attnum) + 1, 0)::int8 AS place
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p')
    JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = current_schema()
    LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
    WHERE a.attnum > 0 AND NOT a.attisdropped ORDER BY c.relname, a.attnum";
/// Which table refers to which.
const LITE_REFERENCES: &str = "SELECT m.name AS tab, f.\"table\" AS other FROM sqlite_schema m
    JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table'";
const PG_REFERENCES: &str = "SELECT t.relname::text AS tab, r.relname::text AS other
    FROM pg_constraint k JOIN pg_class t ON t.oid = k.conrelid JOIN pg_class r ON r.oid = k.confrelid
    JOIN pg_namespace n ON n.oid = t.relnamespace AND n.nspname = current_schema() WHERE k.contype = 'f'";

/// Most arguments of one statement that fills a table: either database takes more.
const ARGS_MAX: usize = 900;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Int,
}

/// A table as the database describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Table {
    pub(crate) name: String,
    pub(crate) columns: Vec<(String, Kind)>,
    /// The columns of its primary key, in order.
    key: Vec<String>,
}

impl Table {
    pub(crate) fn column_names(&self) -> Vec<String> {
        self.columns.iter().map(|(name, _)| name.clone()).collect()
    }

    /// How many rows one statement fills in.
    pub(crate) fn rows_at_once(&self) -> usize {
        (ARGS_MAX / self.columns.len().max(1)).max(1)
    }

    /// In the order of the key: the same rows come out the same way.
    fn select(&self) -> String {
        let columns = self.column_names().join(", ");
        format!("SELECT {columns} FROM {} ORDER BY {}", self.name, self.key.join(", "))
    }

    fn insert(&self, rows: usize) -> String {
        let width = self.columns.len();
        let row = |row: usize| {
            let places: Vec<String> =
                (1..=width).map(|column| format!("${}", row * width + column)).collect();
            format!("({})", places.join(", "))
        };
        let rows: Vec<String> = (0..rows).map(row).collect();
        let columns = self.column_names().join(", ");
        format!("INSERT INTO {} ({columns}) VALUES {}", self.name, rows.join(", "))
    }

    fn values(&self, row: &Row) -> Result<Vec<Arg>> {
        let value = |(name, kind): &(String, Kind)| match kind {
            Kind::Text => row.opt_text(name).map(Arg::OptText),
            Kind::Int => row.opt_int(name).map(Arg::OptInt),
        };
        self.columns.iter().map(value).collect()
    }
}

fn is_plain_word(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

impl Conn {
    /// Rows of a question that each database asks in its own words.
    async fn ask(&mut self, lite: &'static str, pg: &'static str) -> Result<Vec<Row>> {
        self.faults.tick()?;
        match &mut self.live {
            Live::Lite(live) => sqlx::query(lite)
                .fetch_all(&mut **live)
                .await
                .map(|rows| rows.into_iter().map(Row::Lite).collect()),
            Live::Pg(live) => sqlx::query(pg)
                .fetch_all(&mut **live)
                .await
                .map(|rows| rows.into_iter().map(Row::Pg).collect()),
        }
        .map_err(Error::database("ask for the tables"))
    }

    /// Every table, each after those that it refers to.
    pub(crate) async fn tables(&mut self) -> Result<Vec<Table>> {
        let mut found: BTreeMap<String, (Table, BTreeMap<i64, String>)> = BTreeMap::new();
        for row in self.ask(LITE_COLUMNS, PG_COLUMNS).await? {
            let (name, column, kind) = (row.text("tab")?, row.text("col")?, row.text("kind")?);
            let kind = match kind.as_str() {
                "TEXT" => Kind::Text,
                "BIGINT" => Kind::Int,
                other => return Err(Error::unreadable(&format!("{name}.{column}"), other)),
            };
            if !is_plain_word(&name) || !is_plain_word(&column) {
                return Err(Error::unreadable("table", &format!("{name}.{column}")));
            }
            let (table, key) = found.entry(name.clone()).or_insert_with(|| {
                (Table { name, columns: Vec::new(), key: Vec::new() }, BTreeMap::new())
            });
            if row.int("place")? > 0 {
                key.insert(row.int("place")?, column.clone());
            }
            table.columns.push((column, kind));
        }
        let mut waits: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for row in self.ask(LITE_REFERENCES, PG_REFERENCES).await? {
            let (table, other) = (row.text("tab")?, row.text("other")?);
            if table != other {
                waits.entry(table).or_default().insert(other);
            }
        }
        let tables = found
            .into_values()
            .map(|(table, key)| Table { key: key.into_values().collect(), ..table });
        in_order(tables.collect(), &waits)
    }

    /// Hands over every row of a table, one at a time: memory does not grow with the table.
    pub(crate) async fn each_row<E: From<Error>>(
        &mut self,
        table: &Table,
        mut with: impl FnMut(&[Arg]) -> Result<(), E>,
    ) -> Result<(), E> {
        self.faults.tick()?;
        let select = table.select();
        let failed = |source| Error::Database { doing: "read a table", source };
        match &mut self.live {
            Live::Lite(live) => {
                let mut rows = sqlx::query(AssertSqlSafe(select)).fetch(&mut **live);
                while let Some(row) = rows.try_next().await.map_err(failed)? {
                    with(&table.values(&Row::Lite(row))?)?;
                }
            }
            Live::Pg(live) => {
                let mut rows = sqlx::query(AssertSqlSafe(select)).fetch(&mut **live);
                while let Some(row) = rows.try_next().await.map_err(failed)? {
                    with(&table.values(&Row::Pg(row))?)?;
                }
            }
        }
        Ok(())
    }

    /// Fills rows into a table; `values` holds them one after the other.
    pub(crate) async fn fill(&mut self, table: &Table, values: &[Arg]) -> Result<()> {
        let rows = values.len() / table.columns.len().max(1);
        if rows == 0 {
            return Ok(());
        }
        self.run_made(table.insert(rows), values).await
    }

    /// Empties a table: of what a migration put there, or of what must not be brought back.
    pub(crate) async fn empty(&mut self, table: &str) -> Result<()> {
        self.run_made(format!("DELETE FROM {table}"), &[]).await
    }

    async fn run_made(&mut self, text: String, values: &[Arg]) -> Result<()> {
        self.faults.tick()?;
        let spoilt = &mut self.spoilt;
        match &mut self.live {
            Live::Lite(live) => bound_to!(sqlx::query(AssertSqlSafe(text)), values)
                .execute(&mut **live)
                .await
                .map(drop),
            Live::Pg(live) => bound_to!(sqlx::query(AssertSqlSafe(text)), values)
                .execute(&mut **live)
                .await
                .map(drop),
        }
        .map_err(|source| {
            *spoilt = true;
            Error::Database { doing: "fill a table", source }
        })
    }

    /// PostgreSQL: gives the schema in use another name and an empty one its old name. SQLite has
    /// no such thing: there the whole folder is set aside.
    pub(crate) async fn set_schema_aside(&mut self, name: &str) -> Result<()> {
        let Live::Pg(live) = &mut self.live else { return Ok(()) };
        self.faults.tick()?;
        // Schemas are named by the server and by the caller, in plain words; quoted all the same.
        let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
        let here: String = sqlx::query_scalar("SELECT current_schema()::text")
            .fetch_one(&mut **live)
            .await
            .map_err(Error::database("ask for the schema"))?;
        let (here, aside) = (quoted(&here), quoted(name));
        let text = format!("ALTER SCHEMA {here} RENAME TO {aside}; CREATE SCHEMA {here}");
        sqlx::raw_sql(AssertSqlSafe(text))
            .execute(&mut **live)
            .await
            .map(drop)
            .map_err(Error::database("set the schema aside"))
    }
}

/// Each table after those that it refers to.
fn in_order(
    mut tables: Vec<Table>,
    waits: &BTreeMap<String, BTreeSet<String>>,
) -> Result<Vec<Table>> {
    let (mut sorted, mut placed) = (Vec::new(), BTreeSet::new());
    while !tables.is_empty() {
        let ready =
            |table: &Table| waits.get(&table.name).is_none_or(|others| others.is_subset(&placed));
        let (now, later): (Vec<Table>, Vec<Table>) = tables.into_iter().partition(ready);
        if now.is_empty() {
            let names: Vec<&str> = later.iter().map(|table| table.name.as_str()).collect();
            return Err(Error::unreadable("tables that refer to each other", &names.join(", ")));
        }
        placed.extend(now.iter().map(|table| table.name.clone()));
        sorted.extend(now);
        tables = later;
    }
    Ok(sorted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(name: &str) -> Table {
        let columns = vec![("id".to_owned(), Kind::Text), ("n".to_owned(), Kind::Int)];
        Table { name: name.to_owned(), columns, key: vec!["id".to_owned()] }
    }

    #[test]
    fn a_table_comes_after_those_it_refers_to() {
        let waits = BTreeMap::from([
            ("a".to_owned(), BTreeSet::from(["b".to_owned(), "c".to_owned()])),
            ("b".to_owned(), BTreeSet::from(["c".to_owned()])),
        ]);
        let sorted = in_order(["a", "b", "c"].map(table).to_vec(), &waits).unwrap();
        let names: Vec<&str> = sorted.iter().map(|table| table.name.as_str()).collect();
        assert_eq!(names, ["c", "b", "a"]);
        let round = BTreeMap::from([
            ("a".to_owned(), BTreeSet::from(["b".to_owned()])),
            ("b".to_owned(), BTreeSet::from(["a".to_owned()])),
        ]);
        assert!(in_order(["a", "b"].map(table).to_vec(), &round).is_err());
    }

    #[test]
    fn statements_are_made_of_the_tables_own_names() {
        assert_eq!(table("a").select(), "SELECT id, n FROM a ORDER BY id");
        assert_eq!(table("a").insert(2), "INSERT INTO a (id, n) VALUES ($1, $2), ($3, $4)");
        assert!(is_plain_word("journal_head") && !is_plain_word("a; DROP TABLE b"));
    }
}
