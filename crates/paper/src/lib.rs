//! The printing room: facts in, the bytes of an accessible PDF out.
//!
//! Rules:
//! - Pure. The same facts give the same bytes: time and codes are handed in, the fonts and
//!   templates are in the program, and a template can ask for nothing else.
//! - What people wrote reaches a template as data, never as markup.
//! - Every document is PDF/UA-1: tagged, titled, in a language, its squares described in words.
//! - Black on white. Nothing is told by colour.
//! - A character that none of the fonts has is printed as `□`: a name is never dropped.

mod error;
pub mod form;
mod inert;
pub mod leaflet;
pub mod lists;
pub mod poster;
mod press;
pub mod requests;
mod square;
mod voice;
mod world;

pub use error::PaperError;
pub use form::{Copy, Counter, Form, Size, form};
pub use leaflet::leaflet;
pub use lists::{Appointment, DaySheet, Pack, Person, Queue, Rows, day_sheet, pack, queue};
pub use poster::{Poster, poster};
pub use press::Pdf;
pub use requests::{RequestOnPaper, Section, requests};

/// The mark of the house, as it is printed: the bell tower of every page.
pub const MARK_SVG: &str = include_str!("../templates/mark.svg");
