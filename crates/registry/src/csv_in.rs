//! The register's tables: towns, public services, the staff roster, read as
//! [`beffroi_words::csv_in`] reads every table that people hand in.

pub mod roster;
pub mod services;
pub mod tenants;

pub(crate) use beffroi_words::csv_in::short;
pub use beffroi_words::csv_in::{
    CELL_CHARS_MAX, Column, FILE_BYTES_MAX, ROWS_MAX, Reason, Row, RowError, RowErrors, Sheet, read,
};

#[cfg(test)]
mod tests;
