//! Every sentence that people read, in French and in English; dates, durations and numbers as
//! people write them.
//!
//! Rules:
//! - A sentence has a key, and both languages have it, in `locales/<language>/<area>.ftl`.
//! - The same thing is called by the same word everywhere: each code of `town` has one key
//!   (`status-open`, `asset-kind-file_server`), asked for through [`names`].
//! - French typography is put right here and nowhere else ([`typography`]).
//! - A missing key shows itself on the page and in the log; a test finds it first.
//!
//! Pure: the time is a parameter, the sentences and the time zones are in the program.

pub mod calendar;
pub mod findings;
pub mod gsm;
pub mod hours;
pub mod names;
pub mod rehearsal;
pub mod speech;
pub mod typography;

pub use calendar::Zone;
pub use speech::{Value, Words};
