//! Every sentence that people read, in French and in English; dates, durations and numbers as
//! people write them.
//!
//! Rules:
//! - A sentence has a key, and both languages have it, in `locales/<language>/<area>.ftl`.
//! - The same thing is called by the same word everywhere: each code of `town` has one key
//!   (`status-open`, `asset-kind-file_server`), asked for through [`names`].
//! - French typography is put right here and nowhere else ([`typography`]).
//! - A missing key shows itself on the page and in the log; a test finds it first.
//! - What people write is read here as kindly as it is answered: tables ([`csv_in`]), names and
//!   headings whatever their case and accents ([`fold`]).
//!
//! Pure: the time is a parameter, the sentences and the time zones are in the program.

pub mod calendar;
pub mod csv_in;
pub mod findings;
pub mod fold;
pub mod gsm;
pub mod hours;
pub mod names;
pub mod rehearsal;
pub mod shown;
pub mod speech;
pub mod typography;

pub use calendar::Zone;
pub use shown::{ShownAnswer, ShownSection};
pub use speech::{Value, Words};
