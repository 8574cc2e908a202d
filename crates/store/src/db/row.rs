//! Rows, read by the name of the column.
//!
//! Rules: what cannot be read is an error that names the column, never a default.

use beffroi_town::Instant;
use sqlx::{Row as _, postgres::PgRow, sqlite::SqliteRow};

use crate::{Error, Result};

/// A row of either database, read by column name.
#[derive(Debug)]
pub(crate) enum Row {
    Lite(SqliteRow),
    Pg(PgRow),
}

impl Row {
    pub(crate) fn opt_text(&self, column: &str) -> Result<Option<String>> {
        match self {
            Self::Lite(row) => row.try_get(column),
            Self::Pg(row) => row.try_get(column),
        }
        .map_err(Error::database("read a text column"))
    }

    pub(crate) fn opt_int(&self, column: &str) -> Result<Option<i64>> {
        match self {
            Self::Lite(row) => row.try_get(column),
            Self::Pg(row) => row.try_get(column),
        }
        .map_err(Error::database("read an integer column"))
    }

    pub(crate) fn text(&self, column: &str) -> Result<String> {
        self.opt_text(column)?.ok_or_else(|| Error::unreadable(column, "null"))
    }

    pub(crate) fn int(&self, column: &str) -> Result<i64> {
        self.opt_int(column)?.ok_or_else(|| Error::unreadable(column, "null"))
    }

    pub(crate) fn flag(&self, column: &str) -> Result<bool> {
        Ok(self.int(column)? != 0)
    }

    /// A count that is never negative.
    pub(crate) fn count(&self, column: &str) -> Result<u32> {
        let int = self.int(column)?;
        u32::try_from(int).map_err(|_| Error::unreadable(column, &int.to_string()))
    }

    pub(crate) fn opt_count(&self, column: &str) -> Result<Option<u32>> {
        match self.opt_int(column)? {
            None => Ok(None),
            Some(_) => self.count(column).map(Some),
        }
    }

    /// A number that is never negative: a sequence.
    pub(crate) fn number(&self, column: &str) -> Result<u64> {
        let int = self.int(column)?;
        u64::try_from(int).map_err(|_| Error::unreadable(column, &int.to_string()))
    }

    pub(crate) fn instant(&self, column: &str) -> Result<Instant> {
        self.int(column).map(Instant::from_ms)
    }

    pub(crate) fn opt_instant(&self, column: &str) -> Result<Option<Instant>> {
        Ok(self.opt_int(column)?.map(Instant::from_ms))
    }

    /// A text that must be one of a fixed set, or an identifier.
    pub(crate) fn parsed<T>(
        &self,
        column: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T> {
        let text = self.text(column)?;
        parse(&text).ok_or_else(|| Error::unreadable(column, &text))
    }

    pub(crate) fn opt_parsed<T>(
        &self,
        column: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>> {
        self.opt_text(column)?
            .map(|text| parse(&text).ok_or_else(|| Error::unreadable(column, &text)))
            .transpose()
    }

    pub(crate) fn json<T: serde::de::DeserializeOwned>(&self, column: &str) -> Result<T> {
        self.parsed(column, |text| serde_json::from_str(text).ok())
    }

    pub(crate) fn opt_json<T: serde::de::DeserializeOwned>(
        &self,
        column: &str,
    ) -> Result<Option<T>> {
        self.opt_parsed(column, |text| serde_json::from_str(text).ok())
    }

    /// An identifier that was checked on its way in.
    pub(crate) fn id<T: TryFrom<String>>(&self, column: &str) -> Result<T> {
        self.parsed(column, |text| T::try_from(text.to_owned()).ok())
    }

    pub(crate) fn opt_id<T: TryFrom<String>>(&self, column: &str) -> Result<Option<T>> {
        self.opt_parsed(column, |text| T::try_from(text.to_owned()).ok())
    }
}
