//! Everything that is kept, as lines of text: one format for both databases, so that what was
//! read out of one can be loaded into the other ([`crate::load`]).
//!
//! Rules:
//! - One view: everything was true at one same moment. It is read twice, first to count and hash
//!   ([`survey`]), then to write ([`write()`]), so that what stands in front can say what follows.
//! - No list of tables is kept by hand: the database is asked, so none can be forgotten.
//! - Memory does not grow with what is kept: rows pass one at a time.
//!
//! ```text
//! {"table":"tenant","columns":["id","name",..]}
//! ["59273","Gravelines",..]
//! ```

use std::io::Write;

use data_encoding::HEXLOWER;
use ring::digest::{Context, SHA256};
use serde::{Deserialize, Serialize};

use crate::{
    Error, Head, OperatorScope, Result, changes,
    db::{Arg, Conn, Table},
    journal, migrate,
};

/// What a dump holds: known before its first row, and checked against its last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contents {
    /// Number of the newest migration of the schema.
    pub schema: i64,
    /// Number of the newest change.
    pub newest_change: u64,
    /// Every table, each after those that it refers to.
    pub tables: Vec<TableSum>,
    /// The newest signed head of every journal, by tenant.
    pub heads: Vec<Head>,
}

impl Contents {
    /// How many rows there are.
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|table| table.rows).sum()
    }
}

/// What is known of one table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableSum {
    /// Its name.
    pub table: String,
    /// Its columns, in order.
    pub columns: Vec<String>,
    /// How many rows.
    pub rows: u64,
    /// SHA-256 of their lines, in lower-case hexadecimal.
    pub sha256: String,
}

/// What became of a dump that was not written whole.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DumpError {
    /// The store could not be read.
    #[error(transparent)]
    Store(#[from] Error),
    /// It could not be written.
    #[error("cannot write what was read")]
    Write(#[from] std::io::Error),
    /// The second reading was not like the first.
    #[error("'{table}' changed while it was read: the database does not keep one view; try again")]
    Moved {
        /// Which table.
        table: String,
    },
}

/// Counts and hashes everything.
pub async fn survey(conn: &mut Conn, scope: &OperatorScope) -> Result<Contents> {
    let schema = migrate::newest(conn).await?;
    let newest_change = changes::newest(conn).await?;
    let heads = journal::heads(conn, scope).await?;
    let mut tables = Vec::new();
    for table in conn.tables().await? {
        let mut sum = Sum::new();
        conn.each_row(&table, |row| {
            sum.add(&line(row));
            Ok::<_, Error>(())
        })
        .await?;
        tables.push(sum.of(table));
    }
    Ok(Contents { schema, newest_change, tables, heads })
}

/// Writes what was surveyed through the same view.
///
/// # Errors
/// [`DumpError`]; what was written until then is worth nothing.
pub async fn write(
    conn: &mut Conn,
    _scope: &OperatorScope,
    contents: &Contents,
    to: &mut (dyn Write + Send),
) -> Result<(), DumpError> {
    for table in conn.tables().await? {
        let columns = table.column_names();
        let heading = Heading { table: table.name.clone(), columns };
        let heading = serde_json::to_string(&heading).map_err(std::io::Error::from)?;
        writeln!(to, "{heading}")?;
        let mut sum = Sum::new();
        conn.each_row(&table, |row| {
            let line = line(row);
            sum.add(&line);
            to.write_all(line.as_bytes()).map_err(DumpError::from)
        })
        .await?;
        let sum = sum.of(table);
        if !contents.tables.contains(&sum) {
            return Err(DumpError::Moved { table: sum.table });
        }
    }
    Ok(())
}

/// The line in front of a table's rows.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Heading {
    pub(crate) table: String,
    pub(crate) columns: Vec<String>,
}

/// A count and a hash that grow with each row.
pub(crate) struct Sum {
    rows: u64,
    hash: Context,
}

impl Sum {
    pub(crate) fn new() -> Self {
        Self { rows: 0, hash: Context::new(&SHA256) }
    }

    /// Adds a line, its line feed included.
    pub(crate) fn add(&mut self, line: &str) {
        self.rows += 1;
        self.hash.update(line.as_bytes());
    }

    pub(crate) fn hex(self) -> String {
        HEXLOWER.encode(self.hash.finish().as_ref())
    }

    fn of(self, table: Table) -> TableSum {
        let columns = table.column_names();
        TableSum { table: table.name, columns, rows: self.rows, sha256: self.hex() }
    }
}

/// A row as a line: a JSON list of texts, integers and nulls.
fn line(row: &[Arg]) -> String {
    let mut line = String::from("[");
    for (index, value) in row.iter().enumerate() {
        if index > 0 {
            line.push(',');
        }
        match value {
            Arg::Text(text) | Arg::OptText(Some(text)) => {
                line.push_str(&serde_json::Value::from(text.as_str()).to_string());
            }
            Arg::Int(int) | Arg::OptInt(Some(int)) => line.push_str(&int.to_string()),
            Arg::OptText(None) | Arg::OptInt(None) => line.push_str("null"),
        }
    }
    line.push_str("]\n");
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_one_line_whatever_it_holds() {
        let row = [
            Arg::Text("a\n\"b\" é".to_owned()),
            Arg::Int(i64::MIN),
            Arg::OptText(None),
            Arg::OptInt(Some(7)),
        ];
        assert_eq!(line(&row), "[\"a\\n\\\"b\\\" é\",-9223372036854775808,null,7]\n");
        assert_eq!(line(&[]), "[]\n");
    }
}
